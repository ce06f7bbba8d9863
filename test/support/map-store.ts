import type { KeyValueStore } from '../../dist/src/subscriptions/context-position-store.js';

/** A context store in memory, as a database would be: what is read is a copy. It can be out of reach. */
export class MapStore implements KeyValueStore {
  readonly #texts = new Map<string, string>();
  isAway = false;
  /** How often something was asked for or written, by `get`, `set` and `keys`. */
  readonly asked = { get: 0, set: 0, keys: 0 };
  /** Refuses to write keys for which this holds. */
  refuses: (key: string) => boolean = () => false;

  get(key: string): Promise<unknown> {
    return this.#answer('get', () => {
      const text = this.#texts.get(key);
      return text === undefined ? undefined : (JSON.parse(text) as unknown);
    });
  }

  set(key: string, value: unknown): Promise<void> {
    if (this.refuses(key)) return Promise.reject(new Error('full'));
    return this.#answer('set', () => {
      if (value === undefined) this.#texts.delete(key);
      else this.#texts.set(key, JSON.stringify(value));
    });
  }

  keys(): Promise<string[]> {
    return this.#answer('keys', () => this.names);
  }

  /** All keys, in the order in which they were first written. */
  get names(): string[] {
    return [...this.#texts.keys()];
  }

  #answer<T>(what: keyof MapStore['asked'], work: () => T): Promise<T> {
    this.asked[what] += 1;
    return this.isAway ? Promise.reject(new Error('away')) : Promise.resolve(work());
  }
}
