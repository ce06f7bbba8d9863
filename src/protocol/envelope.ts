import { malformedAnswer, requiredChild } from './malformed.js';
import { MESSAGES_NAMESPACE, SOAP_NAMESPACE, TYPES_NAMESPACE } from './namespaces.js';
import { nonEmpty } from './non-empty.js';
import { omitUndefined } from './omit-undefined.js';
import type { OperationName } from './operation.js';
import { readServerVersion, type RequestVersion, type ServerVersionInfo } from './server-version.js';
import { readFault } from './soap-fault.js';
import type { XmlElement } from './xml-element.js';
import { readXml } from './xml-reader.js';
import { element, textElement } from './xml-writer.js';

/** Whose rights a request runs with, by one of the names that EWS takes (schema: ConnectingSIDType). */
export type ConnectingSid =
  | { readonly principalName: string }
  | { readonly sid: string }
  | { readonly primarySmtpAddress: string }
  | { readonly smtpAddress: string };

export interface RequestHeader {
  readonly version: RequestVersion;
  readonly impersonate?: ConnectingSid;
}

/** The whole SOAP request around `body`, a request element with the prefixes `m:` and `t:`. */
export function writeEnvelope(header: RequestHeader, body: string): string {
  return writeSoap(
    element(
      'soap:Header',
      {},
      element('t:RequestServerVersion', { Version: header.version }),
      header.impersonate ? writeImpersonation(header.impersonate) : '',
    ),
    body,
  );
}

/** The whole SOAP answer to what a server asked of us, around `body`, a result element with the prefix `m:`. */
export function writeAnswerEnvelope(body: string): string {
  return writeSoap('', body);
}

function writeSoap(header: string, body: string): string {
  return (
    '<?xml version="1.0" encoding="utf-8"?>' +
    element(
      'soap:Envelope',
      { 'xmlns:soap': SOAP_NAMESPACE, 'xmlns:t': TYPES_NAMESPACE, 'xmlns:m': MESSAGES_NAMESPACE },
      header,
      element('soap:Body', {}, body),
    )
  );
}

function writeImpersonation(who: ConnectingSid): string {
  return element('t:ExchangeImpersonation', {}, element('t:ConnectingSID', {}, writeConnectingSid(who)));
}

function writeConnectingSid(who: ConnectingSid): string {
  const write = (name: string, value: string) => textElement(name, nonEmpty('The account to impersonate', value));
  if ('principalName' in who) return write('t:PrincipalName', who.principalName);
  if ('sid' in who) return write('t:SID', who.sid);
  if ('primarySmtpAddress' in who) return write('t:PrimarySmtpAddress', who.primarySmtpAddress);
  return write('t:SmtpAddress', who.smtpAddress);
}

/** An answer: its response element, and what the server says of itself. */
export interface ResponseEnvelope {
  readonly response: XmlElement;
  readonly server?: ServerVersionInfo;
}

/**
 * Reads an answer. A response element without an envelope around it is taken too.
 * Throws the `EwsError` of a SOAP Fault, and `EWS_MALFORMED` or `EWS_TOO_LARGE` for what cannot be read.
 * @param maxLength the bound on the document, in UTF-16 code units
 */
export function readEnvelope(xml: string, operation?: OperationName, maxLength?: number): ResponseEnvelope {
  const root = readXml(xml, maxLength);
  if (root.name === 'Fault') throw readFault(root, operation);
  if (root.name !== 'Envelope') return { response: root };
  const response = requiredChild(root, 'Body').children[0];
  if (!response) throw malformedAnswer('the SOAP <Body> is empty');
  if (response.name === 'Fault') throw readFault(response, operation);
  const info = root.child('Header')?.child('ServerVersionInfo');
  return omitUndefined({ response, server: info && readServerVersion(info.attributes) });
}
