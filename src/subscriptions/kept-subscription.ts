import type { LiveSubscription } from './live-subscription.js';
import { shared } from './shared.js';

/**
 * A subscription as it is remembered with thousands of others: what it has in common with most of them is one record for
 * all. The whole is put together when somebody asks.
 */
export class KeptSubscription {
  /** All of it, in its order; what is its own is empty there. */
  #common!: LiveSubscription;
  #mailbox!: string;
  #subscriptionId!: string;
  #watermark: string | undefined;

  constructor(subscription: LiveSubscription) {
    this.subscription = subscription;
  }

  get mailbox(): string {
    return this.#mailbox;
  }

  get subscriptionId(): string {
    return this.#subscriptionId;
  }

  /** The id of the node that made it. */
  get subscriber(): string {
    return this.#common.subscriber;
  }

  get subscription(): LiveSubscription {
    const watermark = this.#watermark;
    return {
      ...this.#common,
      ...{ mailbox: this.#mailbox, subscriptionId: this.#subscriptionId },
      ...(watermark === undefined ? {} : { watermark }),
    };
  }

  set subscription(subscription: LiveSubscription) {
    const { mailbox, subscriptionId, watermark } = subscription;
    const own = { mailbox: '', subscriptionId: '', ...(watermark === undefined ? {} : { watermark: '' }) };
    this.#common = shared({ ...subscription, ...own });
    this.#mailbox = mailbox;
    this.#subscriptionId = subscriptionId;
    this.#watermark = watermark;
  }
}
