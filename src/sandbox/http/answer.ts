import type { Character } from '../characters/character.js';
import type { AnswerFailure } from '../misbehaviour/failure.js';
import type { Wire } from './wire.js';
import { FaultError, ResponseError } from '../soap/response-error.js';
import { failure, type ResponseMessage } from '../soap/response.js';

/** An answer as HTTP carries it. */
export interface Answer {
  readonly status: number;
  /** The EWS ResponseCode in it. */
  readonly code?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** What goes out behind it on the same connection, as bytes of HTTP. */
  readonly stray?: string;
  /** Writes the answer piece by piece, in place of the body. */
  readonly stream?: (wire: Wire) => void;
  /** The number of the server behind the load balancer that answers. */
  readonly backEnd?: number;
}

const XML_HEADERS = { 'Content-Type': 'text/xml; charset=utf-8' };

export function responseAnswer(
  character: Character,
  operation: string,
  messages: readonly ResponseMessage[],
  headers: Readonly<Record<string, string>> = {},
): Answer {
  const code = messages.find(({ responseClass }) => responseClass === 'Error')?.code ?? 'NoError';
  const body = character.writeResponse(operation, messages);
  return { status: 200, code, headers: { ...XML_HEADERS, ...headers }, body };
}

export function streamAnswer(
  code: string | undefined,
  headers: Readonly<Record<string, string>>,
  stream: (wire: Wire) => void,
): Answer {
  return { status: 200, code: code ?? 'NoError', headers: { ...XML_HEADERS, ...headers }, body: '', stream };
}

export function faultAnswer(character: Character, { code, message, values }: FaultError, operation = ''): Answer {
  const body = character.writeFault(code, message, values);
  const stray = character.strayAfterFault(operation);
  return { status: character.faultStatus, code, headers: XML_HEADERS, body, ...(stray === '' ? {} : { stray }) };
}

/** An answer that comes from HTTP, not from EWS. */
export function httpAnswer(status: number, headers: Readonly<Record<string, string>> = {}, body = ''): Answer {
  return { status, headers, body };
}

/** 401, as Exchange asks for HTTP Basic authentication. */
export function unauthorized(): Answer {
  return httpAnswer(401, { 'WWW-Authenticate': 'Basic realm="sandbox.example", charset="UTF-8"' });
}

/** The answer that a failure asks for in place of the right one; `undefined` if it asks for none. */
export function failedAnswer(wanted: AnswerFailure, character: Character, operation: string): Answer | undefined {
  const { code, fault, text, backOffMs, httpStatus } = wanted;
  if (code !== undefined) {
    const values: Record<string, string> = backOffMs === undefined ? {} : { BackOffMilliseconds: String(backOffMs) };
    if (fault) return faultAnswer(character, new FaultError(code, text, values), operation);
    return responseAnswer(character, operation, [failure(new ResponseError(code, text, values))]);
  }
  return httpStatus === undefined ? undefined : failedHttp(httpStatus, wanted);
}

function failedHttp(status: number, { retryAfter, html }: AnswerFailure): Answer {
  const { headers } = status === 401 ? unauthorized() : { headers: {} };
  return httpAnswer(
    status,
    {
      ...headers,
      ...(retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) }),
      ...(html ? { 'Content-Type': 'text/html; charset=utf-8' } : {}),
    },
    html ? proxyPage(status) : '',
  );
}

function proxyPage(status: number): string {
  return (
    '<!DOCTYPE html>\n<html><head><title>Gateway error</title><meta charset="utf-8"></head>' +
    `<body><h1>${status}</h1><p>The proxy could not reach the server.<br>Please try again later.</p></body></html>\n`
  );
}
