/** The wait after the first failure, in milliseconds: short, as most trouble is over at once. */
const FIRST_MS = 1000;
/** The longest wait, in milliseconds. */
const LONGEST_MS = 5 * 60_000;

/** Waits that double from one to the next, with jitter and without end. */
export class BackOff {
  readonly #random: () => number;
  #failures = 0;

  /** @param random numbers from 0 to 1 */
  constructor(random: () => number) {
    this.#random = random;
  }

  /** How often in a row it failed. */
  get failures(): number {
    return this.#failures;
  }

  /**
   * Milliseconds until the next attempt, after one more failure.
   * @param atLeast what the server asks for
   */
  next(atLeast = 0): number {
    const full = Math.min(FIRST_MS * 2 ** this.#failures, LONGEST_MS);
    this.#failures += 1;
    // Half of it is left to chance, so that many clients of a server that comes back do not come all at once.
    const jittered = full / 2 + (full / 2) * this.#random();
    // What the server asks for is kept to; being a little later than that is spread out in the same way.
    return Math.round(atLeast > 0 ? atLeast + Math.min(jittered, atLeast / 10) : jittered);
  }

  /** It worked again. */
  reset(): void {
    this.#failures = 0;
  }
}
