import { setMaxListeners } from 'node:events';
import { delay } from '../clock.js';
import { toEwsError, type EwsError } from '../protocol/ews-error.js';
import { unlessAborted } from '../transport/unless-aborted.js';
import { gatesOf } from './account-gates.js';
import type { AccountLink } from './account-link.js';
import type { AdoptionRegistry } from './adoption-registry.js';
import { eachOf } from './each-of.js';
import type { LiveSubscription } from './live-subscription.js';
import { detailsOrderOf, sameDetails, withDetails } from './details-order.js';
import { makeSubscription } from './make-subscription.js';
import { OrderQueue } from './order-queue.js';
import type { StreamHub } from './stream-hub.js';
import { fingerprint } from './subscription-description.js';
import { patiently } from './patiently.js';
import type { PushHost } from './push-host.js';
import { EVERYTHING, isInShare, type Share } from './share.js';
import type { SubscribeOrder } from './subscribe-request.js';

/** How long closing waits for what the server is just making, in milliseconds: unknown here, it would be nobody's. */
const FINISH_MS = 2000;

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
  /** An order is worked on from now on. */
  begun?(wanted: number): void;
  subscribed(subscription: LiveSubscription): void;
  unsubscribed(subscription: LiveSubscription): void;
  failed(error: EwsError, mailbox: string): void;
  /** One more of what an order asked for was made, or failed. */
  progressed?(progress: SubscribeProgress): void;
  /** An order was worked through. */
  finished(progress: SubscribeProgress): void;
}

/** How many subscriptions an order asked for, how many of them there are now, and how many could not be made. */
export interface SubscribeProgress {
  readonly wanted: number;
  readonly subscribed: number;
  readonly failed: number;
}

/** Makes and ends subscriptions for other nodes to receive. */
export class Subscriber {
  readonly #options: SubscriberOptions;
  readonly #queue = new OrderQueue();
  /** What is being made, by {@link keyOf}: orders that are worked on together may ask for the same. */
  readonly #making = new Map<string, Promise<unknown>>();
  readonly #giveUp = new AbortController();
  readonly #closing = new AbortController();

