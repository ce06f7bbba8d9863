import type { Adopter, AdoptionRegistry } from './adoption-registry.js';
import type { AccountLink } from './account-link.js';
import type { EngineListener } from './engine-listener.js';
import type { Missed } from './held-subscription.js';
import type { LiveSubscription } from './live-subscription.js';
import { PositionKeeper } from './position-keeper.js';
import type { AdoptedSubscription, PositionKey } from './position-record.js';
import type { PositionStore } from './position-store.js';
import { PullEngine } from './pull-engine.js';
import { isSelected, type Selection } from './subscriber.js';
import { fingerprint, type SubscriptionDescription } from './subscription-description.js';

/** An account as an adopter needs it: the link, and who has adopted what. */
export interface AdoptingAccount {
  readonly link: AccountLink;
  readonly registry: AdoptionRegistry;
}

export interface PullAdopterOptions {
  /** The id of the node. */
  readonly id: string;
  readonly interval: number;
  readonly missed: Missed;
  readonly store: PositionStore;
  /** The account node of that id, if it exists and is of the same flow file. */
  account(id: string): AdoptingAccount | undefined;
  /** Whom the engine of a subscription tells what happens. */
  listenerFor(subscription: SubscriptionDescription, account: string): EngineListener;
}

interface Adopted {
  readonly engine: PullEngine;
  readonly account: AdoptingAccount;
  registeredId: string;
}

/** Polls subscriptions that other nodes made, and carries them on by itself after a restart. */
export class PullAdopter implements Adopter {
  readonly id: string;
  readonly #options: PullAdopterOptions;
  readonly #adopted = new Map<string, Adopted>();
  #resumed: Promise<void> = Promise.resolve();

  constructor(options: PullAdopterOptions) {
    this.id = options.id;
    this.#options = options;
  }

  get engines(): PullEngine[] {
    return [...this.#adopted.values()].map(({ engine }) => engine);
  }

  /** Takes up what was adopted before a restart, once `when` resolves. Throws a `PositionError` when that cannot be looked up. */
  resume(when: Promise<void> = Promise.resolve()): Promise<void> {
    this.#resumed = when.then(() => this.#resume());
    return this.#resumed;
  }

  async #resume(): Promise<void> {
    for (const record of await this.#options.store.list(this.id)) {
      const { adopted, about, subscriptionId, watermark } = record;
      const account = adopted && this.#options.account(adopted.account);
      if (!account) continue;
      const subscription: LiveSubscription = {
        ...about,
        ...adopted,
        delivery: 'pull',
        subscriptionId: subscriptionId ?? `pending ${record.part}`,
        ...(watermark === undefined ? {} : { watermark }),
      };
      this.#start(subscription, account, adopted);
    }
  }

  /**
   * Takes over a subscription. Resolves to `false` when its account is unknown here;
   * rejects with `EWS_ADOPTED` when another node was first.
   */
  async adopt(subscription: LiveSubscription): Promise<boolean> {
    // What was adopted before a restart comes first, or it would be taken for something new.
    await this.#resumed.catch(() => undefined);
    const account = this.#options.account(subscription.account);
    if (!account) return false;
    const existing = this.#adopted.get(partOf(subscription));
    if (existing) {
      // The same thing subscribed to once more: what is polled already goes on, the other has no use.
      if (existing.registeredId !== subscription.subscriptionId) {
        account.registry.release(subscription.subscriptionId);
        void account.link.endSubscription(subscription);
      }
      return true;
    }
    const { account: accountId, subscriber, subscriptionTimeout, subscriptionId, watermark } = subscription;
    const begins = { subscriptionId, ...(watermark === undefined ? {} : { watermark }) };
    this.#start(subscription, account, { account: accountId, subscriber, subscriptionTimeout, begins });
    return true;
  }

  /** Ends an adopted subscription and forgets its position. */
  async end(subscriptionId: string): Promise<void> {
    await Promise.all(this.select({ subscriptionId }).map((engine) => this.drop(engine)));
  }

  /** Ends what an engine of this adopter polls, and forgets its position. */
  async drop(engine: PullEngine): Promise<void> {
    for (const [part, one] of this.#adopted) {
      if (one.engine !== engine) continue;
      this.#adopted.delete(part);
      one.account.registry.release(one.registeredId);
      await engine.drop();
    }
  }

  /** The engines that a selection means. */
  select(selection: Selection): PullEngine[] {
    return [...this.#adopted.values()]
      .filter(({ engine, registeredId }) =>
        isSelected({ subscriptionId: registeredId, mailbox: engine.description.mailbox }, selection),
      )
      .map(({ engine }) => engine);
  }

  async close(keep: boolean): Promise<void> {
    await Promise.all(
      [...this.#adopted.values()].map(async ({ engine, account, registeredId }) => {
        account.registry.release(registeredId);
        await engine.close(keep);
      }),
    );
    this.#adopted.clear();
  }

  #start(
    subscription: LiveSubscription,
    account: AdoptingAccount,
    adopted: AdoptedSubscription & { begins?: { subscriptionId: string; watermark?: string } },
  ): void {
    const { mailbox, access, allFolders, folders, events } = subscription;
    const description: SubscriptionDescription = { mailbox, access, allFolders, folders, events };
    const part = partOf(subscription);
    const key: PositionKey = { node: this.id, mailbox, part };
    const listener = this.#options.listenerFor(description, subscription.account);
    const keeper = new PositionKeeper(this.#options.store, key, (problem) => {
      listener.positionProblem(problem);
    });
    const engine = new PullEngine({
      account: account.link,
      description,
      interval: this.#options.interval,
      subscriptionTimeout: subscription.subscriptionTimeout,
      missed: this.#options.missed,
      keeper,
      listener: this.#following(listener, part),
      adopted,
    });
    account.registry.adopt(subscription, this);
    this.#adopted.set(part, { engine, account, registeredId: subscription.subscriptionId });
    engine.start();
  }

  /** Keeps the registry's id right: a subscription that is made anew has another. */
  #following(listener: EngineListener, part: string): EngineListener {
    const following = Object.create(listener) as EngineListener;
    following.state = (state) => {
      const one = this.#adopted.get(part);
      const id = one?.engine.subscriptionId;
      if (one && id !== undefined && id !== one.registeredId) {
        one.account.registry.replaced(one.registeredId, id);
        one.registeredId = id;
      }
      listener.state(state);
    };
    return following;
  }
}

/** Tells the subscriptions of one mailbox apart: who made it, and what it is about. */
function partOf(subscription: LiveSubscription): string {
  return JSON.stringify([subscription.subscriber, fingerprint(subscription)]);
}
