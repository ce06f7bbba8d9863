import type { Clock, Timer } from '../../src/clock.js';

/** Has something done at once if it was not done lately, else as soon as it may be again. */
export class Calm {
  readonly #clock: Clock;
  readonly #act: () => void;
  #last = -Infinity;
  #due = Infinity;
  #timer: Timer | undefined;

  constructor(clock: Clock, act: () => void) {
    this.#clock = clock;
    this.#act = act;
  }

  /** @param pause milliseconds that are to lie between the last time and this */
  ask(pause: number): void {
    const at = this.#last + pause;
    if (at >= this.#due) return;
    this.stop();
    const now = this.#clock.now();
    if (at <= now) {
      this.#last = now;
      this.#act();
      return;
    }
    this.#due = at;
    this.#timer = this.#clock.setTimer(() => {
      this.#due = Infinity;
      this.ask(0);
    }, at - now);
  }

  /** Forgets what was asked for and not done yet. */
  stop(): void {
    this.#clock.clearTimer(this.#timer);
    this.#due = Infinity;
  }
}
