import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpRefusal } from './http-refusal.js';

/** What is still taken of a request that was refused before it had come, so that its sender gets to read why: in bytes. */
const DRAINED_BYTES = 1024 * 1024;

/** Answers with text. */
export function answerText(
  response: ServerResponse,
  status: number,
  type: string,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (response.headersSent || response.destroyed) return;
  const body = Buffer.from(text, 'utf8');
  response.writeHead(status, { 'content-type': type, 'content-length': String(body.length), ...headers });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}

/** Answers with the sentence of a refusal. What of the request has not come yet is drained a little, then cut off. */
export function answerRefusal(request: IncomingMessage, response: ServerResponse, refusal: HttpRefusal): void {
  const complete = request.complete;
  const headers = complete ? refusal.headers : { ...refusal.headers, connection: 'close' };
  answerText(response, refusal.status, 'text/plain; charset=utf-8', `${refusal.message}\n`, headers);
  if (complete) return;
  let drained = 0;
  request.on('data', (chunk: Buffer) => {
    drained += chunk.length;
    if (drained > DRAINED_BYTES) request.destroy();
  });
  request.on('error', () => undefined);
}
