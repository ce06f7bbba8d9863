import { delay, type Clock } from '../clock.js';
import type { Engine } from '../subscriptions/engine.js';
import type { EngineListener, EventBatch } from '../subscriptions/engine-listener.js';
import { ForwardingListener } from '../subscriptions/forwarding-listener.js';
import type { SubscriptionDescription } from '../subscriptions/subscription-description.js';
import type { Outbox } from './outbox.js';

/** How long closing waits for what an engine brings to be taken, in milliseconds. */
const FINISH_MS = 2000;

/** An outbox for as long as there is need of it: thousands of mailboxes do not each keep one that nothing goes through. */
export interface OutboxSlot {
  outbox: Outbox | undefined;
}

/** `listener`, but that events go through an outbox, while there is one. */
export function throughOutbox(listener: EngineListener, slot: OutboxSlot): EngineListener {
  return new Through(listener, slot);
}

class Through extends ForwardingListener {
  readonly #slot: OutboxSlot;

  constructor(next: EngineListener, slot: OutboxSlot) {
    super(next);
    this.#slot = slot;
  }

  override events(batch: EventBatch): void | Promise<void> {
    return this.#slot.outbox ? this.#slot.outbox.take(batch) : super.events(batch);
  }
}

/** An engine together with the outbox through which its events go: they start, close and are forgotten together. */
export class EngineWithOutbox implements Engine {
  readonly #engine: Engine;
  readonly #slot: OutboxSlot;
  readonly #clock: Clock;
  #position: { readAhead(): Promise<void> } | undefined;

  /** @param position read before what waits to be sent, as whoever had it before may still add to both */
  constructor(engine: Engine, slot: OutboxSlot, clock: Clock, position?: { readAhead(): Promise<void> }) {
    this.#position = position;
    this.#engine = engine;
    this.#slot = slot;
    this.#clock = clock;
  }

  get description(): SubscriptionDescription {
    return this.#engine.description;
  }

  get subscriptionId(): string | undefined {
    return this.#engine.subscriptionId;
  }

  start(): void {
    void this.#startOutbox();
    this.#engine.start();
  }

  get ask(): (() => void) | undefined {
    const engine = this.#engine;
    return engine.ask && (() => engine.ask?.());
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
    await this.#slot.outbox?.close();
  }

  async drop(): Promise<void> {
    await this.#end(this.#engine.drop());
    await this.#slot.outbox?.remove();
  }

  async #startOutbox(): Promise<void> {
    const { outbox } = this.#slot;
    const position = this.#position;
    this.#position = undefined;
    await outbox?.start(position?.readAhead());
    if (outbox?.isSpent) this.#slot.outbox = undefined;
  }

  /** What the engine still brings is taken, but not waited for without end. */
  async #end(ending: Promise<void>): Promise<void> {
    const over = new AbortController();
    await Promise.race([ending, delay(this.#clock, FINISH_MS, over.signal)]);
    over.abort();
    await this.#slot.outbox?.close();
    await ending;
  }
}
