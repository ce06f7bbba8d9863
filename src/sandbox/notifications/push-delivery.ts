import { delay, type Timer } from '../../clock.js';
import { dress } from '../misbehaviour/dress.js';
import type { Failure } from '../misbehaviour/failure.js';
import type { Exchange } from '../model/exchange.js';
import { ResponseError } from '../soap/response-error.js';
import { failure, success, type ResponseMessage } from '../soap/response.js';
import { SECOND } from '../units.js';
import { postNotification, type PushOutcome } from './push-request.js';
import type { PushTarget } from './push-target.js';
import { peekEvents } from './read-events.js';
import type { Batch, Subscription } from './subscription.js';

/** When a failed delivery is tried again for the first time; each later time, twice as long after. In milliseconds. */
const FIRST_RETRY = 30 * SECOND;

/** That there will be no more notifications, and why. */
interface Ended {
  /** An EWS ResponseCode. */
  readonly code: string;
}

/**
 * Delivers a push subscription: in order, one notification at a time, and each one until it was answered
 * (docs: StatusFrequency). What says that there will be no more comes without a Notification, as real servers send it:
 * besides the namespace of Notification in streams, the one thing here that the schema does not allow.
 */
export class PushDelivery {
  readonly #abort = new AbortController();
  readonly #watch = () => this.#wake();
  #timer: Timer | undefined;
  #isSending = false;
  /** What was sent and not answered yet; it is sent again as it was. */
  #unanswered: Batch | undefined;
  /** When the first try to send it failed, in milliseconds since 1970. */
  #failingSince: number | undefined;
  #retryAfter = FIRST_RETRY;

  constructor(
    readonly exchange: Exchange,
    readonly subscription: Subscription,
    readonly target: PushTarget,
  ) {
    subscription.onEnd = () => this.#stop();
    subscription.mailbox.watchers.add(this.#watch);
  }

  /** Sends the first notification, a StatusEvent unless there are events already. Resolves when it was answered, or not. */
  async start(): Promise<void> {
    await this.#send();
  }

  #isOver(): boolean {
    return this.#abort.signal.aborted;
  }

  /** What is raised together goes out together. */
  #wake(): void {
    if (this.#isSending || this.#failingSince !== undefined) return;
    this.#isSending = true;
    queueMicrotask(() => {
      this.#isSending = false;
      if (this.#isOver() || this.#failingSince !== undefined || !this.#hasNews()) return;
      void this.#send();
    });
  }

  /** Whether there is something to tell, be it that there will be nothing more. */
  #hasNews(): boolean {
    const batch = this.#peek();
    return 'code' in batch || batch.events.length > 0;
  }

  async #send(): Promise<void> {
    if (this.#isSending || this.#isOver()) return;
    this.#isSending = true;
    this.exchange.clock.clearTimer(this.#timer);
    let batch: Batch | Ended = this.#unanswered ?? this.#peek();
    for (let more = true; more && !this.#isOver();) {
      const wrong = this.exchange.pushes.takeFailure(this.subscription);
      if (wrong.code !== undefined) batch = { code: wrong.code };
      const outcome = await this.#post(batch, wrong);
      if ('code' in batch) this.exchange.subscriptions.remove(this.subscription, 'dropped');
      else this.#settle(batch, outcome);
      batch = this.#isOver() ? { code: '' } : this.#peek();
      more = outcome === 'OK' && ('code' in batch || batch.events.length > 0);
    }
    this.#isSending = false;
    if (!this.#isOver()) this.#setTimer();
  }

  #settle(batch: Batch, outcome: PushOutcome): void {
    const { clock, subscriptions } = this.exchange;
    this.#unanswered = outcome === 'failed' ? batch : undefined;
    if (outcome === 'OK') {
      this.subscription.position = batch.position;
      this.#failingSince = undefined;
      this.#retryAfter = FIRST_RETRY;
      return;
    }
    this.#failingSince ??= clock.now();
    const isGivenUp = clock.now() - this.#failingSince + this.#retryAfter > this.target.statusFrequency;
    if (outcome === 'Unsubscribe') subscriptions.remove(this.subscription, 'unsubscribed');
    else if (isGivenUp) subscriptions.remove(this.subscription, 'dropped');
  }

  #setTimer(): void {
    const isFailing = this.#failingSince !== undefined;
    const due = isFailing ? this.#retryAfter : this.target.statusFrequency;
    if (isFailing) this.#retryAfter *= 2;
    this.#timer = this.exchange.clock.setTimer(() => void this.#send(), due);
  }

  #peek(): Batch | Ended {
    const { exchange, subscription } = this;
    if (subscription.mailbox.isMoving) return { code: 'ErrorMailboxMoveInProgress' };
    if (!exchange.mayRead(subscription)) return { code: 'ErrorAccessDenied' };
    const batch = peekEvents(subscription, exchange.character, exchange.limits.eventsPerNotification);
    return batch ?? { code: 'ErrorReadEventsFailed' };
  }

  async #post(batch: Batch | Ended, wrong: Failure): Promise<PushOutcome> {
    const { exchange, subscription, target } = this;
    const { character, clock, pushes } = exchange;
    const { signal } = this.#abort;
    const message: ResponseMessage =
      'code' in batch
        ? failure(new ResponseError(batch.code))
        : success(`<m:Notification>${character.writeNotification(subscription, batch)}</m:Notification>`);
    if (wrong.delayMs !== undefined) await delay(clock, wrong.delayMs, signal);
    if (wrong.reset === 'request' || wrong.httpStatus !== undefined) return 'failed';
    const envelope = dress(character.writePush(message), wrong).subarray(0, wrong.truncateAfter);
    const settings = { clock, signal, failure: wrong, ...(pushes.ca === undefined ? {} : { ca: pushes.ca }) };
    const outcome = await postNotification(target.url, envelope, settings);
    // To the server, an answer that is lost is a delivery that failed.
    return wrong.silent || wrong.reset !== undefined ? 'failed' : outcome;
  }

  #stop(): void {
    this.#abort.abort();
    this.exchange.clock.clearTimer(this.#timer);
    this.subscription.mailbox.watchers.delete(this.#watch);
    this.subscription.onEnd = undefined;
  }
}
