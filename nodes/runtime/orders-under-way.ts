import type { SubscribeProgress } from '../../src/subscriptions/subscriber.js';

/** How far all orders of a node have come that are worked on together: a list, or thousands of messages with one each. */
export class OrdersUnderWay {
  readonly #orders = new Map<object, SubscribeProgress>();
  #wanted = 0;
  #subscribed = 0;
  #failed = 0;

  /** Of all since there was last none under way. */
  get all(): SubscribeProgress {
    return { wanted: this.#wanted, subscribed: this.#subscribed, failed: this.#failed };
  }

  /** How far one has come. */
  set(order: object, progress: SubscribeProgress): void {
    const before = this.#orders.get(order);
    this.#orders.set(order, progress);
    this.#wanted += progress.wanted - (before?.wanted ?? 0);
    this.#subscribed += progress.subscribed - (before?.subscribed ?? 0);
    this.#failed += progress.failed - (before?.failed ?? 0);
  }

  /** It is worked through, but counts until all are. */
  over(order: object): void {
    this.#orders.delete(order);
    if (this.#orders.size > 0) return;
    this.#wanted = this.#subscribed = this.#failed = 0;
  }
}
