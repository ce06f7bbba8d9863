/** Lets so many pieces of work through at once, in the order in which they come. */
export class Gate {
  readonly #most: number;
  #inside = 0;
  /** Those who wait; one that gave up is taken out. Insertion order is the order in which they came. */
  readonly #waiting = new Set<() => void>();
  /** Goes along those who wait: to begin at the first each time would lead past all that were let through. */
  #next = this.#waiting.values();

  constructor(most: number) {
    this.#most = most;
  }

  /** How many it lets through at once. */
  get most(): number {
    return this.#most;
  }

  /**
   * Does `work` when it is its turn. When `signal` is aborted it no longer waits: what `work` does then is to fail with
   * that signal.
   */
  async pass<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    if (this.#inside < this.#most) this.#inside += 1;
    else await this.#turn(signal);
    try {
      return await work();
    } finally {
      this.#handOn();
    }
  }

  /** The turn is handed on, so that nobody who comes just now gets in between. */
  #handOn(): void {
    const next = this.#inside > this.#most ? undefined : this.#first();
    if (!next) {
      this.#inside -= 1;
      return;
    }
    this.#waiting.delete(next);
    next();
  }

  #first(): (() => void) | undefined {
    const { value, done } = this.#next.next();
    if (!done) return value;
    this.#next = this.#waiting.values();
    return this.#next.next().value;
  }

  #turn(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const go = () => {
        signal?.removeEventListener('abort', giveUp);
        resolve();
      };
      const giveUp = () => {
        if (!this.#waiting.delete(go)) return;
        // It does not wait, so it does not hold up the others.
        this.#inside += 1;
        resolve();
      };
      this.#waiting.add(go);
      signal?.addEventListener('abort', giveUp, { once: true });
      if (signal?.aborted) giveUp();
    });
  }
}
