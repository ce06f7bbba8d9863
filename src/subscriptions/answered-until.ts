import type { MailboxEvent } from '../protocol/mailbox-event.js';
import type { EwsAnswer } from '../transport/ews-client.js';

/** Times are told to the second, in milliseconds. */
const SECOND_MS = 1000;

/**
 * Up to when everything was told once an answer was, by the server's clock (ms since 1970), where that is known: since it
 * was asked, or since the last event that was told, as they come in order. Nothing that was told is later than the answer;
 * what seems to be comes from a clock that was put back.
 * @param events what is in the answer
 * @param isAll whether that is all there was
 * @param before up to when it was before (ISO 8601)
 */
export function answeredUntil(
  { serverTime, answeredAt }: Pick<EwsAnswer<unknown>, 'serverTime' | 'answeredAt'>,
  events: readonly MailboxEvent[],
  isAll: boolean,
  before: string | undefined,
): number | undefined {
  const last = Date.parse(events.at(-1)?.timeStamp ?? '');
  if (!isAll) return Number.isNaN(last) ? undefined : last;
  if (serverTime === undefined || answeredAt === undefined) return serverTime;
  const known = [last, Date.parse(before ?? '')];
  return Math.max(serverTime, ...known.filter((time) => time > serverTime && time < answeredAt + SECOND_MS));
}
