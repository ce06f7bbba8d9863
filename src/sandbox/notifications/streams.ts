import type { EventStream } from './event-stream.js';
import type { Subscription } from './subscription.js';

/** The open streams of a server. */
export class Streams {
  readonly #open = new Set<EventStream>();
  readonly #readers = new Map<Subscription, EventStream>();

  get size(): number {
    return this.#open.size;
  }

  add(stream: EventStream): void {
    this.#open.add(stream);
  }

  delete(stream: EventStream): void {
    this.#open.delete(stream);
  }

  /** The stream that reads a subscription. */
  readerOf(subscription: Subscription): EventStream | undefined {
    return this.#readers.get(subscription);
  }

  claim(subscription: Subscription, stream: EventStream): void {
    this.#readers.set(subscription, stream);
  }

  release(subscription: Subscription): void {
    this.#readers.delete(subscription);
  }

  /** How many streams are charged to an account. */
  countOf(address: string): number {
    return [...this.#open].filter(({ account }) => account.address === address).length;
  }

  releaseAll(): void {
    for (const stream of [...this.#open]) stream.release();
  }
}
