/** Lets one piece of work through at a time, in the order in which they come. */
export class Turnstile {
  #last: Promise<unknown> = Promise.resolve();

  /** Does `work` when all that came before is over; what one rejects with is none of the others' business. */
  pass<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work, work);
    this.#last = done.catch(() => undefined);
    return done;
  }

  /** Resolves when nothing of what came so far is under way. Never rejects. */
  async idle(): Promise<void> {
    await this.#last;
  }
}
