import { malformedAnswer } from '../malformed.js';
import { nonEmpty } from '../non-empty.js';
import { readXml } from '../xml-reader.js';
import { element, textElement } from '../xml-writer.js';
import { answerOf, wordOf, type AutodiscoverAnswer, type AutodiscoverProtocol } from './answer.js';

const SCHEMAS = 'http://schemas.microsoft.com/exchange/autodiscover/outlook';

/** The older protocol, plain XML (docs: "POX Autodiscover request for Exchange"). */
export function writePoxRequest(address: string): string {
  const request = element(
    'Request',
    {},
    textElement('EMailAddress', nonEmpty('The e-mail address', address)),
    textElement('AcceptableResponseSchema', `${SCHEMAS}/responseschema/2006a`),
  );
  const root = element('Autodiscover', { xmlns: `${SCHEMAS}/requestschema/2006` }, request);
  return `<?xml version="1.0" encoding="utf-8"?>${root}`;
}

/** Throws `EWS_MALFORMED`. */
export function readPoxResponse(document: string, maxLength?: number): AutodiscoverAnswer {
  const response = readXml(document, maxLength).child('Response');
  if (!response) throw malformedAnswer('it is no answer of Autodiscover');
  const error = response.child('Error');
  if (error) return { kind: 'error', code: wordOf(error.childText('ErrorCode')) };
  const account = response.child('Account');
  if (!account) throw malformedAnswer('it is no answer of Autodiscover');
  const redirectAddress = account.childText('RedirectAddr')?.trim() ?? '';
  const redirectUrl = account.childText('RedirectUrl')?.trim() ?? '';
  switch ((account.childText('Action') ?? 'settings').trim().toLowerCase()) {
    case 'redirectaddr':
      return { kind: 'redirect-address', address: redirectAddress };
    case 'redirecturl':
      return { kind: 'redirect-url', url: redirectUrl };
  }
  const protocols = account.children.filter(({ name }) => name === 'Protocol');
  const urlOf = (...types: string[]) =>
    protocols
      .filter((protocol) => types.includes((protocol.childText('Type') ?? '').trim().toUpperCase()))
      .map((protocol) => protocol.childText('EwsUrl')?.trim())
      .find((url) => url !== undefined && url !== '');
  // Outlook Anywhere is from outside, Exchange RPC from inside.
  return answerOf({ externalUrl: urlOf('EXPR', 'EXHTTP'), internalUrl: urlOf('EXCH') });
}

export const poxAutodiscover: AutodiscoverProtocol = {
  name: 'pox',
  path: '/autodiscover/autodiscover.xml',
  headers: { 'content-type': 'text/xml; charset=utf-8', accept: 'text/xml' },
  write: writePoxRequest,
  read: readPoxResponse,
};
