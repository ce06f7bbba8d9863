import type { Clock } from '../clock.js';
import type { MailboxEvent } from '../protocol/mailbox-event.js';
import { eventKeyOf } from '../subscriptions/event-key.js';
import type { Spool } from './spool.js';

/** So long is it known what was left, in milliseconds: a day, which is the longest for which a server tries to push again. */
const KNOWN_MS = 24 * 60 * 60_000;

/**
 * What an earlier run left to be sent. A crash may have come before the position was saved, so the server may bring it
 * again, perhaps only after another restart. Told apart by watermark; where there is none, engines do so themselves.
 */
export class ReplayedEvents {
  readonly #spool: Spool;
  readonly #clock: Clock;
  readonly #keys = new Set<string>();
  #since = 0;

  constructor(spool: Spool, clock: Clock) {
    this.#spool = spool;
    this.#clock = clock;
  }

  /** Takes up what is known from earlier; `left` is what is left now, and is not sent before this resolves. Never rejects. */
  async begin(left: readonly MailboxEvent[]): Promise<void> {
    const { keys, since } = await this.#spool.remembered();
    const now = this.#clock.now();
    const isKnown = now - since < KNOWN_MS;
    const news = left.filter(({ watermark }) => watermark !== undefined).map(keyOf);
    for (const key of isKnown ? [...keys, ...news] : news) this.#keys.add(key);
    this.#since = news.length > 0 ? now : since;
    if (news.length > 0 || !isKnown) await this.#save();
  }

  get isEmpty(): boolean {
    return this.#keys.size === 0;
  }

  /** The events without those that were left; each of these may come again once. */
  async without(events: readonly MailboxEvent[]): Promise<readonly MailboxEvent[]> {
    if (this.#keys.size === 0) return events;
    const rest = events.filter((event) => !this.#keys.delete(keyOf(event)));
    if (rest.length < events.length) await this.#save();
    return rest;
  }

  async #save(): Promise<void> {
    await this.#spool.remember({ keys: [...this.#keys], since: this.#since });
  }
}

function keyOf(event: MailboxEvent): string {
  return eventKeyOf(event, event.timeStamp, event.watermark ?? '');
}
