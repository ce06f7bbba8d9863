import { delay } from '../clock.js';
import { toEwsError, type EwsError } from '../protocol/ews-error.js';
import { getEvents } from '../protocol/get-events.js';
import type { MailboxEvent } from '../protocol/mailbox-event.js';
import type { Notification } from '../protocol/notification.js';
import { PULL_TIMEOUT_MINUTES } from '../protocol/subscribe.js';
import { mayHaveLostAnswer, mayHaveRestarted } from '../transport/network-error.js';
import { unlessAborted } from '../transport/unless-aborted.js';
import { gatesOf } from './account-gates.js';
import { contextOf, type AccountConnection, type AccountLink } from './account-link.js';
import { endBegun, endUnread } from './end-begun.js';
import type { Engine } from './engine.js';
import type { EngineListener } from './engine-listener.js';
import type { Missed } from './held-delivery.js';
import { HeldSubscription } from './held-subscription.js';
import { idNotTrusted, IdTrust } from './id-trust.js';
import type { Life, LoopSteps } from './loop-steps.js';
import type { PositionKeeper } from './position-keeper.js';
import { rememberedOf, type Adoption } from './position-record.js';
import { SubscriptionLoop } from './subscription-loop.js';
import { answeredUntil } from './answered-until.js';
import type { SubscriptionDescription } from './subscription-description.js';

const NOTHING = Promise.resolve();
/** How long closing waits for an answer, in milliseconds. */
const FINISH_MS = 2000;

export interface PullEngineOptions {
  readonly account: AccountLink;
  readonly description: SubscriptionDescription;
  /** Seconds between two polls; 0 polls only when {@link PullEngine.ask} is called. */
  readonly interval: number;
  /** Minutes that the subscription lives without a poll; raised to what the interval needs. */
  readonly subscriptionTimeout: number;
  readonly missed: Missed;
  readonly keeper: PositionKeeper;
  readonly listener: EngineListener;
  readonly adopted?: Adoption;
}

/**
 * Twice the interval and a minute, so that one slow poll does not let the subscription run out.
 * What does not fit into the schema's range runs out between polls, and is then made again from the watermark.
 */
export function effectiveTimeout(subscriptionTimeout: number, intervalSeconds: number): number {
  const needed = Math.ceil((2 * intervalSeconds) / 60) + 1;
  return Math.min(Math.max(subscriptionTimeout, needed), PULL_TIMEOUT_MINUTES.max);
}

/** Watches one mailbox by polling: one request in flight, events in order, the position saved after they were sent. */
export class PullEngine implements Engine, LoopSteps {
  readonly #options: PullEngineOptions;
  readonly #loop: SubscriptionLoop;
  readonly #held: HeldSubscription;
  #restored = false;
  #asked = 0;
  #served = 0;
  #rejoined = false;
  #lastEventAt: number | undefined;
  #search: AbortController | undefined;
  #isClosing = false;
  readonly #trust = new IdTrust();
  /** Whether the server has answered to the subscription in this run. */
  #answered = false;

