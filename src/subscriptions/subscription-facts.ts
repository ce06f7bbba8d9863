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
  /** Called when a listener was told that its engine is closed, and has passed that on. */
  closed?(listener: EngineListener): void;
}

/** What is known of the trouble that there was: made when it comes, as most of thousands never have any. */
interface Trouble {
  /** Since when it has been in trouble; attempts in between do not end that. */
  since: number | undefined;
  /** Whether the next answer is one that came after an interruption. */
  interrupted: boolean;
  retryAt: number | undefined;
  reconnects: number;
  gaps: number;
  error: RememberedError | undefined;
}

/** What was sent: made when something is. */
interface Sent {
  readonly lastHour: MinuteCounts;
  lastEventAt: number;
  events: number;
  recovered: number;
}

/**
 * What is known of how one subscription is doing, from what its engine tells anyway. Nothing here is needed for events
 * to flow; it is for people to look at. Times are in milliseconds since 1970.
 */
export class SubscriptionFacts {
  readonly #clock: Clock;
  readonly #watcher: FactsWatcher;
  #state: SubscriptionState['name'] = 'starting';
  #since: number;
  #heardAt: number | undefined;
  #trouble: Trouble | undefined;
  #sent: Sent | undefined;

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
    return this.#state === 'waiting' ? (this.#trouble?.since ?? this.#since) : this.#since;
  }

  /** When it is tried again, for one that waits. */
  get retryAt(): number | undefined {
    return this.#state === 'waiting' ? this.#trouble?.retryAt : undefined;
  }

  get lastEventAt(): number | undefined {
    return this.#sent?.lastEventAt;
  }

  /** When the server last gave a sign of life: an answer, an event, a heartbeat. */
  get heardAt(): number | undefined {
    return this.#heardAt;
  }

  /** How many events were sent, those found by catching up among them. */
  get events(): number {
    return this.#sent?.events ?? 0;
  }

  get recovered(): number {
    return this.#sent?.recovered ?? 0;
  }

  /** How often it came back after an interruption. */
  get reconnects(): number {
    return this.#trouble?.reconnects ?? 0;
  }

  /** How often it was told that events may be missing. */
  get gaps(): number {
    return this.#trouble?.gaps ?? 0;
  }

  /** The last trouble, also when it is over. */
  get error(): RememberedError | undefined {
    return this.#trouble?.error;
  }

  get lastHour(): CountedMinutes | undefined {
    return this.#sent?.lastHour.read(this.#clock.now());
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
          this.#facts.#count(length, batch.recovered);
        });
      }
      this.#facts.#count(length, batch.recovered);
      return undefined;
    }

    override state(state: SubscriptionState): void {
      this.#facts.#enter(state);
      super.state(state);
      if (state.name === 'closed') this.#facts.#watcher.closed?.(this);
    }

    override error(error: EwsError): void {
      this.#facts.#remember(error);
      super.error(error);
    }

    override gap(gap: Gap): void {
      this.#facts.#troubled().gaps += 1;
      this.#facts.#watcher.changed();
      super.gap(gap);
    }

    override heartbeat(): void {
      this.#facts.#heardAt = this.#facts.#clock.now();
      super.heartbeat();
    }
  };

  #count(count: number, recovered: boolean): void {
    if (count === 0) return;
    const now = this.#clock.now();
    this.#sent ??= { lastHour: new MinuteCounts(), lastEventAt: now, events: 0, recovered: 0 };
    this.#sent.lastEventAt = now;
    this.#heardAt = now;
    this.#sent.events += count;
    if (recovered) this.#sent.recovered += count;
    this.#sent.lastHour.add(now, count);
    this.#watcher.changed();
  }

  #troubled(): Trouble {
    return (this.#trouble ??= {
      ...{ since: undefined, interrupted: false, retryAt: undefined },
      ...{ reconnects: 0, gaps: 0, error: undefined },
    });
  }

  #enter(state: SubscriptionState): void {
    const now = this.#clock.now();
    if (state.name === 'connected') this.#heardAt = now;
    if (state.name === 'waiting') this.#troubled().retryAt = state.retryAt;
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
        this.#troubled().since ??= now;
        if (this.#wasUp()) this.#troubled().interrupted = true;
        return;
      case 'subscribing':
        // A server that forgot the subscription; one that was at rest ran out, which is as it should be.
        if (this.#state === 'connected') this.#troubled().interrupted = true;
        return;
      case 'connected':
      case 'idle':
        if (this.#trouble?.interrupted) this.#trouble.reconnects += 1;
        this.#untroubled();
        return;
      case 'starting':
      case 'paused':
      case 'closed':
        this.#untroubled();
        return;
      case 'awaiting':
      case 'stopped':
        return;
    }
  }

  #untroubled(): void {
    if (!this.#trouble) return;
    this.#trouble.interrupted = false;
    this.#trouble.since = undefined;
  }

  #wasUp(): boolean {
    return this.#state === 'connected' || this.#state === 'idle';
  }

  #remember({ code, message }: EwsError): void {
    const trouble = this.#troubled();
    const known = trouble.error?.code === code && trouble.error.message === message;
    trouble.error = { code, message, at: this.#clock.now() };
    if (!known) this.#watcher.changed();
  }
}
