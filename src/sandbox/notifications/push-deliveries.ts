import { delay } from '../../clock.js';
import type { Failure } from '../misbehaviour/failure.js';
import type { Misbehaviour } from '../misbehaviour/misbehaviour.js';
import type { Exchange } from '../model/exchange.js';
import { SECOND } from '../units.js';
import { PushDelivery } from './push-delivery.js';
import type { PushTarget } from './push-target.js';
import type { Subscription } from './subscription.js';

/** How long the answer to Subscribe waits for the first call to be answered, at most. In milliseconds. */
const LONGEST_WAIT = 10 * SECOND;

export interface PushSettings {
  /** Whether the first call comes before the answer to Subscribe, or when it is already on its way. */
  readonly firstCall: 'before' | 'after';
  /** Certificates (PEM) of the authorities that are trusted for https. */
  readonly ca?: string | Buffer;
  /** What shall go wrong with deliveries, as failures of `SendNotification`. */
  readonly misbehaviour: Misbehaviour;
}

/** Starts the deliveries of push subscriptions. Each then lives by itself, until its subscription ends. */
export class PushDeliveries {
  readonly #exchange: Exchange;
  readonly #settings: PushSettings;

  constructor(exchange: Exchange, settings: PushSettings) {
    this.#exchange = exchange;
    this.#settings = settings;
  }

  get ca(): string | Buffer | undefined {
    return this.#settings.ca;
  }

  /** Resolves when Subscribe may be answered. */
  async start(subscription: Subscription, target: PushTarget): Promise<void> {
    if (!this.#exchange.character.pushes) return;
    const delivery = new PushDelivery(this.#exchange, subscription, target);
    if (this.#settings.firstCall === 'before') {
      const enough = new AbortController();
      await Promise.race([delivery.start(), delay(this.#exchange.clock, LONGEST_WAIT, enough.signal)]);
      enough.abort();
      return;
    }
    setImmediate(() => void delivery.start());
  }

  takeFailure({ id, owner }: Subscription): Failure {
    const candidate = { operation: 'SendNotification', subscriptionIds: [id], user: owner };
    return this.#settings.misbehaviour.take(candidate) ?? {};
  }
}
