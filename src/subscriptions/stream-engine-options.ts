import type { AccountLink } from './account-link.js';
import type { EngineListener } from './engine-listener.js';
import type { Missed } from './held-delivery.js';
import type { PositionKeeper } from './position-keeper.js';
import type { AdoptedSubscription } from './position-record.js';
import type { StreamHub } from './stream-hub.js';
import type { SubscriptionDescription } from './subscription-description.js';

/** What an engine that watches a mailbox by a stream is made of. */
export interface StreamEngineOptions {
  readonly account: AccountLink;
  readonly hub: StreamHub;
  /** The id of the node. */
  readonly owner: string;
  readonly description: SubscriptionDescription;
  /** Minutes that the server is to keep a stream open. */
  readonly connectionTimeout: number;
  readonly missed: Missed;
  readonly keeper: PositionKeeper;
  readonly listener: EngineListener;
  /** Present for a subscription that another node made. */
  readonly adopted?: AdoptedSubscription | undefined;
}
