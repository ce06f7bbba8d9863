import { EwsError } from '../protocol/ews-error.js';
import type { EngineListener } from './engine-listener.js';
import { ForwardingListener } from './forwarding-listener.js';
import type { SubscriptionState } from './subscription-state.js';

/** Tells how the first attempt of an engine to subscribe ends; until then its trouble is told to nobody else. */
export class FirstOutcome {
  /** Resolves when there is a subscription, rejects with the `EwsError` that kept it from being made. */
  readonly outcome: Promise<void>;
  #settled = false;
  #resolve: () => void = () => undefined;
  #reject: (error: EwsError) => void = () => undefined;

  constructor() {
    this.outcome = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.outcome.catch(() => undefined);
  }

  /** What to hand to the engine in place of `listener`. */
  before(listener: EngineListener): EngineListener {
    return new FirstOutcome.#Watching(listener, this);
  }

  static readonly #Watching = class extends ForwardingListener {
    readonly #first: FirstOutcome;

    constructor(next: EngineListener, first: FirstOutcome) {
      super(next);
      this.#first = first;
    }

    override state(state: SubscriptionState): void {
      if (state.name === 'awaiting' || state.name === 'connected' || state.name === 'idle') this.#first.#succeed();
      else if (state.name === 'waiting' || state.name === 'stopped') this.#first.#fail(state.error);
      else if (state.name === 'closed')
        this.#first.#fail(new EwsError('EWS_NETWORK', 'The node that receives is being closed.'));
      super.state(state);
    }

    override error(error: EwsError): void {
      if (this.#first.#settled) super.error(error);
      else this.#first.#fail(error);
    }
  };

  #succeed(): void {
    this.#settled = true;
    this.#resolve();
  }

  #fail(error: EwsError): void {
    // Once it was made, what goes wrong is told by the engine's own listener.
    if (this.#settled) return;
    this.#settled = true;
    this.#reject(error);
  }
}
