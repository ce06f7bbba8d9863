import type { Clock } from '../clock.js';
import { readEnvelope } from '../protocol/envelope.js';
import { EwsError } from '../protocol/ews-error.js';
import { Connection, type Reply } from '../transport/connection.js';
import { networkError } from '../transport/network-error.js';
import { readBody } from '../transport/response-body.js';
import type { TlsOptions } from '../transport/tls-options.js';
import type { PushDesk } from './push-desk.js';
import { newPushToken } from './push-token.js';

/** Bound on connecting and on each wait for an answer, in milliseconds. */
const TIMEOUT_MS = 10_000;
/** The answer to a notification is a few hundred bytes; what is longer is somebody else's. */
const MAX_ANSWER_BYTES = 64 * 1024;

/**
 * How a call was answered. `reached`: it came here, and the answer got back; `answer-lost`: it came here, but what got back
 * was something else; the others: somebody else answered, with an HTTP status.
 */
export type AnswerKind = 'reached' | 'answer-lost' | 'elsewhere' | 'redirect' | 'unauthorized';

/** What came back. None of it holds anything of an answer's body. */
export type PushFinding =
  | { readonly kind: AnswerKind; readonly status?: number; readonly to?: string }
  | { readonly kind: 'failed'; readonly error: EwsError };

export interface PushCheckOptions {
  readonly desk: PushDesk;
  /** The path of a node that listens. */
  readonly path: string;
  /** The address of that path, with a slash at its end. */
  readonly address: string;
  readonly clock: Clock;
  readonly tls?: TlsOptions;
}

/**
 * Calls a push address as a server would, with a sign of life, at a token that exists for this call alone. Whether the
 * call has come here is known from its having come here, not from the answer. Redirects are not followed. Never rejects.
 */
export async function checkPushAddress(options: PushCheckOptions): Promise<PushFinding> {
  const { desk, path, address } = options;
  const token = newPushToken();
  let arrived = false;
  desk.connect(path, token, {
    receive: () => {
      arrived = true;
      return Promise.resolve('OK');
    },
  });
  try {
    const { origin, pathname } = new URL(address + token);
    return await call(origin, pathname, options, () => arrived);
  } finally {
    desk.disconnect(token);
  }
}

async function call(
  origin: string,
  path: string,
  { clock, tls = {} }: PushCheckOptions,
  arrived: () => boolean,
): Promise<PushFinding> {
  const connection = new Connection({ origin, tls, connectMs: TIMEOUT_MS, idleMs: TIMEOUT_MS });
  const bound = new AbortController();
  // An answer that comes drop by drop is never late, and never there.
  const timer = clock.setTimer(() => {
    bound.abort(new EwsError('EWS_TIMEOUT', `${origin} was reached, but did not answer in time.`));
  }, 2 * TIMEOUT_MS);
  try {
    const headers = { 'content-type': 'text/xml; charset=utf-8', 'user-agent': 'node-red-ews-notifications' };
    const request = { path, headers, body: SIGN_OF_LIFE, timeoutMs: TIMEOUT_MS, last: true, signal: bound.signal };
    return await finding(await connection.request(request), arrived);
  } catch (thrown) {
    return { kind: 'failed', error: networkError(bound.signal.aborted ? bound.signal.reason : thrown, origin) };
  } finally {
    clock.clearTimer(timer);
    await connection.destroy();
  }
}

async function finding({ status, headers, body }: Reply, arrived: () => boolean): Promise<PushFinding> {
  const text = await readBody(body, headers['content-encoding'], MAX_ANSWER_BYTES).catch(() => '');
  if (arrived()) return status === 200 && isResult(text) ? { kind: 'reached' } : { kind: 'answer-lost', status };
  if (status >= 300 && status < 400) return { kind: 'redirect', status, to: hostOf(headers.location) };
  if (status === 401 || status === 403 || status === 407) return { kind: 'unauthorized', status };
  return { kind: 'elsewhere', status };
}

function isResult(text: string): boolean {
  try {
    return readEnvelope(text, 'SendNotification', MAX_ANSWER_BYTES).response.name === 'SendNotificationResult';
  } catch {
    return false;
  }
}

/** Where a redirect leads, without a path, which may be the secret one. */
function hostOf(location: string | undefined): string {
  return location !== undefined && URL.canParse(location) ? new URL(location).origin : '';
}

/** A notification as Exchange sends it when nothing has happened; the subscription in it is nobody's. */
const SIGN_OF_LIFE =
  '<?xml version="1.0" encoding="utf-8"?>' +
  '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>' +
  '<m:SendNotification xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"' +
  ' xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"><m:ResponseMessages>' +
  '<m:SendNotificationResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode>' +
  '<m:Notification><t:SubscriptionId>test</t:SubscriptionId><t:PreviousWatermark>AAAA</t:PreviousWatermark>' +
  '<t:MoreEvents>false</t:MoreEvents><t:StatusEvent><t:Watermark>AAAA</t:Watermark></t:StatusEvent></m:Notification>' +
  '</m:SendNotificationResponseMessage></m:ResponseMessages></m:SendNotification></soap:Body></soap:Envelope>';
