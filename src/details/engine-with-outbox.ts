import { delay, type Clock } from '../clock.js';
import type { Engine } from '../subscriptions/engine.js';
import type { EngineListener, EventBatch } from '../subscriptions/engine-listener.js';
import { ForwardingListener } from '../subscriptions/forwarding-listener.js';
import type { SubscriptionDescription } from '../subscriptions/subscription-description.js';
import type { Outbox } from './outbox.js';

/** How long closing waits for what an engine brings to be taken, in milliseconds. */
const FINISH_MS = 2000;

/** `listener`, but that events go through an outbox. */
export function throughOutbox(listener: EngineListener, outbox: Pick<Outbox, 'take'>): EngineListener {
  return new Through(listener, outbox);
}

class Through extends ForwardingListener {
  readonly #outbox: Pick<Outbox, 'take'>;

  constructor(next: EngineListener, outbox: Pick<Outbox, 'take'>) {
    super(next);
    this.#outbox = outbox;
  }

  override events(batch: EventBatch): void | Promise<void> {
    return this.#outbox.take(batch);
  }
}

/** An engine together with the outbox through which its events go: they start, close and are forgotten together. */
export class EngineWithOutbox implements Engine {
  readonly #engine: Engine;
  readonly #outbox: Outbox;
  readonly #clock: Clock;

  constructor(engine: Engine, outbox: Outbox, clock: Clock) {
    this.#engine = engine;
    this.#outbox = outbox;
    this.#clock = clock;
  }

  get description(): SubscriptionDescription {
    return this.#engine.description;
  }

  get subscriptionId(): string | undefined {
    return this.#engine.subscriptionId;
  }

  start(): void {
    this.#outbox.start();
    this.#engine.start();
  }

  ask(): void {
    this.#engine.ask?.();
  }

  pause(): Promise<void> {
    return this.#engine.pause();
  }

  resume(): Promise<void> {
    return this.#engine.resume();
  }

  reopen(): ReturnType<Engine['reopen']> {
    return this.#engine.reopen();
  }

  unsubscribe(): Promise<void> {
    return this.#engine.unsubscribe();
  }

  async close(keep: boolean): Promise<void> {
    await this.#end(this.#engine.close(keep));
    await this.#outbox.close();
  }

  async drop(): Promise<void> {
    await this.#end(this.#engine.drop());
    await this.#outbox.remove();
  }

  /** What the engine still brings is taken, but not waited for without end. */
  async #end(ending: Promise<void>): Promise<void> {
    const over = new AbortController();
    await Promise.race([ending, delay(this.#clock, FINISH_MS, over.signal)]);
    over.abort();
    await this.#outbox.close();
    await ending;
  }
}
