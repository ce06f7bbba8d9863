import { toEwsError, type EwsError } from '../protocol/ews-error.js';
import { unlessAborted } from '../transport/unless-aborted.js';
import type { AccountLink } from './account-link.js';
import type { AdoptionRegistry } from './adoption-registry.js';
import type { LiveSubscription } from './live-subscription.js';
import { detailsOrderOf, sameDetails, withDetails } from './details-order.js';
import { makeSubscription } from './make-subscription.js';
import type { StreamHub } from './stream-hub.js';
import { sameSubscription } from './subscription-description.js';
import type { PushHost } from './push-host.js';
import { EVERYTHING, isInShare, type Share } from './share.js';
import type { SubscribeOrder } from './subscribe-request.js';

/** Subscribe and Unsubscribe requests at once, so that a long list leaves room for the polls of the same account. */
const CONCURRENCY = 8;

export interface SubscriberOptions {
  /** The id of the node. */
  readonly id: string;
  /** The id of its account node. */
  readonly accountId: string;
  readonly account: AccountLink;
  readonly hub: StreamHub;
  readonly registry: AdoptionRegistry;
  /** What is ordered of other mailboxes is for another Node-RED. */
  readonly share?: Share;
  /** Who receives push subscriptions, of the nodes with these ids. Throws an `EwsError` when none of them does. */
  pushHost(ids: readonly string[]): PushHost;
}

/** Which subscriptions are meant: one, those of a mailbox, or all. */
export interface Selection {
  readonly subscriptionId?: string;
  readonly mailbox?: string;
}

/** What a subscriber tells while it works through an order. */
export interface SubscriberOutput {
  subscribed(subscription: LiveSubscription): void;
  unsubscribed(subscription: LiveSubscription): void;
  failed(error: EwsError, mailbox: string): void;
  /** An order was worked through. */
  finished(progress: SubscribeProgress): void;
}

/** How many subscriptions an order asked for, and how many of them there are now. */
export interface SubscribeProgress {
  readonly wanted: number;
  readonly subscribed: number;
  readonly failed: number;
}

/** Makes and ends subscriptions for other nodes to receive. */
export class Subscriber {
  readonly #options: SubscriberOptions;
  // One order after the other: two that run at once could make the same subscription twice.
  #queue: Promise<void> = Promise.resolve();
  readonly #closing = new AbortController();

  constructor(options: SubscriberOptions) {
    this.#options = options;
  }

  /** Those in its share. */
  list(): LiveSubscription[] {
    return this.#options.registry.madeBy(this.#options.id).filter((one) => this.#isOurs(one));
  }

  /** Makes what does not exist yet; what does is told again, so that ordering twice is harmless. */
  subscribe(orders: readonly SubscribeOrder[], output: SubscriberOutput): Promise<void> {
    return this.#enqueue(() => this.#subscribeAll(this.#own(orders), output));
  }

  unsubscribe(selection: Selection, output: SubscriberOutput): Promise<void> {
    return this.#enqueue(() =>
      this.#end(
        this.list().filter(({ subscriptionId, mailbox }) =>
          isSelected({ subscriptionId, mailbox: mailbox || this.#options.account.email }, selection),
        ),
        output,
      ),
    );
  }

