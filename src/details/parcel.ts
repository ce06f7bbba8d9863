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
  #left: number;
  #finish: () => void = () => undefined;

  constructor(batch: EventBatch, spooled: Spooled | undefined) {
    this.batch = batch;
    this.spooled = spooled;
    this.#left = batch.events.length;
    this.done = new Promise((resolve) => (this.#finish = resolve));
  }

  /** So many of its events are done with. Returns whether all are now. */
  settle(events: number): boolean {
    this.#left -= events;
    if (this.#left > 0) return false;
    this.#finish();
    return true;
  }
}

/** Events that are sent together, and the notifications that they came with. */
export interface Parcel {
  readonly subscriptionId: string;
  readonly recovered: boolean;
  readonly events: readonly MailboxEvent[];
  /** How many events of each notification are done with when it was sent. */
  readonly sources: ReadonlyMap<Notice, number>;
}

/** A notification as it came. */
export function parcelOf(notice: Notice): Parcel {
  const { subscriptionId, recovered, events } = notice.batch;
  return { subscriptionId, recovered, events, sources: new Map([[notice, events.length]]) };
}
