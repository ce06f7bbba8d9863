import { readFile, rm } from 'node:fs/promises';
import type { EndableSubscription } from './account-link.js';
import { writeDurably } from './durable-file.js';

/** More than this are not remembered: they run out by themselves. */
const MAX_REMEMBERED = 1000;

/** Subscriptions of an account that could not be ended when they were given up; they are at its next start. */
export class UnwantedSubscriptions {
  readonly #path: string;
  #changing: Promise<void> = Promise.resolve();

  constructor(path: string) {
    this.#path = path;
  }

  /** Remembers one. Failing to is no harm: the server ends it in time. */
  async add(subscription: EndableSubscription): Promise<void> {
    const { subscriptionId, mailbox, access, delivery } = subscription;
    this.#changing = this.#changing
      .then(async () => {
        const known = await this.#read();
        const all = [
          ...known,
          { subscriptionId, mailbox, access, ...(delivery === undefined ? {} : { delivery }) },
        ].slice(-MAX_REMEMBERED);
        await writeDurably(this.#path, JSON.stringify(all));
      })
      .catch(() => undefined);
    await this.#changing;
  }

  /** Returns all that are remembered, and forgets them. */
  async takeAll(): Promise<EndableSubscription[]> {
    const taken = this.#changing.then(async () => {
      const known = await this.#read();
      if (known.length > 0) await rm(this.#path, { force: true }).catch(() => undefined);
      return known;
    });
    this.#changing = taken.then(() => undefined);
    return taken;
  }

  async #read(): Promise<EndableSubscription[]> {
    try {
      const value: unknown = JSON.parse(await readFile(this.#path, 'utf8'));
      return Array.isArray(value) ? value.filter(isEndable) : [];
    } catch {
      return [];
    }
  }
}

function isEndable(value: unknown): value is EndableSubscription {
  const { subscriptionId, mailbox, access } = (value ?? {}) as Partial<EndableSubscription>;
  return (
    typeof subscriptionId === 'string' &&
    subscriptionId !== '' &&
    typeof mailbox === 'string' &&
    (access === 'delegate' || access === 'impersonate')
  );
}
