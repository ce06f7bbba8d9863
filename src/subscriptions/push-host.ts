import type { LiveSubscription } from './live-subscription.js';
import type { SubscribeOrder } from './subscribe-request.js';

/** For whom a subscription is made. */
export interface SubscriptionOrigin {
  /** The id of the account node whose credentials it runs with. */
  readonly account: string;
  /** The id of the node that ordered it. */
  readonly subscriber: string;
}

/** A node that is called by servers, and makes the subscriptions for which it is called by itself. */
export interface PushHost {
  /**
   * Subscribes, and receives what comes from then on; what it has already is not made again. Resolves when the server has
   * made the subscription; rejects with the `EwsError` of the first attempt, and then makes no other.
   */
  begin(order: SubscribeOrder, origin: SubscriptionOrigin): Promise<LiveSubscription>;
}