  /** Exactly these from now on: makes what is missing, ends what is not named. */
  set(named: readonly SubscribeOrder[], output: SubscriberOutput): Promise<void> {
    const orders = this.#own(named);
    return this.#enqueue(async () => {
      const surplus = this.list().filter((one) => !orders.some((order) => isOrdered(order, one)));
      await this.#end(surplus, output);
      await this.#subscribeAll(orders, output);
    });
  }

  /** Ends what nobody has adopted. */
  async close(): Promise<void> {
    const { registry, account, id } = this.#options;
    this.#closing.abort();
    await this.#queue;
    await Promise.all(registry.giveUpWaiting(id).map((one) => account.endSubscription(one)));
  }

  /** A method, as it changes while one waits. */
  #isClosing(): boolean {
    return this.#closing.signal.aborted;
  }

  /** Those in its share. The account's own mailbox is the same whether it is named or not. */
  #own(orders: readonly SubscribeOrder[]): SubscribeOrder[] {
    const email = this.#options.account.email.toLowerCase();
    const isOwn = ({ mailbox, access }: SubscribeOrder) => access === 'delegate' && mailbox.toLowerCase() === email;
    return orders
      .filter((order) => this.#isOurs(order))
      .map((order) => (isOwn(order) ? { ...order, mailbox: '' } : order));
  }

  #isOurs({ mailbox }: { readonly mailbox: string }): boolean {
    const { share = EVERYTHING, account } = this.#options;
    return isInShare(share, mailbox || account.email);
  }

  #enqueue(work: () => Promise<void>): Promise<void> {
    const done = this.#queue.then(async () => {
      await this.#options.registry.loaded();
      if (!this.#isClosing()) await work();
    });
    this.#queue = done.catch(() => undefined);
    return done;
  }

  async #subscribeAll(orders: readonly SubscribeOrder[], output: SubscriberOutput): Promise<void> {
    const distinct = orders.filter((order, at) => orders.findIndex((other) => isOrdered(order, other)) === at);
    let failed = 0;
    await eachOf(distinct, async (order) => {
      if (this.#isClosing()) return;
      const existing = this.list().find((one) => isOrdered(order, one));
      try {
        output.subscribed(existing ? await this.#kept(existing, order) : await this.#make(order));
      } catch (error) {
        if (this.#isClosing()) return;
        failed += 1;
        output.failed(toEwsError(error, 'Subscribe'), order.mailbox || this.#options.account.email);
      }
    });
    if (this.#isClosing()) return;
    output.finished({ wanted: distinct.length, subscribed: distinct.length - failed, failed });
  }

  /** What there is, with what is ordered of details now. */
  async #kept(existing: LiveSubscription, order: SubscribeOrder): Promise<LiveSubscription> {
    if (sameDetails(existing, order)) return existing;
    const { registry } = this.#options;
    const changed = withDetails(existing, order);
    registry.changed(changed);
    // The message tells the others, after what flows make of it.
    if (order.delivery === 'push') await registry.adopterOf(existing.subscriptionId)?.change(changed);
    return changed;
  }

  async #make(order: SubscribeOrder): Promise<LiveSubscription> {
    const { account, hub, registry, id, accountId } = this.#options;
    const { mailbox, access, allFolders, folders, events, delivery } = order;
    if (delivery === 'push') {
      const begun = this.#options.pushHost(order.pushIn).begin(order, { account: accountId, subscriber: id });
      return unlessAborted(begun, this.#closing.signal);
    }
    const made = await makeSubscription(account, hub, order, this.#closing.signal);
    const subscription: LiveSubscription = {
      ...{ mailbox, access, allFolders, folders, events, delivery, ...made, account: accountId, subscriber: id },
      ...detailsOrderOf(order),
      ...(delivery === 'pull'
        ? { subscriptionTimeout: order.subscriptionTimeout }
        : { connectionTimeout: order.connectionTimeout }),
    };
    registry.announce(subscription);
    return subscription;
  }

  #end(subscriptions: readonly LiveSubscription[], output: SubscriberOutput): Promise<void> {
    const { registry, account } = this.#options;
    return eachOf(subscriptions, async (subscription) => {
      const adopter = registry.adopterOf(subscription.subscriptionId);
      registry.release(subscription.subscriptionId);
      await (adopter ? adopter.end(subscription.subscriptionId) : account.endSubscription(subscription));
      output.unsubscribed(subscription);
    });
  }
}

/** Whether an order asks for what another, or an existing subscription, is. */
function isOrdered(order: SubscribeOrder, one: SubscribeOrder | LiveSubscription): boolean {
  return order.delivery === one.delivery && sameSubscription(order, one);
}

/** Whether a selection means a subscription; an empty one means all. */
export function isSelected(one: { subscriptionId: string; mailbox: string }, selection: Selection): boolean {
  if (selection.subscriptionId !== undefined) return one.subscriptionId === selection.subscriptionId;
  return selection.mailbox === undefined || one.mailbox.toLowerCase() === selection.mailbox.toLowerCase();
}

async function eachOf<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = [...items];
  const worker = async () => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(CONCURRENCY, rest.length) }, worker));
}
