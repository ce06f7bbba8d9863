import type { Character, StreamEnvelope } from '../characters/character.js';
import type { Wire } from '../http/wire.js';
import type { Mailbox } from '../mailbox/mailbox.js';
import type { Account } from '../model/account.js';
import type { Exchange } from '../model/exchange.js';
import { messageText } from '../soap/response-error.js';
import { peekEvents } from './read-events.js';
import type { Batch, EndReason, Subscription } from './subscription.js';

export interface StreamSettings {
  readonly exchange: Exchange;
  readonly wire: Wire;
  readonly subscriptions: readonly Subscription[];
  /** Ids in the request that are no good. */
  readonly badIds: readonly string[];
  /** To whose budget the stream is charged. */
  readonly account: Account;
  /** ConnectionTimeout, in milliseconds. */
  readonly timeout: number;
}

/** A subscription that cannot be read any further, and why. */
export interface Unreadable {
  readonly code: string;
}

/** The open answer to a GetStreamingEvents. What characters do with it differs; what is here does not. */
export abstract class EventStream {
  protected readonly exchange: Exchange;
  protected readonly character: Character;
  protected readonly wire: Wire;
  protected readonly subscriptions: Set<Subscription>;
  protected readonly badIds: readonly string[];
  /** When it was opened, in milliseconds since 1970. */
  protected readonly opened: number;
  /** When ConnectionTimeout is over, in milliseconds since 1970. */
  protected readonly closesAt: number;
  /** When something was last written, in milliseconds since 1970. */
  protected lastWrite: number;
  readonly account: Account;
  #isFirst = true;
  readonly #watch = () => this.wake();

  constructor({ exchange, wire, subscriptions, badIds, account, timeout }: StreamSettings) {
    this.exchange = exchange;
    this.character = exchange.character;
    this.wire = wire;
    this.subscriptions = new Set(subscriptions);
    this.badIds = badIds;
    this.account = account;
    this.opened = exchange.clock.now();
    this.closesAt = this.opened + timeout;
    this.lastWrite = this.opened;
    for (const subscription of subscriptions) this.#attach(subscription);
    exchange.streams.add(this);
    wire.onceClosed(() => this.release());
  }

  /** Something may have happened in one of the mailboxes, or to the right to read it. */
  protected abstract wake(): void;
  /** Another connection reads this subscription from now on. */
  abstract takenOver(subscription: Subscription): void;
  /** The subscription is no more. */
  protected abstract ended(subscription: Subscription, why: EndReason): void;
  /** No more is written; timers are to be stopped. */
  protected abstract stopped(): void;

  protected write(envelope: StreamEnvelope, hasEvents = false): void {
    this.lastWrite = this.exchange.clock.now();
    this.wire.write(this.character.writeStreamed(envelope, this.#isFirst), hasEvents);
    this.#isFirst = false;
  }

  /** Takes the next events of each subscription off its queue. */
  protected takeNotifications(): { readonly notifications: string[]; readonly moreEvents: boolean } {
    const notifications: string[] = [];
    let moreEvents = false;
    for (const subscription of this.subscriptions) {
      const batch = this.read(subscription);
      if ('code' in batch || batch.events.length === 0) continue;
      subscription.position = batch.position;
      moreEvents ||= batch.moreEvents;
      notifications.push(this.character.writeNotification(subscription, batch));
    }
    return { notifications, moreEvents };
  }

  /** The next events of a subscription; they stay in its queue. */
  protected read(subscription: Subscription): Batch | Unreadable {
    const { exchange, character } = this;
    const { mailbox } = subscription;
    if (mailbox.isMoving) return { code: 'ErrorMailboxMoveInProgress' };
    if (!exchange.mayRead(subscription)) return { code: 'ErrorAccessDenied' };
    if (mailbox.journal.last - subscription.position > character.maxBacklog)
      return { code: character.subscriptionErrors.lost[0] };
    const batch = peekEvents(subscription, character, exchange.limits.eventsPerNotification);
    return batch ?? { code: 'ErrorMissedNotificationEvents' };
  }

  /** A heartbeat for each subscription. */
  protected statusNotifications(): readonly string[] {
    return [...this.subscriptions].map((subscription) => {
      const { position } = subscription;
      return this.character.writeNotification(subscription, {
        previous: position,
        events: [],
        position,
        moreEvents: false,
      });
    });
  }

  /** The last envelope, with an error if there is one. */
  protected close(code?: string, errorSubscriptionIds: readonly string[] = []): void {
    this.write({
      ...(code === undefined ? {} : { error: { code, text: messageText(code) } }),
      errorSubscriptionIds,
      connectionStatus: 'Closed',
    });
    this.finish();
  }

  protected finish(): void {
    this.release();
    void this.wire.end();
  }

  /** Gives the subscriptions back: from now on their events wait for the next reader. */
  release(): void {
    for (const subscription of [...this.subscriptions]) this.drop(subscription);
    this.exchange.streams.delete(this);
    this.stopped();
  }

  /** Reads this subscription no more. */
  protected drop(subscription: Subscription): void {
    if (!this.subscriptions.delete(subscription)) return;
    subscription.lastUse = this.exchange.clock.now();
    subscription.onEnd = undefined;
    this.exchange.streams.release(subscription);
    if (!this.#reads(subscription.mailbox)) subscription.mailbox.watchers.delete(this.#watch);
  }

  #attach(subscription: Subscription): void {
    subscription.lastUse = undefined;
    subscription.onEnd = (why) => this.ended(subscription, why);
    subscription.mailbox.watchers.add(this.#watch);
    this.exchange.streams.claim(subscription, this);
  }

  #reads(mailbox: Mailbox): boolean {
    return [...this.subscriptions].some((subscription) => subscription.mailbox === mailbox);
  }
}
