import { systemClock } from '../clock.js';
import { EwsError } from '../protocol/ews-error.js';
import { AdoptedSubscriptions, type Adopted } from './adopted-subscriptions.js';
import { adoptionOf, partOf, type Parted } from './adoption.js';
import type { AccountLink } from './account-link.js';
import type { AdoptingAccount, EngineParts, SubscriptionAdopterOptions } from './adopter-options.js';
import type { Adopter } from './adoption-registry.js';
import { detailsOrderOf, sameDetails, withDetails, type DetailsOrder } from './details-order.js';
import type { Engine } from './engine.js';
import type { EngineListener } from './engine-listener.js';
import { FollowingListener } from './following-listener.js';
import { FirstOutcome } from './first-outcome.js';
import type { LiveSubscription } from './live-subscription.js';
import { PositionKeeper } from './position-keeper.js';
import {
  PositionError,
  rememberedOf,
  toPositionError,
  type Adoption,
  type PositionKey,
  type PositionRecord,
} from './position-record.js';
import type { PushHost, SubscriptionOrigin } from './push-host.js';
import type { SubscribeOrder } from './subscribe-request.js';
import type { Selection } from './subscriber.js';
import { shared } from './shared.js';
import type { SubscriptionState } from './subscription-state.js';
import type { SubscriptionDescription } from './subscription-description.js';

/** Where positions could not be read, as a store does not answer, they are looked for so much later, in milliseconds. */
const RESUME_AGAIN_MS = 30_000;

export type { AdoptingAccount, EngineParts, SubscriptionAdopterOptions };

