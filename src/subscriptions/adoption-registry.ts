import type { Clock, Timer } from '../clock.js';
import { EwsError } from '../protocol/ews-error.js';
import { KeptSubscription } from './kept-subscription.js';
import type { LiveSubscription } from './live-subscription.js';
import { MadeSubscriptions } from './made-subscriptions.js';

/** What nobody adopts within this time is ended, in milliseconds. */
export const ADOPTION_TIME_MS = 60_000;

/** A node that renews, saves and ends subscriptions which another node made. */
export interface Adopter {
  /** The node's id. */
  readonly id: string;
  /** Ends a subscription that it adopted. */
  end(subscriptionId: string): Promise<void>;
  /** Goes on with a subscription that it adopted with what is said of details now. */
  change(subscription: LiveSubscription): Promise<void>;
}

/** What there is until a subscription is adopted. */
interface Waiting {
  readonly timer: Timer;
  /** Since when it holds all that is asked for, by the server's clock (ms since 1970). */
  readonly freshAt: number | undefined;
}

class Entry extends KeptSubscription {
  adopter: Adopter | undefined;
  waiting: Waiting | undefined;
}

/** Who has adopted which subscription of an account: the first to ask. */
export class AdoptionRegistry {
  readonly #clock: Clock;
  readonly #abandoned: (subscription: LiveSubscription) => void;
  readonly #entries = new Map<string, Entry>();
  /** By the id of the node that made them. */
  readonly #made = new Map<string, MadeSubscriptions<Entry>>();
  readonly #loading = new Set<Promise<unknown>>();

  /** @param abandoned called with a subscription that nobody adopted in time, to end it */
  constructor(clock: Clock, abandoned: (subscription: LiveSubscription) => void) {
    this.#clock = clock;
    this.#abandoned = abandoned;
  }

  /**
   * A subscription was made and waits for an adopter.
   * @param freshAt where nothing of before that is asked for: since when it holds all, by the server's clock (ms since 1970)
   */
  announce(subscription: LiveSubscription, freshAt?: number): void {
    const { subscriptionId } = subscription;
    const entry = new Entry(subscription);
    const timer = this.#clock.setTimer(() => {
      if (this.#entries.get(subscriptionId) !== entry) return;
      this.release(subscriptionId);
      this.#abandoned(subscription);
    }, ADOPTION_TIME_MS);
    entry.waiting = { timer, freshAt };
    this.#put(entry);
  }

  /** Throws `EWS_ADOPTED` when another than `adopter` was first. */
  checkFree(subscriptionId: string, adopter: Adopter): void {
    const entry = this.#entries.get(subscriptionId);
    if (entry?.adopter && entry.adopter.id !== adopter.id) {
      throw new EwsError(
        'EWS_ADOPTED',
        'Another node is already receiving this subscription. Connect ews-subscribe to one of them only.',
      );
    }
  }

  /** Registers `adopter`; throws `EWS_ADOPTED` when another was first. Adopting again what one has changes nothing. */
  adopt(subscription: LiveSubscription, adopter: Adopter): void {
    this.checkFree(subscription.subscriptionId, adopter);
    const entry = this.#entries.get(subscription.subscriptionId);
    if (entry?.subscriber !== subscription.subscriber) {
      const adopted = new Entry(subscription);
      adopted.adopter = adopter;
      this.#put(adopted);
      return;
    }
    this.#clock.clearTimer(entry.waiting?.timer);
    entry.waiting = undefined;
    // Mailboxes of a subscription differ in case at most, whatever its message went through.
    entry.subscription = { ...subscription, mailbox: entry.mailbox };
    entry.adopter = adopter;
  }

  /** An adopted subscription was made anew and has another id now. */
  replaced(oldId: string, subscriptionId: string): void {
    const entry = this.#entries.get(oldId);
    if (!entry) return;
    this.release(oldId);
    entry.subscription = { ...entry.subscription, subscriptionId };
    this.#put(entry);
  }

  /** What waits for an adopter is ordered with other details now. */
  changed(subscription: LiveSubscription): void {
    const entry = this.#entries.get(subscription.subscriptionId);
    if (entry && !entry.adopter) entry.subscription = subscription;
  }

  /** The subscription is nobody's any more. */
  release(subscriptionId: string): void {
    const entry = this.#entries.get(subscriptionId);
    if (!entry) return;
    this.#clock.clearTimer(entry.waiting?.timer);
    this.#entries.delete(subscriptionId);
    const { subscriber } = entry;
    const made = this.#made.get(subscriber);
    made?.remove(entry);
    if (made?.size === 0) this.#made.delete(subscriber);
  }

  #put(entry: Entry): void {
    const { subscriptionId, subscriber } = entry;
    this.release(subscriptionId);
    this.#entries.set(subscriptionId, entry);
    const made = this.#made.get(subscriber) ?? new MadeSubscriptions<Entry>();
    this.#made.set(subscriber, made);
    made.add(entry);
  }

  /** For a subscription that waits for its first adopter: since when it holds all that is asked for, if it does. */
  freshAt(subscriptionId: string): number | undefined {
    return this.#entries.get(subscriptionId)?.waiting?.freshAt;
  }

  adopterOf(subscriptionId: string): Adopter | undefined {
    return this.#entries.get(subscriptionId)?.adopter;
  }

  /** The subscription of that id, if that node made it. */
  find(subscriber: string, subscriptionId: string): LiveSubscription | undefined {
    const found = this.#entries.get(subscriptionId);
    return found?.subscriber === subscriber ? found.subscription : undefined;
  }

  /** The subscriptions that a node made, in the order they were made; of one mailbox, as they name it, or of all. */
  madeBy(subscriber: string, mailbox?: string): LiveSubscription[] {
    const made = mailbox === undefined ? this.#allOf(subscriber) : (this.#made.get(subscriber)?.of(mailbox) ?? []);
    return Array.from(made, ({ subscription }) => subscription);
  }

  #allOf(subscriber: string): Entry[] {
    return [...this.#entries.values()].filter((entry) => entry.subscriber === subscriber);
  }

  /** How many subscriptions a node made. */
  countOf(subscriber: string): number {
    return this.#made.get(subscriber)?.size ?? 0;
  }

  /** An adopter is looking up what it had adopted before a restart. */
  loads(work: Promise<unknown>): void {
    const done = work.catch(() => undefined).finally(() => this.#loading.delete(done));
    this.#loading.add(done);
  }

  /** Resolves when every adopter knows what it had adopted, so that nothing is subscribed to a second time. */
  async loaded(): Promise<void> {
    while (this.#loading.size > 0) await Promise.all(this.#loading);
  }

  /** Stops waiting for adopters. Returns what nobody has adopted, of one node or of all. */
  giveUpWaiting(subscriber?: string): LiveSubscription[] {
    const entries = subscriber === undefined ? [...this.#entries.values()] : this.#allOf(subscriber);
    const waiting = entries.filter(({ adopter }) => !adopter);
    for (const { subscriptionId } of waiting) this.release(subscriptionId);
    return waiting.map(({ subscription }) => subscription);
  }
}
