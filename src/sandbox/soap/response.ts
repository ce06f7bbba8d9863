import { element, escapeXml, textElement } from '../../protocol/xml-writer.js';
import { messageText, type ResponseError } from './response-error.js';

/** One response message: what an operation has to say of one thing that was asked for. */
export interface ResponseMessage {
  readonly responseClass: 'Success' | 'Warning' | 'Error';
  /** An EWS ResponseCode; `NoError` for success. */
  readonly code: string;
  readonly text?: string;
  /** The `Value` elements of MessageXml, by name. */
  readonly values?: Readonly<Record<string, string>>;
  /** What follows the elements that every response message has, as XML. */
  readonly content: string;
}

export function success(content = ''): ResponseMessage {
  return { responseClass: 'Success', code: 'NoError', content };
}

export function failure({ code, message, values }: ResponseError, content = ''): ResponseMessage {
  return { responseClass: 'Error', code, text: message, values, content };
}

/** The elements of a response message, in the order of the schema (ResponseMessageType). */
export function writeResponseMessage(name: string, message: ResponseMessage): string {
  const isError = message.responseClass !== 'Success';
  return element(
    name,
    { ResponseClass: message.responseClass },
    isError ? textElement('m:MessageText', message.text ?? messageText(message.code)) : '',
    textElement('m:ResponseCode', message.code),
    isError ? '<m:DescriptiveLinkKey>0</m:DescriptiveLinkKey>' : '',
    writeMessageXml('m:MessageXml', message.values ?? {}),
    message.content,
  );
}

/** `MessageXml` with its `Value` elements; nothing when there are none. */
export function writeMessageXml(
  name: string,
  values: Readonly<Record<string, string>>,
  attributes: Readonly<Record<string, string>> = {},
): string {
  const entries = Object.entries(values);
  if (entries.length === 0) return '';
  const content = entries.map(([key, value]) => element('t:Value', { Name: key }, escapeXml(value)));
  return element(name, attributes, ...content);
}
