import type { EventType } from '../protocol/event-type.js';
import type { SubscribeRequest, SubscriptionScope } from '../protocol/subscribe.js';
import type { EndableSubscription } from './account-link.js';
import type { PositionRecord } from './position-record.js';

/** What to do about events of a time in which nobody listened. */
export type Missed = 'recover' | 'skip';

/** What a request for a subscription holds whatever its delivery. */
export interface CommonSubscribe {
  readonly scope: SubscriptionScope;
  readonly events: readonly EventType[];
  readonly watermark?: string;
}

/** What tells the deliveries apart whose subscriptions have watermarks. */
export interface HeldDelivery {
  /** The whole request for a subscription; called for each one that is made. */
  request(common: CommonSubscribe): SubscribeRequest | Promise<SubscribeRequest>;
  /** Ends a subscription that is not wanted any more. */
  end(subscription: EndableSubscription): Promise<void>;
  /** Whether the subscription of an earlier run, about the same folders and events, still fits. */
  fits(record: PositionRecord): boolean;
  /** How long a subscription lives for which nobody asks, in milliseconds, where that ends it. */
  readonly lifetimeMs?: number;
  /** What is kept beside the position. */
  kept(): Pick<PositionRecord, 'delivery' | 'push'>;
}
