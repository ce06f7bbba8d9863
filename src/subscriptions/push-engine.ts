import type { EwsError } from '../protocol/ews-error.js';
import type { MailboxEvent } from '../protocol/mailbox-event.js';
import type { Notification } from '../protocol/notification.js';
import type { PushedNotification } from '../protocol/send-notification.js';
import type { SubscribeRequest } from '../protocol/subscribe.js';
import { unlessAborted } from '../transport/unless-aborted.js';
import { gatesOf } from './account-gates.js';
import type { AccountConnection } from './account-link.js';
import type { Engine } from './engine.js';
import type { CommonSubscribe } from './held-delivery.js';
import { HeldSubscription } from './held-subscription.js';
import type { Life, LoopSteps } from './loop-steps.js';
import { rememberedOf, type PositionRecord } from './position-record.js';
import { PushAddressBook } from './push-address-book.js';
import type { PushReply, PushTarget } from './push-desk.js';
import type { PushEngineOptions } from './push-engine-options.js';
import { isHeartbeat, PushContinuity } from './push-continuity.js';
import { splitAt } from './split-at.js';
import { madeAnew, notJoined, unheard } from './push-trouble.js';
import { RecentEvents } from './recent-events.js';
import { SubscriptionLoop } from './subscription-loop.js';
import type { SubscriptionDescription } from './subscription-description.js';
import { Turnstile } from './turnstile.js';

export type { PushEngineOptions };

const MINUTE_MS = 60_000;
/** A call that comes before the answer to Subscribe waits for that so long, in milliseconds. */
const HOLD_MS = 3000;

/**
 * How long a server can be silent and still know a subscription, in milliseconds; so long is remembered of one that was
 * given up what its server is to be told.
 * @param statusFrequency in minutes
 */
export function rememberMs(statusFrequency: number): number {
  return 2 * statusFrequency * MINUTE_MS;
}

/**
 * Watches one mailbox by being called: sends what a call brings, saves the position, and only then has it answered.
 * A server that stays silent for too long has forgotten the subscription, and is asked for another.
 */
export class PushEngine implements Engine, LoopSteps, PushTarget {
  readonly #options: PushEngineOptions;
  readonly #loop: SubscriptionLoop;
  readonly #held: HeldSubscription;
  readonly #address: PushAddressBook;
  readonly #continuity: PushContinuity;
  readonly #calls = new Turnstile();
  #recent = new RecentEvents();
  #connection: AccountConnection | undefined;
  #restored = false;
  /** The URL without the token. */
  #base = '';
  /** When a subscription of an earlier run was taken up, by this machine's clock (ms since 1970). */
  #resumedAt: number | undefined;
  /** When the server last called, or was last known to be about to; by this machine's clock (ms since 1970). */
  #heardAt = 0;
  /** Whether the present subscription has been heard of. */
  #heard = false;
  /** Whether a call came before the answer to Subscribe, and was taken. */
  #heardEarly = false;
  #lastEventAt: number | undefined;
  /** What a call has told, for the next round. */
  #trouble: EwsError | undefined;

  constructor(options: PushEngineOptions) {
    const { account, listener, adopted, desk, path, statusFrequency } = options;
    this.#options = options;
    this.#loop = new SubscriptionLoop(account.clock, account.random, this, listener);
    this.#address = new PushAddressBook(desk, path, this, this.#silenceMs);
    this.#continuity = new PushContinuity(account.clock);
    this.#held = new HeldSubscription({
      ...options,
      delivery: {
        request: (common) => this.#request(common),
        end: () => this.#address.retire(),
        fits: (record) => this.#fits(record),
        kept: () => {
          const [recent, ends] = [[...this.#recent.keys], this.#continuity.ends];
          return this.#address.kept({ statusFrequency, heardAt: this.#heardAt, recent, ends });
        },
      },
      ...(adopted ? { adopted: rememberedOf(adopted) } : {}),
    });
  }

  get description(): SubscriptionDescription {
    return this.#options.description;
  }

  get subscriptionId(): string | undefined {
    return this.#held.id;
  }

  get watermark(): string | undefined {
    return this.#held.watermark;
  }

  get #silenceMs(): number {
    return rememberMs(this.#options.statusFrequency);
  }

  start(): void {
    this.#loop.start();
  }

  /** Has calls answered "later" until {@link resume}, across restarts too; the subscription lapses meanwhile. */
  async pause(): Promise<void> {
    await this.#loop.pause();
    await this.#held.setPaused(true);
  }

