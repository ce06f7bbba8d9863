/**
 * How many requests for details an account has under way at once, however many nodes want some: they must leave room
 * for those that keep subscriptions alive. Exchange 2010 takes ten at once, later versions 27 (docs: "EWS throttling").
 */
const AT_ONCE = 4;

/** Lets a few through at a time, in the order in which they came. */
export class Budget {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(atOnce = AT_ONCE) {
    this.#free = atOnce;
  }

  /** Does `work` when it is its turn. */
  async spend<T>(work: () => Promise<T>): Promise<T> {
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

const budgets = new WeakMap<object, Budget>();

/** The one budget of an account, by what its clients share. */
export function budgetOf(account: object): Budget {
  const known = budgets.get(account) ?? new Budget();
  budgets.set(account, known);
  return known;
}
