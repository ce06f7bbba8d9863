import type { AccountLink } from './account-link.js';
import type { EngineListener } from './engine-listener.js';
import type { Missed } from './held-delivery.js';
import type { PositionKeeper } from './position-keeper.js';
import type { Adoption } from './position-record.js';
import type { PushDesk } from './push-desk.js';
import type { SubscriptionDescription } from './subscription-description.js';

/** What a push engine is made of. */
export interface PushEngineOptions {
  readonly account: AccountLink;
  readonly description: SubscriptionDescription;
  /** Minutes between the server's heartbeats, and for which it tries to deliver again. */
  readonly statusFrequency: number;
  readonly missed: Missed;
  readonly keeper: PositionKeeper;
  readonly listener: EngineListener;
  readonly desk: PushDesk;
  /** The path at the desk. */
  readonly path: string;
  /** The URL without the token, ending in a slash. Rejects when there is none. */
  readonly address: () => Promise<string>;
  readonly adopted?: Adoption;
}
