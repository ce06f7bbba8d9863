import type { PushTarget } from './push-target.js';
import type { Subscription } from './subscription.js';

/** The deliveries of push subscriptions. */
export class PushDeliveries {
  readonly #targets = new Map<Subscription, PushTarget>();

  start(subscription: Subscription, target: PushTarget): void {
    this.#targets.set(subscription, target);
  }
}
