import type { IncomingHttpHeaders } from 'node:http';
import type { EwsAnswer } from './request-context.js';

/**
 * What is answered within this time counts as answered at once, in milliseconds: servers tell times to the second, and what
 * was told of the last one would be told again if it were not taken to be over.
 */
const AT_ONCE_MS = 1000;

/**
 * When an answer was given, by the server's clock. A server says in which second it began to write it; what it answers was
 * looked up before that, after it was asked.
 * @param tookMs how long it took to begin with the answer, in milliseconds
 */
export function answerTimes(
  headers: IncomingHttpHeaders,
  tookMs: number,
): Pick<EwsAnswer<unknown>, 'serverTime' | 'answeredAt'> {
  const answeredAt = Date.parse(headers.date ?? '');
  if (Number.isNaN(answeredAt)) return { serverTime: undefined, answeredAt: undefined };
  return { serverTime: tookMs > AT_ONCE_MS ? answeredAt - tookMs : answeredAt, answeredAt };
}
