import type { Clock } from '../clock.js';
import { ThrottleGate } from './throttle-gate.js';

/** Requests of one account at once, at most (docs: "EWS throttling in Exchange", EWSMaxConcurrency). */
export const DEFAULT_MAX_CONCURRENT = 27;

/** What a server allows an account, wherever its requests go: the clients of one account share it. */
export class AccountBudget {
  readonly gate: ThrottleGate;
  readonly maxConcurrent: number;
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(clock: Clock, maxConcurrent = DEFAULT_MAX_CONCURRENT) {
    this.gate = new ThrottleGate(clock);
    this.maxConcurrent = maxConcurrent;
    this.#free = maxConcurrent;
  }

  /** Does `work` when no more than {@link maxConcurrent} others are under way. Streams do not count: they have a limit of their own. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free += 1;
    }
  }
}
