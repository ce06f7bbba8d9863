import { toEwsError } from '../protocol/ews-error.js';
import type { KeyValueStore } from '../subscriptions/context-position-store.js';
import { CONTEXT_SPOOL_PREFIX } from '../subscriptions/context-orphans.js';
import type { EventBatch, PositionProblem } from '../subscriptions/engine-listener.js';
import type { PositionKey } from '../subscriptions/position-record.js';
import { keyDigest } from '../subscriptions/position-store.js';
import { NOTHING_REMEMBERED, type Remembered, type Spool, type Spooled, type SpoolPlace } from './spool.js';
import { batchRecord, fieldsOf, readBatch, readRemembered, rememberedRecord, SPOOL_FORMAT } from './spool-record.js';

/** The list is written once for so many notifications; so many more keys are looked at, at most, after a restart. */
const AHEAD = 16;
/** A list of more than this is damaged: so many notifications do not wait. */
const MOST_LISTED = 100_000;
const NOTHING = Promise.resolve();

/** A context store that the flow's author chose for positions. */
export class ContextSpools implements SpoolPlace {
  readonly #store: KeyValueStore;

  constructor(store: KeyValueStore) {
    this.#store = store;
  }

  spoolOf(key: PositionKey): Spool {
    return new ContextSpool(this.#store, key);
  }

  /** Only the store knows, and it does not answer at once. */
  mayHoldOf(): boolean {
    return true;
  }
}

/**
 * A key for each notification, numbered, and a list that says which numbers there may be: some stores have very many keys,
 * which are not all to be read for each mailbox.
 */
export class ContextSpool implements Spool {
  readonly #store: KeyValueStore;
  readonly #key: PositionKey;
  readonly #list: string;
  #isOpen = false;
  /** Whether it is known what an earlier run left; else all of it stays listed. */
  #isLoaded = false;
  /** The numbers of those that wait, by their names. */
  readonly #waiting = new Map<string, number>();
  /** Names of what need not be there any more and could not be removed. */
  readonly #undone = new Set<string>();
  #next = 0;
  /** What the list says: numbers from the one to before the other. */
  #first = 0;
  #end = 0;
  #remembered = NOTHING_REMEMBERED;
  #writing: Promise<void> = NOTHING;

  constructor(store: KeyValueStore, key: PositionKey) {
    this.#store = store;
    this.#key = key;
    this.#list = CONTEXT_SPOOL_PREFIX + keyDigest(key);
  }

