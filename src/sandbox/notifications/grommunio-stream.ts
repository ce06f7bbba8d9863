import type { Timer } from '../../clock.js';
import { messageText } from '../soap/response-error.js';
import { SECOND } from '../units.js';
import { EventStream, type StreamSettings } from './event-stream.js';
import type { Subscription } from './subscription.js';

/** Events go out on this tick only. In milliseconds. */
const TICK = 5 * SECOND;

/**
 * A stream as grommunio keeps it, seen on a running server: events on a tick; what was queued before waits for the
 * next event or heartbeat; ConnectionTimeout is looked at only when there is something to write; two Closed end it.
 */
export class GrommunioStream extends EventStream {
  #timer: Timer | undefined;
  #hasNews = false;
  /** The ids that are no good are named in the first envelope, and once more in the next. */
  #errorIds: readonly string[];

  constructor(settings: StreamSettings) {
    super(settings);
    this.#errorIds = settings.badIds;
    this.write({ ...this.#error(), connectionStatus: this.#errorIds.length > 0 ? 'Closed' : 'OK' });
    this.#setTimer();
  }

  protected wake(): void {
    if (this.#hasNews) return;
    this.#hasNews = true;
    this.#setTimer();
  }

  takenOver(): void {
    this.close();
  }

  /** Ending one subscription ends the connection, and so the reading of the others on it. */
  protected ended(): void {
    this.close();
  }

  protected stopped(): void {
    this.exchange.clock.clearTimer(this.#timer);
  }

  #setTimer(): void {
    const { clock, limits } = this.exchange;
    const now = clock.now();
    clock.clearTimer(this.#timer);
    const heartbeat = this.lastWrite + limits.heartbeat;
    const nextTick = this.opened + (Math.floor((now - this.opened) / TICK) + 1) * TICK;
    const due = this.#hasNews ? Math.min(nextTick, heartbeat) : heartbeat;
    this.#timer = clock.setTimer(() => this.#write(), due - now);
  }

  #write(): void {
    this.#dropOverfull();
    this.#hasNews = false;
    const { notifications, moreEvents } = this.takeNotifications();
    const isHeartbeat = this.exchange.clock.now() - this.lastWrite >= this.exchange.limits.heartbeat;
    const isOver = this.exchange.clock.now() >= this.closesAt;
    if (notifications.length > 0 || isHeartbeat) {
      const envelope = {
        ...this.#error(),
        notifications: notifications.length > 0 ? notifications : this.statusNotifications(),
        connectionStatus: isOver ? 'Closed' : 'OK',
      } as const;
      this.write(envelope, notifications.length > 0);
      this.#errorIds = [];
    }
    if (isOver) {
      this.close();
      return;
    }
    this.#hasNews ||= moreEvents;
    this.#setTimer();
  }

  /** A backlog that has grown too long ends the subscription for good, and nothing is said of it here. */
  #dropOverfull(): void {
    for (const subscription of [...this.subscriptions]) {
      const state = this.read(subscription);
      if (!('code' in state) || state.code !== 'ErrorInvalidSubscription') continue;
      this.#forget(subscription);
    }
  }

  #forget(subscription: Subscription): void {
    this.drop(subscription);
    this.exchange.subscriptions.remove(subscription, 'dropped');
  }

  #error(): { error?: { code: string; text: string }; errorSubscriptionIds: readonly string[] } {
    if (this.#errorIds.length === 0) return { errorSubscriptionIds: [] };
    const code = 'ErrorInvalidSubscription';
    return { error: { code, text: messageText(code) }, errorSubscriptionIds: this.#errorIds };
  }
}
