import type { MailboxEvent } from '../protocol/mailbox-event.js';
import type { EventBatch } from '../subscriptions/engine-listener.js';
import type { Spooled } from './spool.js';

/** A notification that waits. It is done with when each of its events was sent or is not wanted. */
export class Notice {
  readonly batch: EventBatch;
  /** What is kept of it on disk, if that could be written. */
  readonly spooled: Spooled | undefined;
  /** Resolves when it is done with. */
  readonly done: Promise<void>;
  readonly #left: Set<MailboxEvent>;
  #finish: () => void = () => undefined;

  constructor(batch: EventBatch, spooled: Spooled | undefined) {
    this.batch = batch;
    this.spooled = spooled;
    this.#left = new Set(batch.events);
    this.done = new Promise((resolve) => (this.#finish = resolve));
  }

  /** These of its events are done with. Returns whether all are now. */
  settle(events: readonly MailboxEvent[]): boolean {
    for (const event of events) this.#left.delete(event);
    if (this.#left.size > 0) return false;
    this.#finish();
    return true;
  }

  /** What is not done with, if that is a part of it. */
  get rest(): EventBatch | undefined {
    const isPart = this.#left.size > 0 && this.#left.size < this.batch.events.length;
    return isPart ? { ...this.batch, events: [...this.#left] } : undefined;
  }
}

/** Events that are sent together, and the notifications that they came with. */
export interface Parcel {
  readonly subscriptionId: string;
  readonly recovered: boolean;
  readonly events: readonly MailboxEvent[];
  /** Which events of each notification are done with when it was sent. */
  readonly sources: ReadonlyMap<Notice, readonly MailboxEvent[]>;
}

/** A notification as it came. */
export function parcelOf(notice: Notice): Parcel {
  const { subscriptionId, recovered, events } = notice.batch;
  return { subscriptionId, recovered, events, sources: new Map([[notice, events]]) };
}
