import { EwsError } from './ews-error.js';
import { malformedAnswer, requiredChild } from './malformed.js';
import { backOffOf, readMessageXml } from './message-xml.js';
import type { OperationName } from './operation.js';
import { quoted } from './quoted.js';
import type { XmlElement } from './xml-element.js';

/**
 * The response messages of an answer, one for each thing that was asked for. Their element names are not looked at:
 * grommunio names them `m:x`. The response element's own name is, so that a stray answer to another request,
 * or to nothing, is not taken for this one.
 */
export function responseMessages(response: XmlElement, operation: OperationName): readonly XmlElement[] {
  if (!response.name.startsWith(`${operation}Response`)) {
    throw malformedAnswer(`it is <${response.name}>, not <${operation}Response>`);
  }
  const messages = requiredChild(response, 'ResponseMessages').children;
  if (messages.length === 0) throw malformedAnswer(`<ResponseMessages> of <${response.name}> is empty`);
  return messages;
}

/** The one response message of an operation that asks for one thing. Throws the `EwsError` that it stands for if it is one. */
export function singleMessage(response: XmlElement, operation: OperationName): XmlElement {
  const [message] = responseMessages(response, operation);
  if (!message) throw malformedAnswer('it holds no response message');
  throwIfError(message, operation);
  return message;
}

/** Throws the `EwsError` that a response message of class Error stands for. Success and Warning pass. */
export function throwIfError(message: XmlElement, operation: OperationName): void {
  const error = errorOf(message, operation);
  if (error) throw error;
}

/** What is shown of a server's sentence, in UTF-16 code units. */
const MAX_SENTENCE = 500;

/**
 * The `EwsError` that a response message stands for, if it is one. A Warning is none, but for the one that says that
 * this part of the request was not looked at.
 */
export function errorOf(message: XmlElement, operation: OperationName): EwsError | undefined {
  const responseClass = message.attributes.ResponseClass;
  const code = message.childText('ResponseCode')?.trim() ?? '';
  const failed = code !== '' && code !== 'NoError';
  if (!failed && responseClass !== 'Error') return undefined;
  if (responseClass === 'Warning' && code !== 'ErrorBatchProcessingStopped') return undefined;
  const text = quoted(message.childText('MessageText') ?? '', MAX_SENTENCE);
  const values = readMessageXml(message.child('MessageXml'));
  const told = operation === 'SendNotification' ? 'The server tells of' : `${operation} was answered with`;
  const shown = failed ? quoted(code) : 'an error without a code';
  return new EwsError(failed ? code : 'EWS_MALFORMED', `${told} ${shown}${text === '' ? '' : `: ${text}`}`, {
    operation,
    values,
    backOffMs: backOffOf(values),
  });
}
