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
import { unlessAborted } from '../../src/transport/unless-aborted.js';
import type { AdoptingAccount } from '../../src/subscriptions/adopter-options.js';
import { AdoptionRegistry } from '../../src/subscriptions/adoption-registry.js';
import { eachOf } from '../../src/subscriptions/each-of.js';
import type { LiveSubscription } from '../../src/subscriptions/live-subscription.js';
import { StreamHub } from '../../src/subscriptions/stream-hub.js';
import type { UnwantedSubscriptions } from '../../src/subscriptions/unwanted-subscriptions.js';
import { AccountConnections, type AccountWays } from './account-connections.js';

/** How long Unsubscribe may take while Node-RED waits for a node to close, in milliseconds; it waits 15 s in all. */
const END_TIME_MS = 5000;
/** How long an account waits for its nodes to leave before it closes all the same, in milliseconds. */
const LEAVE_TIME_MS = 10_000;
/** How long what the server is just making is waited for, to end it, in milliseconds. */
const FINISH_MS = 2000;
/** Subscriptions that nobody wants are ended so many at once. */
const UNWANTED_AT_ONCE = 4;

export interface AccountOptions extends AccountWays {
  readonly email: string;
  /** Whether an application signs in, which opens every mailbox in its owner's name. */
  readonly isApplication: boolean;
  readonly clock: Clock;
  readonly random: () => number;
  /** Requests at once, at most. */
  readonly maxConcurrent: number;
  readonly unwanted: UnwantedSubscriptions;
  /** Gives up looking for the server. */
  readonly giveUp?: () => void;
  /** A subscription was ended because no node had adopted it. */
  abandoned(subscription: LiveSubscription): void;
}

/**
 * What the nodes of one account share: its clients, and who has adopted which subscription.
 * Nodes register with it and leave it; it closes when the last has left.
 */
export class Account implements AccountLink, AdoptingAccount {
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
  readonly #connections: AccountConnections;
  #tidied = false;
  #lastLeft: (() => void) | undefined;

  constructor(options: AccountOptions) {
    this.#options = options;
    this.email = options.email;
    this.isApplication = options.isApplication;
    this.clock = options.clock;
    this.random = options.random;
    this.maxConcurrent = options.maxConcurrent;
    this.#connections = new AccountConnections(options, options.email, options.clock);
    this.hub = new StreamHub(this);
    this.registry = new AdoptionRegistry(options.clock, (subscription) => {
      options.abandoned(subscription);
      void this.endSubscription(subscription);
    });
  }

  get link(): AccountLink {
    return this;
  }

  /** @param closing called when the account closes, perhaps without the node: the node then has to leave by itself */
  register(user: string, closing?: () => void): void {
    this.#users.set(user, closing);
  }

  leave(user: string): void {
    this.#users.delete(user);
    if (this.#users.size === 0) this.#lastLeft?.();
  }

  async connect(mailbox = ''): Promise<AccountConnection> {
    const connection = await this.#connections.to(mailbox);
    this.#tidy();
    return connection;
  }

  relocate(mailbox: string): void {
    this.#connections.moved(mailbox);
  }

  async endSubscription(subscription: EndableSubscription): Promise<void> {
    const bound = new AbortController();
    const timer = this.clock.setTimer(() => {
      bound.abort();
    }, END_TIME_MS);
    try {
      const { client, traits } = await unlessAborted(this.connect(subscription.mailbox), bound.signal);
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
      // If nobody else watches the mailbox, another may have its place.
      if (subscription.delivery === 'streaming') this.hub.release({ ...subscription, shares: true });
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
    await Promise.race([this.#connections.finished(), delay(this.clock, FINISH_MS)]);
    await this.#connections.close();
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
