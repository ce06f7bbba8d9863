import type { MailboxEvent } from '../protocol/mailbox-event.js';
import { eventKeyOf } from './event-key.js';

/**
 * What makes an event the same in two deliveries. Time stamps are compared to the second, as pull and streaming may write
 * them with different precision.
 */
export function eventKey(event: MailboxEvent): string {
  return eventKeyOf(event, event.timeStamp.slice(0, 19));
}

/** Keys of events that were sent, with how often: the same thing can happen twice in a second. */
export class SentLog {
  /** Made when the first comes: each of thousands of mailboxes has such logs, and most have nothing in them. */
  #counts: Map<string, number> | undefined;
  readonly #most: number;
  #size = 0;
  /** Goes along the keys as the oldest are forgotten: to begin at the first each time would lead past all that were. */
  #oldest: IterableIterator<string> | undefined;

  /**
   * @param keys what was saved with {@link keys}
   * @param most how many it remembers; of more, the oldest are forgotten
   */
  constructor(keys: Iterable<string> = [], most = Number.POSITIVE_INFINITY) {
    this.#most = most;
    for (const key of keys) this.addKey(key);
  }

  get size(): number {
    return this.#size;
  }

  add(events: Iterable<MailboxEvent>): void {
    for (const event of events) this.addKey(eventKey(event));
  }

  addKey(key: string): void {
    this.#counts ??= new Map();
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    this.#size += 1;
    if (this.#size > this.#most) this.#forgetOldest();
  }

  /** Whether the event is in it; it then is one time less. */
  take(event: MailboxEvent): boolean {
    return this.#size > 0 && this.takeKey(eventKey(event));
  }

  has(key: string): boolean {
    return this.#counts?.has(key) ?? false;
  }

  takeKey(key: string): boolean {
    const count = this.#counts?.get(key);
    if (!this.#counts || count === undefined) return false;
    if (count === 1) this.#counts.delete(key);
    else this.#counts.set(key, count - 1);
    this.#size -= 1;
    return true;
  }

  /** Those of `events` that are not in it, which it leaves as it is. */
  missing(events: readonly MailboxEvent[]): readonly MailboxEvent[] {
    const counts = this.#counts;
    if (!counts || this.#size === 0) return events;
    const seen = new Map<string, number>();
    return events.filter((event) => {
      const key = eventKey(event);
      const before = seen.get(key) ?? 0;
      seen.set(key, before + 1);
      return before >= (counts.get(key) ?? 0);
    });
  }

  keys(): string[] {
    const keys: string[] = [];
    for (const [key, count] of this.#counts ?? []) for (let left = count; left > 0; left -= 1) keys.push(key);
    return keys;
  }

  #forgetOldest(): void {
    this.#oldest ??= this.#counts?.keys();
    const key = this.#oldest?.next().value as string | undefined;
    if (!this.#counts || key === undefined) return;
    this.#size -= this.#counts.get(key) ?? 0;
    this.#counts.delete(key);
  }
}
