import { delay, type Clock } from '../../src/clock.js';
import { EwsError } from '../../src/protocol/ews-error.js';
import { unsubscribe } from '../../src/protocol/unsubscribe.js';
import { gatesOf } from '../../src/subscriptions/account-gates.js';
import {
  contextOf,
  type AccountConnection,
  type AccountLink,
  type EndableSubscription,
  type ServerTraits,
} from '../../src/subscriptions/account-link.js';
import type { RequestContext } from '../../src/transport/ews-client.js';
import { AdoptionRegistry } from '../../src/subscriptions/adoption-registry.js';
import { eachOf } from '../../src/subscriptions/each-of.js';
import type { LiveSubscription } from '../../src/subscriptions/live-subscription.js';
import { StreamHub } from '../../src/subscriptions/stream-hub.js';
import type { UnwantedSubscriptions } from '../../src/subscriptions/unwanted-subscriptions.js';

/** How long Unsubscribe may take while Node-RED waits for a node to close, in milliseconds; it waits 15 s in all. */
const END_TIME_MS = 5000;
/** How long an account waits for its nodes to leave before it closes all the same, in milliseconds. */
const LEAVE_TIME_MS = 10_000;
/** How long what the server is just making is waited for, to end it, in milliseconds. */
const FINISH_MS = 2000;
/** All nodes whose mailboxes have moved are served by one search for the server, in milliseconds. */
const SEARCH_AGAIN_MS = 60_000;
/** Subscriptions that nobody wants are ended so many at once. */
const UNWANTED_AT_ONCE = 4;

export interface AccountOptions {
  readonly email: string;
  /** Whether an application signs in, which opens every mailbox in its owner's name. */
  readonly isApplication: boolean;
  readonly clock: Clock;
  readonly random: () => number;
  /** Requests at once, at most. */
  readonly maxConcurrent: number;
  readonly unwanted: UnwantedSubscriptions;
  /** Makes the connection; called when the first node needs it. Throws an `EwsError`. */
  connect(): Promise<AccountConnection>;
  /** Looks for the server anew, where it is found by e-mail address: a connection to another, or `undefined`. */
  readonly findAgain?: () => Promise<AccountConnection | undefined>;
  /** Gives up looking for the server. */
  readonly giveUp?: () => void;
  /** A subscription was ended because no node had adopted it. */
  abandoned(subscription: LiveSubscription): void;
}

/**
 * What the nodes of one account share: its client, and who has adopted which subscription.
 * Nodes register with it and leave it; it closes when the last has left.
 */
export class Account implements AccountLink {
  readonly email: string;
  readonly isApplication: boolean;
  readonly clock: Clock;
  readonly random: () => number;
  readonly maxConcurrent: number;
  readonly registry: AdoptionRegistry;
  /** The streams of this account. */
  readonly hub: StreamHub;

  readonly #options: AccountOptions;
  /** By the ids of the nodes; with what each wants to be told. */
  readonly #users = new Map<string, (() => void) | undefined>();
  #connection: Promise<AccountConnection> | undefined;
  #tidied = false;
  #searchableAt = Number.NEGATIVE_INFINITY;
  #lastLeft: (() => void) | undefined;

  constructor(options: AccountOptions) {
    this.#options = options;
    this.email = options.email;
    this.isApplication = options.isApplication;
    this.clock = options.clock;
    this.random = options.random;
    this.maxConcurrent = options.maxConcurrent;
    this.hub = new StreamHub(this);
    this.registry = new AdoptionRegistry(options.clock, (subscription) => {
      options.abandoned(subscription);
      void this.endSubscription(subscription);
    });
  }

  /** @param closing called when the account closes, perhaps without the node: the node then has to leave by itself */
  register(user: string, closing?: () => void): void {
    this.#users.set(user, closing);
  }

  leave(user: string): void {
    this.#users.delete(user);
    if (this.#users.size === 0) this.#lastLeft?.();
  }

  async connect(_mailbox?: string): Promise<AccountConnection> {
    this.#connection ??= this.#options.connect();
    const connecting = this.#connection;
    try {
      const connection = await connecting;
      this.#tidy();
      return connection;
    } catch (error) {
      if (this.#connection === connecting) this.#connection = undefined;
      throw error;
    }
  }

  relocate(_mailbox: string): void {
    const { findAgain } = this.#options;
    const current = this.#connection;
    if (!findAgain || !current || this.clock.now() < this.#searchableAt) return;
    this.#searchableAt = this.clock.now() + SEARCH_AGAIN_MS;
    const moved = current.then(async (connection) => {
      // Where it is not found, the old one is asked again, and says again that it is elsewhere.
      const next = await findAgain().catch(() => undefined);
      if (!next) return connection;
      void connection.client.close();
      return next;
    });
    moved.catch(() => undefined);
    this.#connection = moved;
  }

  async endSubscription(subscription: EndableSubscription): Promise<void> {
    const bound = new AbortController();
    const timer = this.clock.setTimer(() => {
      bound.abort();
    }, END_TIME_MS);
    try {
      const { client, traits } = await this.connect(subscription.mailbox);
      const { subscriptionId } = subscription;
      const context = this.#contextOf(subscription, traits, bound.signal);
      await gatesOf(this).ends.pass(bound.signal, async () => {
        // Thousands may be ended at a close: those whose turn has not come by then are not asked for any more.
        if (bound.signal.aborted) throw new EwsError('EWS_NETWORK', 'There was no time to end the subscription.');
        await client.call(unsubscribe, { subscriptionId }, context);
      });
    } catch (error) {
      // What the server does not know any more needs no ending; all else is tried again at the next start.
      const gone = error instanceof EwsError && error.action === 'resubscribe';
      if (!gone) await this.#options.unwanted.add(subscription);
    } finally {
      this.clock.clearTimer(timer);
    }
  }

  endUnwanted(): void {
    void this.#options.unwanted
      .takeAll()
      .then((subscriptions) => eachOf(subscriptions, UNWANTED_AT_ONCE, (one) => this.endSubscription(one)));
  }

  /** Ends what nobody adopted, waits for the nodes to leave, then closes the connections. */
  async close(): Promise<void> {
    this.#options.giveUp?.();
    for (const closing of [...this.#users.values()]) closing?.();
    const unadopted = this.registry.giveUpWaiting().map((subscription) => this.endSubscription(subscription));
    await Promise.all([...unadopted, this.#allLeft()]);
    const connection = await this.#connection?.catch(() => undefined);
    if (connection) await Promise.race([connection.client.finished(), delay(this.clock, FINISH_MS)]);
    await connection?.client.close();
  }

  /** Resolves when no node uses it any more, or has taken too long to say so. */
  async #allLeft(): Promise<void> {
    if (this.#users.size === 0) return;
    await new Promise<void>((resolve) => {
      const timer = this.clock.setTimer(resolve, LEAVE_TIME_MS);
      this.#lastLeft = () => {
        this.clock.clearTimer(timer);
        resolve();
      };
    });
  }

  #contextOf(subscription: EndableSubscription, { watermarks }: ServerTraits, signal: AbortSignal): RequestContext {
    return subscription.delivery === 'streaming'
      ? this.hub.contextOf({ ...subscription, shares: watermarks !== false }, signal)
      : contextOf(subscription, this.email, signal);
  }

  /** Ends, once for each start, what an earlier run could not. */
  #tidy(): void {
    if (this.#tidied) return;
    this.#tidied = true;
    this.endUnwanted();
  }
}
