import type { Clock } from '../clock.js';
import type { AccountLink } from './account-link.js';
import type { AdoptionRegistry } from './adoption-registry.js';
import type { DetailsOrder } from './details-order.js';
import type { Engine } from './engine.js';
import type { EngineListener } from './engine-listener.js';
import type { PositionKeeper } from './position-keeper.js';
import type { Adoption } from './position-record.js';
import type { PositionStore } from './position-store.js';
import type { StreamHub } from './stream-hub.js';
import type { Delivery, SubscriptionDescription } from './subscription-description.js';

/** An account as an adopter needs it: the link, its streams, and who has adopted what. */
export interface AdoptingAccount {
  readonly link: AccountLink;
  readonly hub: StreamHub;
  readonly registry: AdoptionRegistry;
}

/** What an engine is made of that does not depend on the delivery. */
export interface EngineParts {
  readonly account: AdoptingAccount;
  readonly description: SubscriptionDescription;
  readonly keeper: PositionKeeper;
  readonly listener: EngineListener;
  /** Present for a subscription that another node made. */
  readonly adopted?: Adoption;
}

export interface SubscriptionAdopterOptions {
  /** The id of the node. */
  readonly id: string;
  /** How the subscriptions are delivered that it takes; it is for the caller to hand over no others. */
  readonly delivery: Delivery;
  readonly store: PositionStore;
  /** The machine's own, if left out. */
  readonly clock?: Clock;
  /** The account node of that id, if it exists and is of the same flow file. */
  account(id: string): AdoptingAccount | undefined;
  /** Whom the engine of a subscription tells what happens. */
  listenerFor(subscription: SubscriptionDescription, account: string): EngineListener;
  makeEngine(parts: EngineParts): Engine;
  /** Throws an `EwsError` for what is ordered of details and cannot be meant. */
  checkDetails?(order: DetailsOrder): void;
  /** Whether a mailbox is this Node-RED's share of what a node subscribes to. */
  isShared?(subscriber: string, mailbox: string): boolean;
}
