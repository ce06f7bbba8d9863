/** What holds a subscription, which may get another id or other details meanwhile; its mailbox stays. */
export interface Holder {
  readonly mailbox: string;
}

/** The subscriptions that one node made: how many there are, and those of a mailbox at once. */
export class MadeSubscriptions<Entry extends Holder> {
  /** By address in lower case. Few have more than one. */
  readonly #byMailbox = new Map<string, Entry | Set<Entry>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** In the order in which they were made. @param mailbox as the subscriptions name it, in any case */
  of(mailbox: string): Iterable<Entry> {
    const found = this.#byMailbox.get(mailbox.toLowerCase());
    return found instanceof Set ? found : found ? [found] : [];
  }

  /** Takes in one that is not in it. */
  add(entry: Entry): void {
    this.#size += 1;
    const key = entry.mailbox.toLowerCase();
    const known = this.#byMailbox.get(key);
    if (known instanceof Set) known.add(entry);
    else this.#byMailbox.set(key, known ? new Set([known, entry]) : entry);
  }

  /** Takes out one that is in it. */
  remove(entry: Entry): void {
    this.#size -= 1;
    const key = entry.mailbox.toLowerCase();
    const known = this.#byMailbox.get(key);
    if (known instanceof Set) known.delete(entry);
    if (known === entry || (known instanceof Set && known.size === 0)) this.#byMailbox.delete(key);
  }
}