  constructor(options: PullEngineOptions) {
    this.#options = options;
    const { account, listener, adopted } = options;
    this.#loop = new SubscriptionLoop(account.clock, account.random, this, listener);
    const timeoutMinutes = effectiveTimeout(options.subscriptionTimeout, options.interval);
    this.#held = new HeldSubscription({
      ...options,
      delivery: {
        request: (common) => ({ delivery: 'pull', ...common, timeoutMinutes }),
        end: (subscription) => account.endSubscription(subscription),
        lifetimeMs: timeoutMinutes * 60_000,
        fits: ({ delivery = 'pull' }) => delivery === 'pull',
        kept: () => ({ delivery: 'pull' }),
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

  start(): void {
    this.#loop.start();
  }

  /** Polls once more as soon as possible; asking again before that changes nothing. */
  ask(): void {
    this.#asked += 1;
    this.#loop.wake();
  }

  /** Stops polling until {@link resume}, across restarts too. The subscription is left to the server. */
  async pause(): Promise<void> {
    await this.#loop.pause();
    await this.#held.setPaused(true);
  }

  async resume(): Promise<void> {
    if (this.#options.missed === 'skip' && this.#loop.isPaused()) await this.#held.skip();
    await this.#held.setPaused(false);
    this.#loop.resume();
  }

  /** Asks now, also where a wait after trouble goes on. */
  async reopen(): Promise<void> {
    this.#asked += 1;
    await this.#loop.restart();
  }

  /** Ends the subscription on the server; {@link resume} begins anew from then on. */
  async unsubscribe(): Promise<void> {
    await this.#loop.pause();
    await this.#held.setPaused(true);
    await this.#held.forget();
  }

  /**
   * Ends the engine; resolves when nothing is under way.
   * @param keep whether the subscription stays on the server, to be used again after a restart
   */
  async close(keep: boolean): Promise<void> {
    this.#isClosing = true;
    this.#search?.abort();
    await this.#finishRound();
    await this.#loop.close();
    if (!this.#restored) return endBegun(this.#options, this.#options.adopted?.begins);
    if (!keep || this.#held.isProvisional) await this.#held.giveUp();
    await this.#held.save(true);
    this.#options.keeper.close();
  }

  /** Ends the engine and forgets its position. */
  async drop(): Promise<void> {
    await this.#loop.close();
    if (!this.#restored) await endUnread(this.#options, this.#options.adopted?.begins);
    await this.#held.giveUp();
    await this.#options.keeper.remove();
  }

  async round({ signal }: Life): Promise<number | undefined> {
    const { account, interval } = this.#options;
    // Looking for the server may take long: whoever closes does not wait for that.
    const connection = await unlessAborted(account.connect(this.#options.description.mailbox), signal);
    if (!this.#restored) {
      this.#trust.proven(connection.traits);
      if (await this.#restore(connection)) return undefined;
    }
    if (this.#held.id === undefined) {
      const { starts } = gatesOf(account);
      if (!(await starts.pass(signal, () => this.#subscribe(connection, signal)))) return undefined;
    }
    const asked = this.#asked;
    if (interval === 0 && asked === this.#served) {
      this.#loop.enter({ name: 'idle' });
      return undefined;
    }
    const started = account.clock.now();
    await this.#drain(connection, signal);
    this.#served = asked;
    this.#loop.connected(this.#lastEventAt);
    return interval === 0 ? undefined : this.#nextPoll(started, interval * 1000);
  }

  /** Returns whether there is a subscription to ask for: not if nobody wants it any more when its turn comes. */
  async #subscribe(connection: AccountConnection, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted || this.#loop.isPaused()) return false;
    this.#loop.enter({ name: 'subscribing' });
    await this.#open(connection, signal);
    return true;
  }

  subscriptionLost(error: EwsError): void {
    // One that ran out says nothing of the server.
    if (!this.#answered || !this.#held.hasRunOut) this.#trust.lost(error);
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
    this.#held.lost(error);
  }

  /**
   * Lets a question that is under way come to its end: the server takes what it answers off its queue, and a subscription
   * whose answer is lost has to be made again. A server that is silent is not waited for.
   */
  async #finishRound(): Promise<void> {
    const over = new AbortController();
    const late = delay(this.#options.account.clock, FINISH_MS, over.signal);
    await Promise.race([this.#loop.pause(), late]);
    over.abort();
  }

  /** Returns whether the subscription was left paused. */
  async #restore(connection: AccountConnection): Promise<boolean> {
    const { keeper, adopted } = this.#options;
    const readable = await keeper.load();
    const wasPaused = keeper.record?.paused ?? false;
    if (adopted?.begins && !keeper.record) {
      this.#held.restore(connection, true);
      this.#held.adopt(adopted.begins.subscriptionId, adopted.begins.watermark, adopted.begins.freshAt);
      await this.#held.save();
    } else {
      // What there is goes on, whatever was made meanwhile.
      if (adopted?.begins?.subscriptionId !== keeper.record?.subscriptionId)
        void endBegun(this.#options, adopted?.begins);
      this.#held.restore(connection, readable);
      const { watermark, closed } = keeper.record ?? {};
      // Without watermarks, what an answer brought in the moment of a crash is on the server no more.
      if (this.#held.id !== undefined && watermark === undefined) {
        // From here on something may be under way.
        if (closed) await this.#held.save();
        else this.#held.answerLost();
      }
    }
    this.#restored = true;
    const paused = wasPaused && !this.#loop.isPaused();
    // Not waited for: the round under way is this one.
    if (paused) void this.#loop.pause();
    return paused;
  }

  /** Polls at the interval's own beat; polls that a slow server made late are left out, not made up for. */
  #nextPoll(started: number, intervalMs: number): number {
    const late = this.#options.account.clock.now() - started;
    return started + intervalMs * Math.max(1, Math.ceil(late / intervalMs));
  }

  /** Whoever closes does not wait for a search: what it would find is found after the next start. */
  async #findMissed(connection: AccountConnection, signal: AbortSignal): Promise<void> {
    const search = (this.#search = new AbortController());
    if (this.#isClosing) search.abort();
    const either = AbortSignal.any([signal, search.signal]);
    try {
      await this.#held.findMissed(connection, either, (events) => this.#send(events, true));
    } finally {
      this.#search = undefined;
    }
  }

  /** Asks until the server has nothing more. */
  async #drain(connection: AccountConnection, signal: AbortSignal): Promise<void> {
    const { account, description } = this.#options;
    const context = contextOf(description, account.email, signal);
    let saved = NOTHING;
    for (;;) {
      if (this.#held.id === undefined) await this.#open(connection, signal);
      await this.#held.prepare(connection, signal);
      if (this.#held.isProvisional) await this.#findMissed(connection, signal);
      if (this.#trust.isStale) throw idNotTrusted();
      const subscriptionId = this.#held.id ?? '';
      const sent = this.#held.watermark;
      const request = { subscriptionId, ...(sent === undefined ? {} : { watermark: sent }) };
      const answer = await connection.client
        .call(getEvents, request, context)
        .catch((error: unknown) => this.#failedToAsk(error, connection));
      const { response } = answer;
      this.#trust.proven(connection.traits);
      this.#answered = true;
      if (!this.#joins(response, sent)) {
        await this.#held.giveUp();
        continue;
      }
      const events = await this.#held.wanted(response.events, connection, signal);
      // While the next answer was on its way: a crash repeats one notification at most.
      await saved;
      await this.#send(events, this.#held.catchingUp).catch((error: unknown) => this.#failedToSend(error, connection));
      const progress = response.events.length > 0 || (response.watermark !== undefined && response.watermark !== sent);
      const until = answeredUntil(answer, response.events, !response.moreEvents, this.#held.upTo);
      saved = this.#held.moveTo(response.watermark, until, events);
      const isLast = !response.moreEvents || !progress;
      // Asking without a watermark takes what is answered off the server.
      if (isLast || connection.traits.watermarks === false) await saved;
      // A server that promises more and tells nothing new would otherwise be asked without end.
      if (isLast) {
        this.#held.caughtUp();
        return;
      }
      if (this.#loop.isClosed() || this.#loop.isPaused()) return saved;
    }
  }

  async #open(connection: AccountConnection, signal: AbortSignal): Promise<void> {
    await this.#held.open(connection, signal);
    this.#trust.proven(connection.traits);
    this.#answered = true;
  }

  #failedToAsk(thrown: unknown, { traits }: AccountConnection): never {
    const error = toEwsError(thrown, 'GetEvents');
    this.#held.failed(error);
    if (traits.watermarks === false) {
      // What was in an answer that did not arrive cannot be asked for again.
      if (mayHaveLostAnswer(error)) this.#held.answerLost();
      if (mayHaveRestarted(error)) throw this.#trust.doubted(error);
    }
    throw error;
  }

  /** Nobody took what came. With a watermark it is asked for again; else the server has it no more. */
  #failedToSend(thrown: unknown, { traits }: AccountConnection): never {
    if (traits.watermarks === false) this.#held.answerLost();
    throw thrown;
  }

  /**
   * Whether an answer joins on to the last one that came. Where an answer was lost it may not; subscribing again from
   * the last watermark brings what was in it. Done once in a row: some server may count watermarks in another way.
   */
  #joins(response: Notification, sent: string | undefined): boolean {
    const joins = sent === undefined || (response.previousWatermark ?? sent) === sent;
    if (joins || this.#rejoined) {
      this.#rejoined = this.#rejoined && !joins;
      return true;
    }
    this.#rejoined = true;
    return false;
  }

  async #send(events: readonly MailboxEvent[], recovered: boolean): Promise<void> {
    if (events.length === 0) return;
    await this.#options.listener.events({ subscriptionId: this.#held.id ?? '', events, recovered });
    this.#lastEventAt = this.#options.account.clock.now();
  }
}
