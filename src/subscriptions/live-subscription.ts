import type { DetailsOrder } from './details-order.js';
import type { Delivery, SubscriptionDescription } from './subscription-description.js';

/** A subscription that ews-subscribe made, as its messages carry it. */
export interface LiveSubscription extends SubscriptionDescription, DetailsOrder {
  readonly subscriptionId: string;
  /** Where to begin; for streaming, where catching up would begin. */
  readonly watermark?: string;
  readonly delivery: Delivery;
  /** Pull: minutes that the subscription lives without a poll. */
  readonly subscriptionTimeout?: number;
  /** Streaming: minutes that the server is to keep a stream open. */
  readonly connectionTimeout?: number;
  /** Push: minutes between heartbeats. */
  readonly statusFrequency?: number;
  /** The id of the account node whose credentials it runs with. */
  readonly account: string;
  /** The id of the node that made it. */
  readonly subscriber: string;
}
