import { readEnvelope } from '../../dist/src/protocol/envelope.js';
import type { Operation } from '../../dist/src/protocol/operation.js';

const NAMESPACES =
  'xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types" ' +
  'xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"';

/** A SOAP envelope as Exchange writes it, around a body with the prefixes `t:` and `m:`. */
export function envelope(body: string): string {
  return (
    '<?xml version="1.0" encoding="utf-8"?>' +
    `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body ${NAMESPACES}>${body}</s:Body></s:Envelope>`
  );
}

/** An answer to `operation` with these response messages. */
export function answer(operation: string, ...messages: string[]): string {
  return envelope(
    `<m:${operation}Response><m:ResponseMessages>${messages.join('')}</m:ResponseMessages></m:${operation}Response>`,
  );
}

/** A response message of class Success with that content. */
export function success(operation: string, content = ''): string {
  return (
    `<m:${operation}ResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode>${content}` +
    `</m:${operation}ResponseMessage>`
  );
}

/** A response message of class Error. */
export function failure(operation: string, code: string, text = '', more = ''): string {
  return (
    `<m:${operation}ResponseMessage ResponseClass="Error"><m:MessageText>${text}</m:MessageText>` +
    `<m:ResponseCode>${code}</m:ResponseCode><m:DescriptiveLinkKey>0</m:DescriptiveLinkKey>${more}` +
    `</m:${operation}ResponseMessage>`
  );
}

/** Reads a document the way the transport does: envelope first, then the operation. */
export function read<Response>(operation: Operation<never, Response>, document: string): Response {
  return operation.read(readEnvelope(document, operation.name).response);
}
