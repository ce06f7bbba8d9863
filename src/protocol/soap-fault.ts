import { EwsError } from './ews-error.js';
import { backOffOf, readMessageXml } from './message-xml.js';
import type { OperationName } from './operation.js';
import { quoted } from './quoted.js';
import type { XmlElement } from './xml-element.js';

/** grommunio's words for what Exchange answers with ErrorInvalidSubscription. */
const INVALID_SUBSCRIPTION = /\bE-320[12]\b|invalid subscription/i;

/** What is shown of a server's sentence, in UTF-16 code units. */
const MAX_SENTENCE = 500;

/**
 * The error that a SOAP Fault stands for. Exchange names its response code in `detail/ResponseCode`, or else as the
 * local part of `faultcode` (`a:ErrorSchemaValidation`); other servers give a sentence only (`EWS_SOAP_FAULT`).
 */
export function readFault(fault: XmlElement, operation?: OperationName): EwsError {
  const detail = fault.child('detail') ?? fault.child('Detail');
  const sentence = quoted(fault.childText('faultstring') ?? detail?.childText('Message') ?? '', MAX_SENTENCE);
  const values = readMessageXml(detail?.child('MessageXml'));
  return new EwsError(
    faultCode(fault, detail, sentence),
    `The server answered with a fault: ${sentence || 'no reason given'}`,
    { operation, values, backOffMs: backOffOf(values) },
  );
}

function faultCode(fault: XmlElement, detail: XmlElement | undefined, sentence: string): string {
  const inDetail = detail?.childText('ResponseCode')?.trim() ?? '';
  const named = inDetail === '' ? (fault.childText('faultcode') ?? '').trim().replace(/^.*:/, '') : inDetail;
  if (named.startsWith('Error')) return named;
  return INVALID_SUBSCRIPTION.test(sentence) ? 'ErrorInvalidSubscription' : 'EWS_SOAP_FAULT';
}
