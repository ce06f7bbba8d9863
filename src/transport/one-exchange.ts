import type { IncomingHttpHeaders } from 'node:http';
import { EwsError } from '../protocol/ews-error.js';
import type { Authentication } from './authentication.js';
import { Connection } from './connection.js';
import type { HttpProxy } from './http-proxy.js';
import { networkError } from './network-error.js';
import { readBody } from './response-body.js';
import type { TlsOptions } from './tls-options.js';

/** A request that is asked once, on a connection of its own. */
export interface OneRequest {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly tls: TlsOptions;
  readonly proxy?: HttpProxy | undefined;
  /** Bound on all of it, in milliseconds. */
  readonly timeoutMs: number;
  /** Bound on the answer, in bytes. */
  readonly maxBytes: number;
  readonly signal?: AbortSignal | undefined;
}

export interface WholeAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/**
 * Asks once and reads the whole answer, bounded in size and time. Throws an `EwsError` that says nothing of what the
 * connection was like: its cause is left out, so that nobody takes it for trouble with EWS itself.
 * @param authentication how to sign in; without it the request says nothing of who is calling
 */
export async function askOnce(request: OneRequest, authentication?: Authentication): Promise<WholeAnswer> {
  const { method, url, headers, body, tls, proxy, timeoutMs, maxBytes } = request;
  const { origin } = url;
  const connection = new Connection({ origin, tls, proxy, connectMs: timeoutMs, idleMs: timeoutMs });
  const tooLong = AbortSignal.timeout(timeoutMs);
  const signal = request.signal ? AbortSignal.any([tooLong, request.signal]) : tooLong;
  const send = (authorization: Readonly<Record<string, string>>, part = 'whole') =>
    connection.request({
      method,
      path: url.pathname + url.search,
      headers: {
        accept: '*/*',
        'accept-encoding': 'identity',
        'user-agent': 'node-red-ews-notifications',
        ...headers,
        ...authorization,
      },
      body: part === 'whole' ? body : undefined,
      timeoutMs,
      signal,
    });
  try {
    const reply = authentication ? await authentication.send({ connection, origin, send }) : await send({});
    const text = await readBody(reply.body, reply.headers['content-encoding'], maxBytes);
    return { status: reply.status, headers: reply.headers, text };
  } catch (thrown) {
    if (tooLong.aborted) throw new EwsError('EWS_TIMEOUT', `${origin} did not answer in time.`);
    if (request.signal?.aborted) throw new EwsError('EWS_NETWORK', 'The request was given up.');
    if (thrown instanceof EwsError) throw thrown;
    const { code, message } = networkError(thrown, origin);
    throw new EwsError(code, message);
  } finally {
    await connection.destroy();
  }
}
