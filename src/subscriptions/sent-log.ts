import { createHash } from 'node:crypto';
import type { MailboxEvent } from '../protocol/mailbox-event.js';

/**
 * What makes an event the same in two deliveries: its kind, what it happened to and from where, and when. Time stamps are
 * compared to the second, as pull and streaming may write them with different precision. Short, as hundreds are kept.
 */
export function eventKey(event: MailboxEvent): string {
  const subject = 'itemId' in event ? event.itemId.id : event.folderId.id;
  const old = 'oldItemId' in event ? event.oldItemId.id : 'oldFolderId' in event ? event.oldFolderId.id : '';
  const text = JSON.stringify([event.eventType, subject, old, event.timeStamp.slice(0, 19)]);
  return createHash('sha1').update(text).digest('base64').slice(0, 16);
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
