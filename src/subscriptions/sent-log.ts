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
  readonly #counts = new Map<string, number>();
  #size = 0;

  /** @param keys what was saved with {@link keys} */
  constructor(keys: Iterable<string> = []) {
    for (const key of keys) this.#addKey(key);
  }

  get size(): number {
    return this.#size;
  }

  add(events: Iterable<MailboxEvent>): void {
    for (const event of events) this.#addKey(eventKey(event));
  }

  /** Whether the event is in it; it then is one time less. */
  take(event: MailboxEvent): boolean {
    if (this.#size === 0) return false;
    const key = eventKey(event);
    const count = this.#counts.get(key);
    if (count === undefined) return false;
    if (count === 1) this.#counts.delete(key);
    else this.#counts.set(key, count - 1);
    this.#size -= 1;
    return true;
  }

  keys(): string[] {
    return [...this.#counts].flatMap(([key, count]) => Array<string>(count).fill(key));
  }

  #addKey(key: string): void {
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    this.#size += 1;
  }
}
