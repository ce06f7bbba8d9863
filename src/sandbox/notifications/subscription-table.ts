import type { Clock } from '../../clock.js';
import { MINUTE } from '../units.js';
import type { EndReason, Subscription } from './subscription.js';

/** How long a server still knows that a subscription has expired, rather than that there never was one. */
const REMEMBER_EXPIRED = MINUTE;

/** All subscriptions of a server. What expires is found out when it is looked at; no timer runs for it. */
export class SubscriptionTable {
  readonly #byId = new Map<string, Subscription>();
  readonly #charged = new Map<string, Set<Subscription>>();
  /** How many were made since the server started. */
  count = 0;

  constructor(readonly clock: Clock) {}

  get size(): number {
    return this.#byId.size;
  }

  [Symbol.iterator](): IterableIterator<Subscription> {
    return this.#byId.values();
  }

  add(subscription: Subscription): void {
    this.#byId.set(subscription.id, subscription);
    const charged = this.#charged.get(subscription.charged);
    if (charged) charged.add(subscription);
    else this.#charged.set(subscription.charged, new Set([subscription]));
  }

  /** The subscription of that id; `expired` when it has ended by itself a short while ago. */
  find(id: string): Subscription | 'expired' | undefined {
    const subscription = this.#byId.get(id);
    if (!subscription) return undefined;
    const expiredFor = this.clock.now() - subscription.expiresAt();
    if (expiredFor < 0) return subscription;
    if (expiredFor < REMEMBER_EXPIRED) return 'expired';
    this.remove(subscription, 'expired');
    return undefined;
  }

  /** Whether an account may have one more. */
  hasRoom(address: string, limit: number): boolean {
    const charged = this.#charged.get(address);
    if (!charged || charged.size < limit) return true;
    const now = this.clock.now();
    for (const subscription of [...charged]) if (subscription.expiresAt() <= now) this.remove(subscription, 'expired');
    return charged.size < limit;
  }

  remove(subscription: Subscription, why: EndReason): void {
    this.#byId.delete(subscription.id);
    const charged = this.#charged.get(subscription.charged);
    charged?.delete(subscription);
    if (charged?.size === 0) this.#charged.delete(subscription.charged);
    subscription.onEnd?.(why);
  }

  /** As a restart does. */
  removeAll(): void {
    for (const subscription of [...this.#byId.values()]) this.remove(subscription, 'dropped');
    this.count = 0;
  }
}
