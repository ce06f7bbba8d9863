import { readFile, rm } from 'node:fs/promises';
import type { EndableSubscription } from './account-link.js';
import { writeDurably } from './durable-file.js';

/** More than this are not remembered: they run out by themselves. */
const MAX_REMEMBERED = 20_000;

/** Subscriptions of an account that could not be ended when they were given up; they are at its next start. */
export class UnwantedSubscriptions {
  readonly #path: string;
  readonly #coming: EndableSubscription[] = [];
  /** Adds what is coming, as soon as what is under way is over. */
  #adding: Promise<void> | undefined;
  #changing: Promise<unknown> = Promise.resolve();

  constructor(path: string) {
    this.#path = path;
  }

  /** Remembers one, together with all that come while others are being written. Failing to is no harm: the server ends it in time. */
  add({ subscriptionId, mailbox, access, delivery }: EndableSubscription): Promise<void> {
    this.#coming.push({ subscriptionId, mailbox, access, ...(delivery === undefined ? {} : { delivery }) });
    this.#adding ??= this.#change(async () => {
      this.#adding = undefined;
      const coming = this.#coming.splice(0);
      const all = [...(await this.#read()), ...coming].slice(-MAX_REMEMBERED);
      await writeDurably(this.#path, JSON.stringify(all));
    }).catch(() => undefined);
    return this.#adding;
  }

  /** Returns all that are remembered, and forgets them. */
  takeAll(): Promise<EndableSubscription[]> {
    return this.#change(async () => {
      const known = await this.#read();
      if (known.length > 0) await rm(this.#path, { force: true }).catch(() => undefined);
      return known;
    });
  }

  /** One change after the other. */
  #change<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#changing.then(work);
    this.#changing = done.catch(() => undefined);
    return done;
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