/** Receives subscriptions that other nodes made, and carries them on by itself after a restart. */
export class SubscriptionAdopter implements Adopter, PushHost {
  readonly id: string;
  readonly #options: SubscriptionAdopterOptions;
  readonly #adopted = new AdoptedSubscriptions();
  #resumed: Promise<void> = Promise.resolve();
  #closed = false;
  /** By part: what is being ended, and nothing may take the place of yet. */
  readonly #dropping = new Map<string, Promise<void>>();
  readonly #followed = (part: string, state: SubscriptionState): void => {
    this.#follow(part, state);
  };

  constructor(options: SubscriptionAdopterOptions) {
    this.id = options.id;
    this.#options = options;
  }

  get engines(): Engine[] {
    return this.#adopted.all().map(({ engine }) => engine);
  }

  /**
   * Takes up what was adopted before a restart, once `when` resolves. What cannot be taken up keeps nothing else from
   * it; the first problem is thrown afterwards, a `PositionError` where a position is the trouble.
   */
  resume(when: Promise<void> = Promise.resolve()): Promise<void> {
    this.#resumed = when.then(() => this.#resume());
    return this.#resumed;
  }

  async #resume(): Promise<void> {
    const problems: unknown[] = [];
    const { store, clock = systemClock } = this.#options;
    const records = await store
      .list(this.id, [], (problem) => problems.push(problem))
      .catch((error: unknown): PositionRecord[] => {
        problems.push(toPositionError(error));
        return [];
      });
    if (this.#closed) return;
    // What is there already is not taken up twice.
    if (problems.some((problem) => problem instanceof PositionError && problem.kind === 'unreadable')) {
      clock.setTimer(() => void this.#resume().catch(() => undefined), RESUME_AGAIN_MS);
    }
    for (const record of records) {
      try {
        this.#takeUp(record);
      } catch (error) {
        problems.push(error);
      }
    }
    if (problems.length > 0) throw problems[0];
  }

  #takeUp({ adopted, about, part, subscriptionId, watermark }: PositionRecord): void {
    const account = adopted && this.#options.account(adopted.account);
    if (!account || !this.#isOurs(adopted.subscriber, about.mailbox, account)) return;
    const subscription: LiveSubscription = {
      ...about,
      ...adopted,
      delivery: this.#options.delivery,
      subscriptionId: subscriptionId ?? `pending ${part}`,
      ...(watermark === undefined ? {} : { watermark }),
    };
    if (!this.#adopted.get(partOf(subscription))) this.#start(subscription, account, shared(adopted));
  }

  #isOurs(subscriber: string, mailbox: string, { link }: AdoptingAccount): boolean {
    return this.#options.isShared?.(subscriber, mailbox || link.email) ?? true;
  }

  /**
   * Mailboxes are shared out anew: those that are another Node-RED's now are let go, and kept for it to carry on; those
   * that are ours now are taken up.
   */
  async shareAnew(): Promise<void> {
    await this.#resumed.catch(() => undefined);
    await this.#replaced();
    const gone = this.#adopted
      .all()
      .filter(
        ({ engine, account, adoption }) => !this.#isOurs(adoption.subscriber, engine.description.mailbox, account),
      );
    for (const one of gone) {
      this.#adopted.delete(one);
      one.account.registry.release(one.registeredId);
    }
    await Promise.all(gone.map(({ engine }) => engine.close(true)));
    if (!this.#closed) await this.resume();
  }

  /**
   * Takes over a subscription. Resolves to `false` when its account is unknown here, or the adopter was closed
   * meanwhile; rejects with `EWS_ADOPTED` when another node was first.
   */
  async adopt(subscription: LiveSubscription): Promise<boolean> {
    // What was adopted before a restart comes first, or it would be taken for something new.
    await this.#resumed.catch(() => undefined);
    await this.#dropping.get(partOf(subscription));
    // An engine that starts now would be closed by nobody.
    if (this.#closed) return false;
    const account = this.#options.account(subscription.account);
    if (!account) return false;
    const existing = this.#adopted.get(partOf(subscription));
    if (existing) {
      // The same thing subscribed to once more: what is received already goes on, the other has no use.
      if (existing.registeredId !== subscription.subscriptionId) {
        account.registry.release(subscription.subscriptionId);
        void account.link.endSubscription(subscription);
      }
      await this.#replace(existing, subscription);
      return true;
    }
    const freshAt = account.registry.freshAt(subscription.subscriptionId);
    this.#start(subscription, account, adoptionOf(subscription, freshAt));
    return true;
  }

  /** Makes a subscription itself, where the server has to be told who receives it. See {@link PushHost}. */
  async begin(order: SubscribeOrder, origin: SubscriptionOrigin): Promise<LiveSubscription> {
    await this.#resumed.catch(() => undefined);
    const account = this.#options.account(origin.account);
    if (this.#closed || !account) throw new EwsError('EWS_NETWORK', 'The node that receives is being closed.');
    const { mailbox, access, allFolders, folders, events, statusFrequency } = order;
    const { delivery } = this.#options;
    const details = detailsOrderOf(order);
    const wanted = { mailbox, access, allFolders, folders, events, delivery, statusFrequency, ...origin, ...details };
    const part = partOf(wanted);
    await this.#dropping.get(part);
    const pending = `pending ${part}`;
    const first = new FirstOutcome();
    const existing = this.#adopted.get(part);
    if (existing && existing.account.link === account.link) await this.#replace(existing, wanted);
    // The order comes from another account now, or from the same one with other settings.
    if (existing && existing.account.link !== account.link) await this.drop(existing.engine);
    const from = order.watermark;
    const adopted: Adoption = { ...origin, ...details, statusFrequency, ...(from === undefined ? {} : { from }) };
    const running = this.#adopted.get(part);
    if (running) return { ...wanted, subscriptionId: running.engine.subscriptionId ?? running.registeredId };
    const engine = this.#start({ ...wanted, subscriptionId: pending }, account, adopted, (listener) =>
      first.before(listener),
    );
    try {
      if (!engine.subscriptionId) await first.outcome;
    } catch (error) {
      await this.drop(engine);
      throw error;
    }
    return { ...wanted, subscriptionId: engine.subscriptionId ?? pending };
  }

  async change(subscription: LiveSubscription): Promise<void> {
    const existing = this.#adopted.get(partOf(subscription));
    if (existing && !this.#closed) await this.#replace(existing, subscription);
  }

  /**
   * Has another engine go on where that of a subscription is, where what is ordered of details is not what it has. The
   * order stands after a restart too.
   */
  async #replace(existing: Adopted, order: DetailsOrder & Parted): Promise<void> {
    this.#options.checkDetails?.(detailsOrderOf(order));
    const part = partOf(order);
    // Of several orders the last one counts.
    const current = existing.replacing ? await this.#settled(part) : existing;
    if (!current || sameDetails(current.adoption, order)) return;
    const replaced = this.#goOn(current, part, withDetails(current.adoption, order));
    current.replacing = replaced.catch(() => undefined);
    await replaced;
  }

  /** What is adopted as that part once no engine is taking another's place. */
  async #settled(part: string): Promise<Adopted | undefined> {
    let one = this.#adopted.get(part);
    while (one?.replacing) {
      await one.replacing;
      one = this.#adopted.get(part);
    }
    return one;
  }

  async #goOn(old: Adopted, part: string, adoption: Adoption): Promise<void> {
    const { account, engine } = old;
    const { description } = engine;
    const { delivery, store } = this.#options;
    await engine.close(true);
    const key: PositionKey = { node: this.id, mailbox: description.mailbox, part };
    try {
      const record = await store.load(key);
      if (record) await store.save({ ...record, adopted: rememberedOf(adoption) });
    } catch {
      // The engine meets the same trouble, and tells of it.
    }
    const subscription = { ...description, ...rememberedOf(adoption), delivery, subscriptionId: old.registeredId };
    try {
      this.#start(subscription, account, adoption);
    } catch (error) {
      // What is closed receives nothing; with its position it is taken up again later.
      this.#adopted.delete(old);
      account.registry.release(old.registeredId);
      throw error;
    }
  }

  /** Ends an adopted subscription and forgets its position. */
  async end(subscriptionId: string): Promise<void> {
    await Promise.all(this.select({ subscriptionId }).map((engine) => this.drop(engine)));
  }

  /** Ends what an engine of this adopter receives, and forgets its position. */
  async drop(engine: Engine): Promise<void> {
    const found = this.#adopted.of(engine);
    if (!found) return;
    // Where nothing is under way, at once: nothing may begin in between.
    const one = found.replacing ? await this.#settled(found.part) : found;
    if (!one) return;
    this.#adopted.delete(one);
    one.account.registry.release(one.registeredId);
    const dropped = one.engine.drop();
    const over = dropped.catch(() => undefined).finally(() => this.#dropping.delete(one.part));
    this.#dropping.set(one.part, over);
    await dropped;
  }

  /** The engines that a selection means. */
  select(selection: Selection): Engine[] {
    return this.#adopted.select(selection);
  }

  /** An account closes: what runs with it is let go and kept, to be taken up again by {@link resume}. */
  async letGo(link: AccountLink): Promise<void> {
    await this.#replaced();
    const gone = this.#adopted.all().filter(({ account }) => account.link === link);
    for (const one of gone) this.#adopted.delete(one);
    await Promise.all(gone.map(({ engine }) => engine.close(true)));
  }

  /** Whether it was closed; nothing is taken up any more then. A method, as it changes while one waits. */
  isClosed(): boolean {
    return this.#closed;
  }

  async close(keep: boolean): Promise<void> {
    this.#closed = true;
    await this.#replaced();
    await Promise.all(
      this.#adopted.all().map(async (one) => {
        one.account.registry.release(one.registeredId);
        await one.engine.close(keep);
        this.#adopted.delete(one);
      }),
    );
  }

  /** Resolves when no engine is taking another's place. */
  async #replaced(): Promise<void> {
    await Promise.all(this.#adopted.all().flatMap(({ replacing }) => (replacing ? [replacing] : [])));
  }

  #start(
    subscription: LiveSubscription,
    account: AdoptingAccount,
    adopted: Adoption,
    heard: (listener: EngineListener) => EngineListener = (listener) => listener,
  ): Engine {
    const { mailbox, access, allFolders } = subscription;
    // Each message brings its own, and most are the same.
    const folders = shared(subscription.folders);
    const events = shared(subscription.events);
    const description: SubscriptionDescription = { mailbox, access, allFolders, folders, events };
    const part = partOf(subscription);
    const key: PositionKey = { node: this.id, mailbox, part };
    const listener = heard(this.#options.listenerFor(description, subscription.account));
    const keeper = new PositionKeeper(this.#options.store, key, listener);
    // Before anything of it is to be seen.
    account.registry.checkFree(subscription.subscriptionId, this);
    const engine = this.#options.makeEngine({
      account,
      description,
      keeper,
      listener: new FollowingListener(listener, this.#followed, part),
      adopted,
    });
    account.registry.adopt({ ...subscription, folders, events }, this);
    this.#adopted.put({ part, engine, account, keeper, adoption: adopted, registeredId: subscription.subscriptionId });
    engine.start();
    return engine;
  }

  /** Once its position is kept, that says where it goes on. Until then, it does where it began, but is not fresh any more. */
  #begun({ adoption, keeper }: Adopted): Adoption {
    // Pull says with each answer that it is connected.
    if (adoption.begins === undefined && adoption.from === undefined) return adoption;
    if (keeper.isSaved) return shared(rememberedOf(adoption));
    const { freshAt: _freshAt, ...begins } = adoption.begins ?? {};
    return 'subscriptionId' in begins ? { ...adoption, begins } : adoption;
  }

  /** Keeps the registry's id right: a subscription that is made anew has another. */
  #follow(part: string, state: SubscriptionState): void {
    const one = this.#adopted.get(part);
    if (one && state.name === 'connected') one.adoption = this.#begun(one);
    const id = one?.engine.subscriptionId ?? '';
    if (!one || id === '' || id === one.registeredId) return;
    one.account.registry.replaced(one.registeredId, id);
    this.#adopted.rename(one, id);
  }
}
