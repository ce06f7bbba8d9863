import { delay, type Clock } from '../clock.js';

/** Holds back all requests of an account while the server has asked to be left alone: its budget is the account's. */
export class ThrottleGate {
  readonly #clock: Clock;
  #openAt = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** When requests may go out again, in milliseconds since 1970; it may be past. */
  get openAt(): number {
    return this.#openAt;
  }

  /** Closes the gate for `ms` milliseconds from now, unless it is closed for longer already. */
  close(ms: number): void {
    this.#openAt = Math.max(this.#openAt, this.#clock.now() + ms);
  }

  /** Resolves when requests may go out, or when `signal` is aborted. */
  async pass(signal?: AbortSignal): Promise<void> {
    for (;;) {
      const wait = this.#openAt - this.#clock.now();
      if (wait <= 0 || signal?.aborted) return;
      await delay(this.#clock, wait, signal);
    }
  }
}