  async load(problem: (problem: PositionProblem) => void): Promise<readonly Spooled[]> {
    try {
      const list = await this.#open();
      if (list === 'damaged') {
        problem({ kind: 'damaged', detail: this.#list });
        await this.#saveList(this.#end).catch(() => undefined);
      }
    } catch (error) {
      problem({ kind: 'unreadable', detail: toEwsError(error).message });
      return [];
    }
    this.#isLoaded = true;
    const all: Spooled[] = [];
    const numbers = Array.from({ length: this.#end - this.#first }, (_, at) => this.#first + at);
    const values = await Promise.all(numbers.map((number) => this.#read(number, problem)));
    for (const [at, value] of values.entries()) {
      if (value === undefined || value === null) continue;
      const name = this.#nameOf(numbers[at] ?? 0);
      const batch = readBatch(value);
      if (batch) all.push({ name, batch });
      else {
        await this.#store.set(`${name}_damaged`, value).catch(() => undefined);
        await this.#forget(name);
        problem({ kind: 'damaged', detail: name });
      }
    }
    return all;
  }

  async add(batch: EventBatch): Promise<Spooled> {
    await this.#open();
    const number = this.#next;
    this.#next += 1;
    const name = this.#nameOf(number);
    this.#waiting.set(name, number);
    if (number >= this.#end) {
      await this.#removeUndone();
      await this.#saveList(number + AHEAD).catch((error: unknown) => {
        this.#waiting.delete(name);
        throw error;
      });
    }
    try {
      await this.#store.set(name, batchRecord(this.#key, batch));
    } catch (error) {
      // The store may have written it all the same.
      this.#undone.add(name);
      throw error;
    }
    return { name, batch };
  }

  async replace({ name }: Spooled, rest: EventBatch): Promise<void> {
    await this.#store.set(name, batchRecord(this.#key, rest)).catch(() => undefined);
  }

  async remove({ name }: Spooled): Promise<void> {
    await this.#forget(name);
  }

  async remember(left: Remembered): Promise<void> {
    try {
      // Before it is known what the list says, it must not be written over.
      await this.#open();
      if (left.keys.length === 0 && this.#remembered.keys.length === 0) return;
      this.#remembered = left;
      await this.#saveList(this.#end);
    } catch {
      // They may be sent twice.
    }
  }

  async remembered(): Promise<Remembered> {
    await this.#open().catch(() => undefined);
    return this.#remembered;
  }

  async clear(): Promise<void> {
    try {
      await this.#open();
    } catch {
      // With the list, the rest could not be found any more.
      return;
    }
    for (let number = this.#first; number < this.#end; number += 1) await this.#forget(this.#nameOf(number));
    await this.#store.set(this.#list, undefined).catch(() => undefined);
    this.#end = this.#first;
  }

  /** Reads the list, once. Rejects when the store does not answer: what is in it must not be written over. */
  async #open(): Promise<'damaged' | undefined> {
    if (this.#isOpen) return undefined;
    const value = await this.#store.get(this.#list);
    this.#isOpen = true;
    if (value === undefined || value === null) return undefined;
    const { format, first, end, remembered } = fieldsOf(value);
    const isWhole = format === SPOOL_FORMAT && isNumber(first) && isNumber(end);
    if (!isWhole || end < first || end - first > MOST_LISTED) return 'damaged';
    [this.#first, this.#end] = [first, end];
    this.#next = this.#end;
    this.#remembered = readRemembered(remembered) ?? NOTHING_REMEMBERED;
    return undefined;
  }

  /** Nothing, for what cannot be read: it may be whole, and stays for the next start. */
  async #read(number: number, problem: (problem: PositionProblem) => void): Promise<unknown> {
    const name = this.#nameOf(number);
    try {
      const value = await this.#store.get(name);
      if (value !== undefined && value !== null) this.#waiting.set(name, number);
      return value;
    } catch (error) {
      this.#waiting.set(name, number);
      problem({ kind: 'unreadable', detail: toEwsError(error).message });
      return undefined;
    }
  }

  async #forget(name: string): Promise<boolean> {
    try {
      await this.#store.set(name, undefined);
      this.#undone.delete(name);
      return this.#waiting.delete(name);
    } catch {
      // Should there be a restart before it can be removed, it is sent again.
      this.#undone.add(name);
      return false;
    }
  }

  async #removeUndone(): Promise<void> {
    for (const name of this.#undone) if (!(await this.#forget(name))) return;
  }

  /** One write after the other: the last is to stay. */
  #saveList(end: number): Promise<void> {
    const saved = this.#writing.then(async () => {
      const waiting = this.#isLoaded ? Math.min(this.#next, ...this.#waiting.values()) : this.#first;
      // What could never be read or removed must not have the whole list taken for a damaged one.
      const first = Math.max(waiting, end - MOST_LISTED);
      const { keys } = this.#remembered;
      const rest = keys.length === 0 ? {} : { remembered: rememberedRecord(this.#remembered) };
      await this.#store.set(this.#list, { format: SPOOL_FORMAT, node: this.#key.node, first, end, ...rest });
      [this.#first, this.#end] = [first, end];
    });
    this.#writing = saved.catch(() => undefined);
    return saved;
  }

  #nameOf(number: number): string {
    return `${this.#list}_${number}`;
  }
}

function isNumber(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