  constructor(options: SubscriberOptions) {
    this.#options = options;
    setMaxListeners(0, this.#giveUp.signal, this.#closing.signal);
  }

  /** Those in its share. */
  list(): LiveSubscription[] {
    return this.#options.registry.madeBy(this.#options.id).filter((one) => this.#isOurs(one));
  }

  /** How many there are. */
  get count(): number {
    const { registry, id, share = EVERYTHING } = this.#options;
    return share.count === 1 ? registry.countOf(id) : this.list().length;
  }

  /** Makes what does not exist yet; what does is told again, so that ordering twice is harmless. */
  subscribe(orders: readonly SubscribeOrder[], output: SubscriberOutput): Promise<void> {
    return this.#queue.together(() => this.#unlessClosing(() => this.#subscribeAll(this.#own(orders), output)));
  }

  unsubscribe(selection: Selection, output: SubscriberOutput): Promise<void> {
    return this.#alone(() => this.#end(this.#selected(selection), output));
  }

  /** Exactly these from now on: makes what is missing, ends what is not named. */
  set(named: readonly SubscribeOrder[], output: SubscriberOutput): Promise<void> {
    const orders = this.#own(named);
    return this.#alone(async () => {
      const wanted = new Set(orders.map(keyOf));
      await this.#end(
        this.list().filter((one) => !wanted.has(keyOf(one))),
        output,
      );
      await this.#subscribeAll(orders, output);
    });
  }

  /** Begins nothing more, and ends what nobody has adopted. */
  async close(): Promise<void> {
    const { registry, account, id } = this.#options;
    this.#closing.abort();
    const finished = new AbortController();
    void delay(account.clock, FINISH_MS, finished.signal).then(() => {
      this.#giveUp.abort();
    });
    await this.#queue.idle();
    finished.abort();
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

  /** Those in its share that a selection means. */
  #selected({ subscriptionId, mailbox }: Selection): LiveSubscription[] {
    const { registry, id, account } = this.#options;
    if (subscriptionId !== undefined) {
      const found = registry.find(id, subscriptionId);
      return found && this.#isOurs(found) ? [found] : [];
    }
    if (mailbox === undefined) return this.list();
    const own = mailbox.toLowerCase() === account.email.toLowerCase() ? registry.madeBy(id, '') : [];
    return [...own, ...registry.madeBy(id, mailbox)].filter((one) => this.#isOurs(one));
  }

  #alone(work: () => Promise<void>): Promise<void> {
    return this.#queue.alone(() => this.#unlessClosing(work));
  }

  async #unlessClosing(work: () => Promise<void>): Promise<void> {
    await this.#options.registry.loaded();
    if (!this.#isClosing()) await work();
  }

  async #subscribeAll(orders: readonly SubscribeOrder[], output: SubscriberOutput): Promise<void> {
    const distinct = new Map<string, SubscribeOrder>();
    for (const order of orders) {
      const key = keyOf(order);
      if (!distinct.has(key)) distinct.set(key, order);
    }
    const wanted = distinct.size;
    output.begun?.(wanted);
    let subscribed = 0;
    let failed = 0;
    await this.#eachOf([...distinct], async ([key, order]) => {
      if (this.#isClosing()) return;
      try {
        const made = await this.#once(key, order);
        // Nobody would take it any more: it is ended with all that nobody has adopted.
        if (this.#isClosing()) return;
        output.subscribed(made);
        subscribed += 1;
      } catch (error) {
        if (this.#isClosing()) return;
        failed += 1;
        output.failed(toEwsError(error, 'Subscribe'), order.mailbox || this.#options.account.email);
      }
      output.progressed?.({ wanted, subscribed, failed });
    });
    if (!this.#isClosing()) output.finished({ wanted, subscribed, failed });
  }

  /** What there is, or what is made now; not both, where several orders ask for it. */
  async #once(key: string, order: SubscribeOrder): Promise<LiveSubscription> {
    for (let making = this.#making.get(key); making; making = this.#making.get(key)) await making;
    const existing = this.#existing(key, order);
    const making = existing ? this.#kept(existing, order) : this.#make(order);
    const over = making.catch(() => undefined).finally(() => this.#making.delete(key));
    this.#making.set(key, over);
    return making;
  }

  #existing(key: string, { mailbox }: SubscribeOrder): LiveSubscription | undefined {
    const { registry, id } = this.#options;
    return registry.madeBy(id, mailbox).find((one) => keyOf(one) === key);
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
    const { signal } = this.#giveUp;
    if (delivery === 'push') {
      // The one who receives it waits for its turn by itself.
      const begun = this.#options.pushHost(order.pushIn).begin(order, { account: accountId, subscriber: id });
      return unlessAborted(begun, signal);
    }
    // It keeps its turn while it waits for a server that is busy, so that the others do not come in its place.
    const { freshAt, ...made } = await gatesOf(account).starts.pass(signal, () =>
      patiently(account, this.#closing.signal, () => {
        if (this.#isClosing()) throw new Error('The node is being closed.');
        return makeSubscription(account, hub, order, signal);
      }),
    );
    const subscription: LiveSubscription = {
      ...{ mailbox, access, allFolders, folders, events, delivery, ...made, account: accountId, subscriber: id },
      ...detailsOrderOf(order),
      ...(delivery === 'pull'
        ? { subscriptionTimeout: order.subscriptionTimeout }
        : { connectionTimeout: order.connectionTimeout }),
    };
    registry.announce(subscription, freshAt);
    return subscription;
  }

  #end(subscriptions: readonly LiveSubscription[], output: SubscriberOutput): Promise<void> {
    const { registry, account } = this.#options;
    return this.#eachOf(subscriptions, async (subscription) => {
      const adopter = registry.adopterOf(subscription.subscriptionId);
      registry.release(subscription.subscriptionId);
      await (adopter ? adopter.end(subscription.subscriptionId) : account.endSubscription(subscription));
      output.unsubscribed(subscription);
    });
  }

  #eachOf<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
    return eachOf(items, gatesOf(this.#options.account).starts.most, work);
  }
}

/** Equal for what is the same subscription, ordered or made. */
function keyOf(one: SubscribeOrder | LiveSubscription): string {
  return one.delivery + fingerprint(one);
}

/** Whether a selection means a subscription; an empty one means all. */
export function isSelected(one: { subscriptionId: string; mailbox: string }, selection: Selection): boolean {
  if (selection.subscriptionId !== undefined) return one.subscriptionId === selection.subscriptionId;
  return selection.mailbox === undefined || one.mailbox.toLowerCase() === selection.mailbox.toLowerCase();
}
