import type { Timer } from '../../clock.js';
import { EventStream, type StreamSettings } from './event-stream.js';
import type { EndReason, Subscription } from './subscription.js';

/** A stream as Exchange keeps it: events go out at once, and whatever is wrong with a subscription is said. */
export class ExchangeStream extends EventStream {
  #timer: Timer | undefined;
  #isFlushing = false;
  #isWaiting = false;
  /** Ids of subscriptions that have ended since the last envelope, and why the first of them did. */
  #ended: { readonly code: string; readonly ids: string[] } | undefined;

  constructor(settings: StreamSettings) {
    super(settings);
    this.write({ connectionStatus: 'OK' });
    this.#setTimer();
    this.wake();
  }

  /** What is raised together goes out together. */
  protected wake(): void {
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    queueMicrotask(() => {
      this.#isFlushing = false;
      this.#flush();
    });
  }

  takenOver(subscription: Subscription): void {
    this.close('ErrorNewEventStreamConnectionOpened', [subscription.id]);
  }

  /** It ends the connection too, so that the client hears of it; for its other subscriptions it connects again. */
  protected ended(subscription: Subscription, why: EndReason): void {
    const code = why === 'unsubscribed' ? 'ErrorSubscriptionUnsubscribed' : 'ErrorInvalidSubscription';
    this.drop(subscription);
    this.#ended ??= { code, ids: [] };
    this.#ended.ids.push(subscription.id);
    this.wake();
  }

  protected stopped(): void {
    this.exchange.clock.clearTimer(this.#timer);
    this.#ended = undefined;
  }

  #flush(): void {
    if (this.wire.isOver()) return;
    if (this.#ended) this.close(this.#ended.code, this.#ended.ids);
    for (const subscription of this.subscriptions) {
      const state = this.read(subscription);
      if (!('code' in state)) continue;
      if (state.code !== 'ErrorMailboxMoveInProgress') this.#forget(subscription);
      this.close(state.code, [subscription.id]);
      return;
    }
    for (let more = true; more && !this.#waitsForReader();) {
      const { notifications, moreEvents } = this.takeNotifications();
      if (notifications.length > 0) this.write({ notifications }, true);
      more = moreEvents;
    }
  }

  /** A client that reads slowly has its events wait in the queue, not in the memory of the connection. */
  #waitsForReader(): boolean {
    if (this.#isWaiting || !this.wire.isBusy()) return this.#isWaiting;
    this.#isWaiting = true;
    this.wire.onceDrained(() => {
      this.#isWaiting = false;
      this.wake();
    });
    return true;
  }

  /** A subscription that cannot be read is of no use to anybody. */
  #forget(subscription: Subscription): void {
    subscription.onEnd = undefined;
    this.exchange.subscriptions.remove(subscription, 'dropped');
  }

  #setTimer(): void {
    const { clock, limits } = this.exchange;
    const due = Math.min(this.lastWrite + limits.heartbeat, this.closesAt);
    this.#timer = clock.setTimer(() => this.#timeIsUp(), due - clock.now());
  }

  #timeIsUp(): void {
    const { clock, limits } = this.exchange;
    if (clock.now() >= this.closesAt) {
      this.close();
      return;
    }
    if (clock.now() - this.lastWrite >= limits.heartbeat) {
      this.write({ notifications: this.statusNotifications(), connectionStatus: 'OK' });
    }
    this.#setTimer();
  }
}
