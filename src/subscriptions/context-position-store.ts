import {
  checkedRecord,
  newerInTheWay,
  PositionError,
  toPositionError,
  type PositionKey,
  type PositionRecord,
} from './position-record.js';
import { keyDigest, nodeDigest, type PositionStore } from './position-store.js';

/** The part of a Node-RED context store that is needed here, with promises in place of callbacks. */
export interface KeyValueStore {
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown): Promise<void>;
  keys(): Promise<string[]>;
}

/** Context keys are property paths: only letters, digits and underscores are safe in all stores. */
export const CONTEXT_PREFIX = 'ewsPosition_';

/** Positions in a context store that the flow's author chose, for example one that several Node-REDs share. */
export class ContextPositionStore implements PositionStore {
  readonly #store: KeyValueStore;
  /** The keys of what a newer version wrote, as far as it was read. */
  readonly #newer = new Set<string>();

  constructor(store: KeyValueStore) {
    this.#store = store;
  }

  async load(key: PositionKey): Promise<PositionRecord | undefined> {
    return this.#read(CONTEXT_PREFIX + keyDigest(key));
  }

  async save(record: PositionRecord): Promise<void> {
    const key = CONTEXT_PREFIX + keyDigest(record);
    if (this.#newer.has(key)) throw newerInTheWay();
    await this.#write(key, record);
  }

  async remove(key: PositionKey): Promise<void> {
    const name = CONTEXT_PREFIX + keyDigest(key);
    await this.#write(name, undefined);
    this.#newer.delete(name);
  }

  async list(
    node: string,
    except: readonly PositionKey[] = [],
    report: (problem: PositionError) => void = () => undefined,
  ): Promise<PositionRecord[]> {
    let keys: string[];
    try {
      keys = await this.#store.keys();
    } catch (error) {
      throw new PositionError('unreadable', String(error), error);
    }
    const records: PositionRecord[] = [];
    const excepted = new Set(except.map((key) => CONTEXT_PREFIX + keyDigest(key)));
    for (const key of keys) {
      if (!key.startsWith(CONTEXT_PREFIX + nodeDigest(node)) || excepted.has(key)) continue;
      try {
        const record = await this.#read(key);
        if (record?.node === node) records.push(record);
      } catch (error) {
        report(toPositionError(error));
      }
    }
    return records;
  }

  async #read(key: string): Promise<PositionRecord | undefined> {
    let value: unknown;
    try {
      value = await this.#store.get(key);
    } catch (error) {
      throw new PositionError('unreadable', String(error), error);
    }
    this.#newer.delete(key);
    try {
      return value === undefined || value === null ? undefined : checkedRecord(value);
    } catch (error) {
      if (error instanceof PositionError && error.kind === 'newer') this.#newer.add(key);
      throw error;
    }
  }

  async #write(key: string, value: PositionRecord | undefined): Promise<void> {
    try {
      await this.#store.set(key, value);
    } catch (error) {
      throw new PositionError('unwritable', String(error), error);
    }
  }
}
