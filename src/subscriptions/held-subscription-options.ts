import type { AccountLink } from './account-link.js';
import type { EngineListener } from './engine-listener.js';
import type { HeldDelivery, Missed } from './held-delivery.js';
import type { PositionKeeper } from './position-keeper.js';
import type { AdoptedSubscription } from './position-record.js';
import type { SubscriptionDescription } from './subscription-description.js';

/** What a subscription that is held with its position is made of. */
export interface HeldSubscriptionOptions {
  readonly account: AccountLink;
  readonly description: SubscriptionDescription;
  readonly delivery: HeldDelivery;
  readonly missed: Missed;
  readonly keeper: PositionKeeper;
  readonly listener: EngineListener;
  readonly adopted?: AdoptedSubscription;
}
