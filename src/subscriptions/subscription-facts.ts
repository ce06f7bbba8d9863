import type { Clock } from '../clock.js';
import type { EwsError } from '../protocol/ews-error.js';
import type { EngineListener, EventBatch, Gap } from './engine-listener.js';
import { ForwardingListener } from './forwarding-listener.js';
import { MinuteCounts, type CountedMinutes } from './minute-counts.js';
import type { SubscriptionState } from './subscription-state.js';

/** An error as it is remembered; neither field holds a secret. */
export interface RememberedError {
  readonly code: string;
  readonly message: string;
  /** In milliseconds since 1970. */
  readonly at: number;
}

/** Whom facts tell that they are others now. Not a function, as each of thousands would be one. */
export interface FactsWatcher {
  /** Called after each change but a sign of life, of which there are too many. */
  changed(): void;
}

/**
 * What is known of how one subscription is doing, from what its engine tells anyway. Nothing here is needed for events
 * to flow; it is for people to look at. Times are in milliseconds since 1970.
 */
export class SubscriptionFacts {
  readonly #clock: Clock;
  readonly #watcher: FactsWatcher;
  readonly #lastHour = new MinuteCounts();
  #state: SubscriptionState['name'] = 'starting';
  #since: number;
  /** Since when it has been in trouble; attempts in between do not end that. */
  #troubledSince: number | undefined;
  /** Whether the next answer is one that came after an interruption. */
  #interrupted = false;
  #retryAt: number | undefined;
  #lastEventAt: number | undefined;
  #heardAt: number | undefined;
  #events = 0;
  #recovered = 0;
  #reconnects = 0;
  #gaps = 0;
  #error: RememberedError | undefined;

  constructor(clock: Clock, watcher: FactsWatcher) {
    this.#clock = clock;
    this.#watcher = watcher;
    this.#since = clock.now();
  }

  get state(): SubscriptionState['name'] {
    return this.#state;
  }

  /** When it came into its state; for one in trouble, when the trouble began. */
  get since(): number {
    return this.#state === 'waiting' ? (this.#troubledSince ?? this.#since) : this.#since;
  }

  /** When it is tried again, for one that waits. */
  get retryAt(): number | undefined {
    return this.#state === 'waiting' ? this.#retryAt : undefined;
  }

  get lastEventAt(): number | undefined {
    return this.#lastEventAt;
  }

  /** When the server last gave a sign of life: an answer, an event, a heartbeat. */
  get heardAt(): number | undefined {
    return this.#heardAt;
  }

  /** How many events were sent, those found by catching up among them. */
  get events(): number {
    return this.#events;
  }

  get recovered(): number {
    return this.#recovered;
  }

  /** How often it came back after an interruption. */
  get reconnects(): number {
    return this.#reconnects;
  }

  /** How often it was told that events may be missing. */
  get gaps(): number {
    return this.#gaps;
  }

  /** The last trouble, also when it is over. */
  get error(): RememberedError | undefined {
    return this.#error;
  }

  get lastHour(): CountedMinutes | undefined {
    return this.#lastHour.read(this.#clock.now());
  }

  /** A listener that takes note of what it is told, and passes it on. */
  listen(listener: EngineListener): EngineListener {
    if (this.#state === 'closed') this.#enter({ name: 'starting' });
    return new SubscriptionFacts.#Noting(listener, this);
  }

  static readonly #Noting = class extends ForwardingListener {
    readonly #facts: SubscriptionFacts;

    constructor(next: EngineListener, facts: SubscriptionFacts) {
      super(next);
      this.#facts = facts;
    }

    override events(batch: EventBatch): void | Promise<void> {
      const { length } = batch.events;
      const sent = this.next.events(batch);
      if (sent) {
        return sent.then(() => {
          this.#facts.#sent(length, batch.recovered);
        });
      }
      this.#facts.#sent(length, batch.recovered);
      return undefined;
    }

    override state(state: SubscriptionState): void {
      this.#facts.#enter(state);
      super.state(state);
    }

    override error(error: EwsError): void {
      this.#facts.#remember(error);
      super.error(error);
    }

    override gap(gap: Gap): void {
      this.#facts.#gaps += 1;
      this.#facts.#watcher.changed();
      super.gap(gap);
    }

    override heartbeat(): void {
      this.#facts.#heardAt = this.#facts.#clock.now();
      super.heartbeat();
    }
  };

  #sent(count: number, recovered: boolean): void {
    if (count === 0) return;
    const now = this.#clock.now();
    this.#lastEventAt = now;
    this.#heardAt = now;
    this.#events += count;
    if (recovered) this.#recovered += count;
    this.#lastHour.add(now, count);
    this.#watcher.changed();
  }

  #enter(state: SubscriptionState): void {
    const now = this.#clock.now();
    if (state.name === 'connected') this.#heardAt = now;
    if (state.name === 'waiting') this.#retryAt = state.retryAt;
    if (state.name === 'waiting' || state.name === 'stopped') this.#remember(state.error);
    if (state.name === this.#state) return;
    this.#judge(state.name, now);
    this.#state = state.name;
    this.#since = now;
    this.#watcher.changed();
  }

  /** Whether going from one state to another begins trouble, ends it, or neither. */
  #judge(next: SubscriptionState['name'], now: number): void {
    switch (next) {
      case 'waiting':
        this.#troubledSince ??= now;
        this.#interrupted ||= this.#wasUp();
        return;
      case 'subscribing':
        // A server that forgot the subscription; one that was at rest ran out, which is as it should be.
        this.#interrupted ||= this.#state === 'connected';
        return;
      case 'connected':
      case 'idle':
        if (this.#interrupted) this.#reconnects += 1;
        this.#interrupted = false;
        this.#troubledSince = undefined;
        return;
      case 'starting':
      case 'paused':
      case 'closed':
        this.#interrupted = false;
        this.#troubledSince = undefined;
        return;
      case 'awaiting':
      case 'stopped':
        return;
    }
  }

  #wasUp(): boolean {
    return this.#state === 'connected' || this.#state === 'idle';
  }

  #remember({ code, message }: EwsError): void {
    const known = this.#error?.code === code && this.#error.message === message;
    this.#error = { code, message, at: this.#clock.now() };
    if (!known) this.#watcher.changed();
  }
}
