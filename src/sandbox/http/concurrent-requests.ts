/** Counts the requests that an account has under way. Streams are not among them: they have a budget of their own. */
export class ConcurrentRequests {
  readonly #counts = new Map<string, number>();

  constructor(readonly limit: number) {}

  /** Whether an account has more requests under way than it may. */
  isTooMany(address: string): boolean {
    return (this.#counts.get(address) ?? 0) > this.limit;
  }

  /** Runs `work`, counted as a request of the account. */
  async during(address: string | undefined, work: () => Promise<void>): Promise<void> {
    if (address === undefined) {
      await work();
      return;
    }
    this.#counts.set(address, (this.#counts.get(address) ?? 0) + 1);
    try {
      await work();
    } finally {
      const left = (this.#counts.get(address) ?? 1) - 1;
      if (left === 0) this.#counts.delete(address);
      else this.#counts.set(address, left);
    }
  }
}
