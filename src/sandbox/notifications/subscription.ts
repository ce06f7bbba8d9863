import type { EventType } from '../../protocol/event-type.js';
import type { JournalEvent } from '../mailbox/journal.js';
import type { Mailbox } from '../mailbox/mailbox.js';

export type Delivery = 'pull' | 'push' | 'streaming';

/** Why a subscription is no more: a client ended it, nobody used it, or the server lost or dropped it. */
export type EndReason = 'unsubscribed' | 'expired' | 'dropped';

/** What a subscription is about. */
export interface Scope {
  readonly mailbox: Mailbox;
  /** The numbers of the folders; all folders of the mailbox, if left out. */
  readonly folders?: ReadonlySet<number>;
  readonly types: ReadonlySet<EventType>;
}

/** Some events of a subscription, as one notification tells them. */
export interface Batch {
  /** The position after which they come. */
  readonly previous: number;
  readonly events: readonly JournalEvent[];
  /** The position that is reached with them. */
  readonly position: number;
  readonly moreEvents: boolean;
}

export interface SubscriptionSettings {
  readonly id: string;
  readonly delivery: Delivery;
  readonly scope: Scope;
  /** The address of the account it belongs to. */
  readonly owner: string;
  /** The address of the account whose budget it is charged to. */
  readonly charged: string;
  /** Milliseconds that it lives without being used. */
  readonly lifetime: number;
  /** The number of the server behind the load balancer that it lives on. */
  readonly backEnd: number;
  /** The position in the history of the mailbox after which it begins. */
  readonly position: number;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** A subscription: a scope, and a position in the history of its mailbox. */
export class Subscription {
  readonly id: string;
  readonly delivery: Delivery;
  readonly scope: Scope;
  readonly owner: string;
  readonly charged: string;
  readonly backEnd: number;
  readonly #lifetime: number;
  /** Up to where events were taken off its queue. */
  position: number;
  /** When it was last used, in milliseconds since 1970; undefined while it is in use and cannot expire. */
  lastUse: number | undefined;
  /** Called when it is taken out of the server, by whomever. */
  onEnd: ((why: EndReason) => void) | undefined;

  constructor({ id, delivery, scope, owner, charged, lifetime, backEnd, position, now }: SubscriptionSettings) {
    this.id = id;
    this.delivery = delivery;
    this.scope = scope;
    this.owner = owner;
    this.charged = charged;
    this.backEnd = backEnd;
    this.position = position;
    this.lastUse = now;
    this.#lifetime = lifetime;
  }

  get mailbox(): Mailbox {
    return this.scope.mailbox;
  }

  /** Milliseconds since 1970, or infinity. */
  expiresAt(): number {
    return this.lastUse === undefined ? Number.POSITIVE_INFINITY : this.lastUse + this.#lifetime;
  }
}
