import type { Delivery, SubscriptionDescription } from './subscription-description.js';

/** A subscription that ews-subscribe made, as its messages carry it. */
export interface LiveSubscription extends SubscriptionDescription {
  readonly subscriptionId: string;
  readonly watermark?: string;
  readonly delivery: Delivery;
  /** Minutes that a pull subscription lives without a poll. */
  readonly subscriptionTimeout: number;
  /** The id of the account node whose credentials it runs with. */
  readonly account: string;
  /** The id of the node that made it. */
  readonly subscriber: string;
}