  async resume(): Promise<void> {
    await this.#held.setPaused(false);
    this.#loop.resume();
  }

  /** Makes another subscription from where it is: whether the server still knows the present one, only its calls tell. */
  async reopen(): Promise<void> {
    await this.#loop.restart(async () => {
      await this.#calls.idle();
      if (this.#held.watermark === undefined) this.subscriptionLost(madeAnew());
      else await this.#held.giveUp();
    });
  }

  /** Ends the subscription at the server's next call; {@link resume} begins anew from then on. */
  async unsubscribe(): Promise<void> {
    await this.#loop.pause();
    await this.#held.setPaused(true);
    await this.#held.forget();
  }

  /** @param keep whether the subscription stays on the server, to be used again after a restart */
  async close(keep: boolean): Promise<void> {
    await this.#loop.close();
    await this.#calls.idle();
    await this.#address.leave();
    if (!this.#restored) return;
    if (!keep || this.#held.isProvisional) await this.#held.giveUp();
    await this.#held.save();
    this.#options.keeper.close();
  }

  /** Ends the engine and forgets its position. */
  async drop(): Promise<void> {
    await this.#loop.close();
    await this.#calls.idle();
    await this.#held.giveUp();
    await this.#options.keeper.remove();
  }

  async round({ signal }: Life): Promise<number | undefined> {
    const { account } = this.#options;
    const connection = await unlessAborted(account.connect(this.#options.description.mailbox), signal);
    this.#connection = connection;
    if (!this.#restored && (await this.#restore(connection))) return undefined;
    if (this.#trouble) await this.#giveUp(this.#trouble);
    if (this.#held.id === undefined) await this.#subscribe(connection, signal);
    await this.#held.prepare(connection, signal);
    await this.#findMissed(connection, signal);
    if (this.#loop.state.name !== 'connected') this.#loop.enter({ name: 'awaiting' });
    const due = this.#heardAt + this.#silenceMs;
    if (account.clock.now() < due) return due;
    return this.#giveUp(unheard(this.#silenceMs, this.#heard, this.#base));
  }

  /** Where no watermark tells what was missed, it is looked for, before anything that comes after it is taken. */
  #findMissed(connection: AccountConnection, signal: AbortSignal): Promise<void> {
    return this.#calls.pass(() =>
      this.#held.findMissed(connection, signal, async (events) => {
        await this.#options.listener.events({ subscriptionId: this.#held.id ?? '', events, recovered: true });
      }),
    );
  }

  subscriptionLost(error: EwsError): void {
    void this.#address.retire();
    this.#held.lost(error);
  }

  watermarkRefused(): void {
    this.#held.watermarkRefused();
  }

  makeRoom(): void {
    this.#options.account.endUnwanted();
  }

  mailboxMoved(error: EwsError): void {
    this.#held.mailboxMoved();
    this.subscriptionLost(error);
  }

  /** A call of the server. Rejects when what it brought could not be sent: it then has to come again. */
  async receive(pushed: readonly PushedNotification[]): Promise<PushReply> {
    if (this.#isAway()) return 'later';
    const known = await this.#address.known(this.#options.account.clock, HOLD_MS);
    // The first call may come before the answer to Subscribe. Where it brings nothing, nothing is lost by taking it.
    if (!known) {
      this.#heardEarly = pushed.every(isHeartbeat);
      return this.#heardEarly ? 'OK' : 'later';
    }
    const { id } = this.#held;
    return this.#calls.pass(async () => {
      for (const one of pushed) {
        // What comes after something that is still being looked for comes again.
        if (this.#isAway() || (this.#held.isProvisional && !isHeartbeat(one))) return 'later';
        if (id === undefined || !this.#holds(id) || (one.notification?.subscriptionId ?? id) !== id)
          return 'Unsubscribe';
        const reply = 'error' in one ? this.#told(one.error) : await this.#take(one.notification);
        if (reply !== 'OK') return reply;
      }
      return 'OK';
    });
  }

  /** Not so once it was given up, or is about to be: what came while that was under way comes again from the position. */
  #holds(id: string): boolean {
    return this.#trouble === undefined && this.#held.id === id;
  }

  #isAway(): boolean {
    return this.#loop.isClosed() || this.#loop.isPaused();
  }

  /** What a server tells in place of events ends the subscription; the recovery table says what comes then. */
  #told(error: EwsError): PushReply {
    this.#trouble = error;
    this.#loop.wake();
    return 'Unsubscribe';
  }

  async #take(notification: Notification): Promise<PushReply> {
    const events = this.#recent.unknown(notification.events);
    const isRepeated = events.length < notification.events.length;
    if (!isRepeated && !this.#continuity.joins(notification)) return this.#told(notJoined());
    await this.#send(events, notification);
    this.#recent.add(events);
    this.#heardAt = this.#options.account.clock.now();
    this.#heard = true;
    await this.#move(notification, events);
    this.#loop.connected(this.#lastEventAt);
    return 'OK';
  }

  async #send(events: readonly MailboxEvent[], { moreEvents }: Notification): Promise<void> {
    const { listener, account } = this.#options;
    const connection = this.#connection ?? (await account.connect(this.#options.description.mailbox));
    const wanted = await this.#held.wanted(events, connection, new AbortController().signal);
    const { missed, live } = this.#held.catchingUp
      ? splitAt(wanted, this.#held.begunAt ?? this.#resumedAt)
      : { missed: [], live: wanted };
    const subscriptionId = this.#held.id ?? '';
    if (missed.length > 0) await listener.events({ subscriptionId, events: missed, recovered: true });
    if (live.length > 0) await listener.events({ subscriptionId, events: live, recovered: false });
    if (live.length > 0 || !moreEvents) this.#held.caughtUp();
    if (wanted.length > 0) this.#lastEventAt = account.clock.now();
  }

  async #move(notification: Notification, events: readonly MailboxEvent[]): Promise<void> {
    const watermark = this.#continuity.positionAfter(notification, this.#held.watermark, events.length > 0);
    const last = events.at(-1);
    const time = last ? Date.parse(last.timeStamp) : Number.NaN;
    await this.#held.moveTo(watermark, Number.isNaN(time) ? undefined : time, events);
    // A heartbeat is worth a write too: it says that the subscription is alive, should we be killed.
    if (events.length === 0) void this.#held.save();
  }

  /** Gives the subscription up and throws why: what comes next, the recovery table says. */
  async #giveUp(error: EwsError): Promise<never> {
    this.#trouble = undefined;
    this.subscriptionLost(error);
    await this.#held.save();
    throw error;
  }

  async #subscribe(connection: AccountConnection, signal: AbortSignal): Promise<void> {
    this.#loop.enter({ name: 'subscribing' });
    this.#continuity.begin();
    await gatesOf(this.#options.account).starts.pass(signal, () => this.#held.open(connection, signal));
    this.#heard = this.#heardEarly;
    this.#heardAt = this.#options.account.clock.now();
    this.#address.settle();
    if (this.#heardEarly) this.#loop.connected(this.#lastEventAt);
  }

  /** The token is kept, and calls to it are expected, before the server is told of it. */
  async #request(common: CommonSubscribe): Promise<SubscribeRequest> {
    this.#heardEarly = false;
    const url = await this.#address.make(this.#base);
    await this.#held.save();
    return { delivery: 'push', ...common, statusFrequencyMinutes: this.#options.statusFrequency, url };
  }

  /** Whether the server can still be calling: at the same URL, as often, and not given up long ago. */
  #fits({ push }: PositionRecord): boolean {
    const { statusFrequency, account } = this.#options;
    if (!push || push.base !== this.#base || push.statusFrequency !== statusFrequency) return false;
    return account.clock.now() - push.heardAt <= statusFrequency * MINUTE_MS;
  }

  /** Returns whether the subscription was left paused. */
  async #restore(connection: AccountConnection): Promise<boolean> {
    const { keeper, address, adopted } = this.#options;
    this.#base = await address();
    const readable = await keeper.load();
    if (!keeper.record && adopted?.from !== undefined) this.#held.adopt(undefined, adopted.from);
    const push = keeper.record?.push;
    if (push) {
      this.#address.restore(push);
      this.#recent = new RecentEvents(push.recent);
      this.#continuity.begin(push.ends);
      this.#heardAt = push.heardAt;
    }
    this.#held.restore(connection, readable);
    this.#restored = true;
    // What was asked for and not answered before a crash, or is about something else, is ended when it calls.
    if (this.#held.id === undefined) await this.#address.retire();
    else this.#resumeCalls();
    const paused = (keeper.record?.paused ?? false) && !this.#loop.isPaused();
    // Not waited for: the round under way is this one.
    if (paused) void this.#loop.pause();
    return paused;
  }

  #resumeCalls(): void {
    // It was heard of before; time in which nobody could have been is no silence.
    this.#heard = true;
    this.#resumedAt = this.#heardAt = this.#options.account.clock.now();
    this.#address.settle();
  }
}
