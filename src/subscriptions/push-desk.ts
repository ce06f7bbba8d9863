import { delay, type Clock } from '../clock.js';
import type { PushedNotification } from '../protocol/send-notification.js';
import type { EndedTokens } from './ended-tokens.js';

/** How a call is answered: with a SubscriptionStatus, or so that the server calls again. */
export type PushReply = 'OK' | 'Unsubscribe' | 'later';

/** The subscription behind a push URL. */
export interface PushTarget {
  receive(pushed: readonly PushedNotification[]): Promise<PushReply>;
}

/** What is behind a push URL: a subscription, one that was ended, none that is known (yet), or not even a node. */
export type PushPlace = PushTarget | 'ended' | 'unknown-token' | 'unknown-path';

/** A call that comes too early waits for so long, in milliseconds; then the server has to call again. */
const HOLD_MS = 3000;
/** So many calls wait at once, at most. */
const MAX_HELD = 1000;
/** A node that closes in a deploy is back within this time, and then knows its subscriptions soon. In milliseconds. */
const RESTART_MS = 15_000;
/** Node-RED has its flows running within this time after its start, in milliseconds. */
const START_MS = 60_000;

interface OpenPath {
  readonly owner: string;
  readonly since: number;
}

/** Who is called at which URL: the tables of paths, live tokens and ended ones. There is one in a process. */
export class PushDesk {
  readonly #clock: Clock;
  readonly #ended: EndedTokens;
  readonly #paths = new Map<string, OpenPath>();
  /** When paths were left that may be back soon. */
  readonly #left = new Map<string, number>();
  readonly #targets = new Map<string, { readonly path: string; readonly target: PushTarget }>();
  /** Calls that wait for something to change. */
  readonly #waiting = new Set<() => void>();
  #startingUntil: number;

  constructor(clock: Clock, ended: EndedTokens) {
    this.#clock = clock;
    this.#ended = ended;
    this.#startingUntil = clock.now() + START_MS;
  }

  /** All nodes of the flows are there: a path that is unknown now is nobody's. */
  flowsStand(): void {
    this.#startingUntil = 0;
    this.#changed();
  }

  /** Whether another node listens at a path. */
  isTaken(path: string, owner: string): boolean {
    return (this.#paths.get(path)?.owner ?? owner) !== owner;
  }

  /** A node listens at a path from now on. */
  open(path: string, owner: string): void {
    this.#paths.set(path, { owner, since: this.#clock.now() });
    this.#left.delete(path);
    this.#changed();
  }

  /** A node does not listen any more; in a deploy it soon does again. */
  leave(path: string, owner: string): void {
    if (this.#paths.get(path)?.owner !== owner) return;
    this.#paths.delete(path);
    const now = this.#clock.now();
    for (const [other, since] of this.#left) if (now - since > RESTART_MS) this.#left.delete(other);
    this.#left.set(path, now);
  }

  /** Calls to a token are for `target`. */
  connect(path: string, token: string, target: PushTarget): void {
    this.#targets.set(token, { path, target });
    this.#changed();
  }

  /** Calls to a token are for nobody, at present. */
  disconnect(token: string): void {
    this.#targets.delete(token);
  }

  /** A subscription was given up: the server is told so when it calls, within `ms` milliseconds. Never rejects. */
  async end(token: string, ms: number): Promise<void> {
    this.disconnect(token);
    await this.#ended.add(token, ms);
  }

  /** Whether a node listens at a path, or may in a moment. */
  knows(path: string): boolean {
    return this.#paths.has(path) || this.#mayOpen(path);
  }

  /** What is behind a URL. Waits a moment where that may change: while a node or Node-RED itself restarts. */
  async find(path: string, token: string): Promise<PushPlace> {
    await this.#ended.load();
    const until = this.#clock.now() + HOLD_MS;
    for (;;) {
      const found = this.#targets.get(token);
      if (found?.path === path) return found.target;
      if (this.#ended.has(token)) return 'ended';
      const place = this.#paths.has(path) ? 'unknown-token' : 'unknown-path';
      const isEarly = place === 'unknown-path' ? this.#mayOpen(path) : this.#isYoung(path);
      if (!isEarly) return place;
      if (this.#clock.now() >= until || this.#waiting.size >= MAX_HELD) return 'unknown-token';
      await this.#nextChange(until);
    }
  }

  #mayOpen(path: string): boolean {
    const now = this.#clock.now();
    return now < this.#startingUntil || now - (this.#left.get(path) ?? Number.NEGATIVE_INFINITY) < RESTART_MS;
  }

  #isYoung(path: string): boolean {
    return this.#clock.now() - (this.#paths.get(path)?.since ?? 0) < RESTART_MS;
  }

  #changed(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  async #nextChange(until: number): Promise<void> {
    const woken = new AbortController();
    const wake = () => {
      woken.abort();
    };
    this.#waiting.add(wake);
    await delay(this.#clock, until - this.#clock.now(), woken.signal);
    this.#waiting.delete(wake);
  }
}
