import type { XmlElement } from '../../protocol/xml-element.js';
import { EwsError } from '../../protocol/ews-error.js';
import { readXml } from '../../protocol/xml-reader.js';
import { FaultError } from './response-error.js';

/** The values of RequestServerVersion that a server may know, oldest first (schema: ExchangeVersionType). */
const VERSIONS = [
  'Exchange2007',
  'Exchange2007_SP1',
  'Exchange2010',
  'Exchange2010_SP1',
  'Exchange2010_SP2',
  'Exchange2013',
  'Exchange2013_SP1',
  'Exchange2016',
] as const;

export type ServerVersion = (typeof VERSIONS)[number];

/** What a server takes a request for that does not say its version. */
const UNSAID: ServerVersion = 'Exchange2007';

/** A SOAP request as the sandbox understands it. */
export interface SoapRequest {
  /** The element in the body; its name is the name of the operation. */
  readonly operation: XmlElement;
  readonly version: ServerVersion;
  /** The address, user name or security identifier in ExchangeImpersonation. */
  readonly impersonate?: string;
}

/** Reads a request. Throws a {@link FaultError} for one that is not a SOAP request, or none for EWS of this version. */
export function readSoapRequest(body: string, newest: ServerVersion, maxLength: number): SoapRequest {
  const envelope = parse(body, maxLength);
  const operation = envelope.name === 'Envelope' ? envelope.child('Body')?.children[0] : undefined;
  if (!operation) throw new FaultError('ErrorInvalidRequest');
  const header = envelope.child('Header');
  const version = readVersion(header?.child('RequestServerVersion')?.attributes.Version, newest);
  const impersonation = header?.child('ExchangeImpersonation');
  return impersonation ? { operation, version, impersonate: readImpersonation(impersonation) } : { operation, version };
}

/** Whether a request of `version` may use what came with `since`. */
export function isAtLeast(version: ServerVersion, since: ServerVersion): boolean {
  return VERSIONS.indexOf(version) >= VERSIONS.indexOf(since);
}

function parse(body: string, maxLength: number): XmlElement {
  try {
    return readXml(body, maxLength);
  } catch (error) {
    if (error instanceof EwsError)
      throw new FaultError('ErrorInvalidRequest', `The request is invalid: ${error.message}`);
    throw error;
  }
}

function readVersion(text: string | undefined, newest: ServerVersion): ServerVersion {
  if (text === undefined) return UNSAID;
  const version = VERSIONS.find((known) => known === text);
  if (version && isAtLeast(newest, version)) return version;
  // Exchange 2016 also takes the schema versions by date that it knows.
  if (newest === 'Exchange2016' && /^V201[567]_\d\d_\d\d$/.test(text)) return newest;
  throw new FaultError('ErrorInvalidServerVersion');
}

const CONNECTING_SID = ['PrincipalName', 'SID', 'PrimarySmtpAddress', 'SmtpAddress'];

function readImpersonation(impersonation: XmlElement): string {
  const who = impersonation.child('ConnectingSID')?.children[0];
  if (!who || !CONNECTING_SID.includes(who.name) || who.text.trim() === '') {
    throw new FaultError('ErrorInvalidExchangeImpersonationHeaderData', 'The ExchangeImpersonation header is invalid.');
  }
  return who.text.trim();
}
