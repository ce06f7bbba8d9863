import type { LiveSubscription } from './live-subscription.js';

/** What holds a subscription, which may get another id or other details meanwhile; its mailbox stays. */
export interface Holder {
  subscription: LiveSubscription;
}

/** The subscriptions that one node made, in the order in which they were made, and those of a mailbox at once. */
export class MadeSubscriptions<Entry extends Holder> {
  readonly #all = new Set<Entry>();
  /** By address in lower case. Few have more than one. */
  readonly #byMailbox = new Map<string, Entry | Set<Entry>>();

  get size(): number {
    return this.#all.size;
  }

  all(): Iterable<Entry> {
    return this.#all;
  }

  /** @param mailbox as the subscriptions name it, in any case */
  of(mailbox: string): Iterable<Entry> {
    const found = this.#byMailbox.get(mailbox.toLowerCase());
    return found instanceof Set ? found : found ? [found] : [];
  }

  add(entry: Entry): void {
    this.#all.add(entry);
    const key = entry.subscription.mailbox.toLowerCase();
    const known = this.#byMailbox.get(key);
    if (known instanceof Set) known.add(entry);
    else this.#byMailbox.set(key, known ? new Set([known, entry]) : entry);
  }

  remove(entry: Entry): void {
    this.#all.delete(entry);
    const key = entry.subscription.mailbox.toLowerCase();
    const known = this.#byMailbox.get(key);
    if (known instanceof Set) known.delete(entry);
    if (known === entry || (known instanceof Set && known.size === 0)) this.#byMailbox.delete(key);
  }
}
