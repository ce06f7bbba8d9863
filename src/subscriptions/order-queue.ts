/** In which order the orders of a node are worked on: those that only add go together, all others have it to themselves. */
export class OrderQueue {
  /** The last one that has it to itself. */
  #alone: Promise<unknown> = Promise.resolve();
  /** Those that add, and came after it. */
  #together = new Set<Promise<unknown>>();

  /** Does `work` together with others that add. */
  together(work: () => Promise<void>): Promise<void> {
    const among = this.#together;
    const done = this.#alone.then(work);
    const over = done.catch(() => undefined).finally(() => among.delete(over));
    among.add(over);
    return done;
  }

  /** Does `work` when everything before it is over, and before everything after it. */
  alone(work: () => Promise<void>): Promise<void> {
    const done = this.idle().then(work);
    this.#alone = done.catch(() => undefined);
    this.#together = new Set();
    return done;
  }

  /** Resolves when everything that came so far is over. Never rejects. */
  async idle(): Promise<void> {
    await Promise.all([this.#alone, ...this.#together]);
  }
}
