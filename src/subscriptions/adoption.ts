import { detailsOrderOf } from './details-order.js';
import type { LiveSubscription } from './live-subscription.js';
import type { Adoption } from './position-record.js';
import { fingerprint, type SubscriptionDescription } from './subscription-description.js';

/** What {@link partOf} tells apart. */
export type Parted = Pick<LiveSubscription, 'subscriber'> & SubscriptionDescription;

/** Tells the subscriptions of one mailbox apart: who made it, and what it is about. */
export function partOf(subscription: Parted): string {
  return JSON.stringify([subscription.subscriber, fingerprint(subscription)]);
}

/**
 * How a subscription goes on that another node has made.
 * @param freshAt since when it holds all that is asked for, if it does, by the server's clock (ms since 1970)
 */
export function adoptionOf(subscription: LiveSubscription, freshAt: number | undefined): Adoption {
  const { account, subscriber, subscriptionTimeout, connectionTimeout, subscriptionId, watermark } = subscription;
  return {
    account,
    subscriber,
    ...(subscriptionTimeout === undefined ? {} : { subscriptionTimeout }),
    ...(connectionTimeout === undefined ? {} : { connectionTimeout }),
    ...detailsOrderOf(subscription),
    begins: {
      subscriptionId,
      ...(watermark === undefined ? {} : { watermark }),
      ...(freshAt === undefined ? {} : { freshAt }),
    },
  };
}
