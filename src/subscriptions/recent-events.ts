import type { MailboxEvent } from '../protocol/mailbox-event.js';
import { eventKeyOf } from './event-key.js';

/** So many events are remembered: two full notifications. A server has one under way for a subscription. */
const REMEMBERED = 100;

/**
 * The events of the last notifications of a push subscription. A server that did not get our answer sends a notification
 * again, perhaps with more in it; what of it is in here was sent already.
 */
export class RecentEvents {
  readonly #keys: string[];

  /** @param keys what was saved with {@link keys} */
  constructor(keys: readonly string[] = []) {
    this.#keys = keys.slice(-REMEMBERED);
  }

  get keys(): readonly string[] {
    return this.#keys;
  }

  /** Those that are not remembered, in order. */
  unknown(events: readonly MailboxEvent[]): readonly MailboxEvent[] {
    if (this.#keys.length === 0) return events;
    const known = new Set(this.#keys);
    return events.filter((event) => !known.has(keyOf(event)));
  }

  add(events: readonly MailboxEvent[]): void {
    this.#keys.push(...events.slice(-REMEMBERED).map(keyOf));
    this.#keys.splice(0, this.#keys.length - REMEMBERED);
  }
}

/**
 * The same in each delivery of an event, and of no other: the watermark tells events apart, and where there is none the
 * time stamp as the server wrote it.
 */
function keyOf(event: MailboxEvent): string {
  return eventKeyOf(event, event.timeStamp, event.watermark ?? '');
}
