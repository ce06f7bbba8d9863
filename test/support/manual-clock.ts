import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock, Timer } from '../../dist/src/clock.js';

interface PendingTimer {
  readonly due: number;
  readonly callback: () => void;
}

/**
 * A clock that stands still until a test moves it. Timers run in the order in which they are due; after each one,
 * promises and sockets get a turn, so that what one timer sets off may set the next timer.
 */
export class ManualClock implements Clock {
  #now: number;
  readonly #timers = new Set<PendingTimer>();
  readonly #waiting = new Set<() => void>();

  /** @param start milliseconds since 1970, or an ISO 8601 time */
  constructor(start: number | string = '2026-03-02T08:00:00Z') {
    this.#now = typeof start === 'string' ? Date.parse(start) : start;
  }

  now(): number {
    return this.#now;
  }

  setTimer(callback: () => void, ms: number): Timer {
    const timer: PendingTimer = { due: this.#now + Math.max(0, ms), callback };
    this.#timers.add(timer);
    for (const look of [...this.#waiting]) look();
    return timer;
  }

  clearTimer(timer: Timer | undefined): void {
    this.#timers.delete(timer as PendingTimer);
  }

  /** How long each pending timer has to run, in milliseconds, the next one first. */
  get pending(): readonly number[] {
    return [...this.#timers].map(({ due }) => due - this.#now).sort((one, other) => one - other);
  }

  /**
   * Moves the time on by `ms`, running whatever falls due on the way, also what is set meanwhile.
   * Work that waits for a socket may need longer than a turn: wait for its effect, or for {@link untilTimer}.
   */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settle();
    for (let timer = this.#next(end); timer; timer = this.#next(end)) {
      this.#timers.delete(timer);
      this.#now = Math.max(this.#now, timer.due);
      timer.callback();
      await settle();
    }
    this.#now = end;
    await settle();
  }

  /** Moves the time on to the next pending timer and runs it. Resolves at once, with `false`, if there is none. */
  async advanceToNext(): Promise<boolean> {
    const [ms] = this.pending;
    if (ms === undefined) return false;
    await this.advance(ms);
    return true;
  }

  /** Resolves once a timer is pending that has from `min` to `max` milliseconds to run. */
  untilTimer(min = 0, max = Number.POSITIVE_INFINITY): Promise<void> {
    const isSet = () => this.pending.some((ms) => ms >= min && ms <= max);
    return new Promise((resolve) => {
      const look = () => {
        if (!isSet()) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }

  #next(end: number): PendingTimer | undefined {
    let next: PendingTimer | undefined;
    for (const timer of this.#timers) {
      if (timer.due <= end && (next === undefined || timer.due < next.due)) next = timer;
    }
    return next;
  }
}

/** Lets promises and what is ready on sockets run. */
async function settle(): Promise<void> {
  await nextTurn();
  await nextTurn();
}
