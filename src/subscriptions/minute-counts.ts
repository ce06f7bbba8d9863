const MINUTE_MS = 60_000;
const MINUTES = 60;
const MOST = 65_535;

/** Counts minute by minute, without the empty ones at both ends. */
export interface CountedMinutes {
  /** The minute of the first count, in minutes since 1970. */
  readonly from: number;
  readonly counts: readonly number[];
}

/** What happened in each minute of the last hour. Takes no memory worth speaking of until something happens. */
export class MinuteCounts {
  /** A ring: each minute has the place that its remainder names. */
  #counts: Uint16Array | undefined;
  /** The last minute that was counted in, since 1970. */
  #newest = 0;

  /** @param now in milliseconds since 1970 */
  add(now: number, count: number): void {
    const minute = Math.max(Math.floor(now / MINUTE_MS), this.#newest);
    this.#counts ??= new Uint16Array(MINUTES);
    const passed = Math.min(minute - this.#newest, MINUTES);
    for (let step = 0; step < passed; step += 1) this.#counts[(minute - step) % MINUTES] = 0;
    this.#newest = minute;
    this.#counts[minute % MINUTES] = Math.min(this.#at(minute) + count, MOST);
  }

  /** The hour that ends with the minute of `now` (ms since 1970); `undefined` when nothing happened in it. */
  read(now: number): CountedMinutes | undefined {
    const first = Math.floor(now / MINUTE_MS) - MINUTES + 1;
    const minutes = Array.from({ length: MINUTES }, (_, at) => first + at).filter((minute) => this.#at(minute) > 0);
    const [from] = minutes;
    const to = minutes.at(-1);
    if (from === undefined || to === undefined) return undefined;
    return { from, counts: Array.from({ length: to - from + 1 }, (_, at) => this.#at(from + at)) };
  }

  #at(minute: number): number {
    if (minute > this.#newest || minute <= this.#newest - MINUTES) return 0;
    return this.#counts?.[minute % MINUTES] ?? 0;
  }
}
