import { readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from './durable-file.js';
import {
  checkedRecord,
  newerInTheWay,
  PositionError,
  toPositionError,
  type PositionKey,
  type PositionRecord,
} from './position-record.js';
import { keyDigest, nodeDigest, type PositionStore } from './position-store.js';

/** How the files of positions end. */
export const POSITION_SUFFIX = '.position.json';
/** A temporary file that is so much older than the last change of the directory is nobody's, in milliseconds. */
const LEFT_OVER_MS = 60_000;

/** Positions as files in one directory, a file each. */
export class FilePositionStore implements PositionStore {
  readonly #directory: string;
  /** The files that a newer version wrote, as far as they were read. */
  readonly #newer = new Set<string>();
  /** What processes that were killed in the middle of writing left beside positions, by the names of these. */
  #leftOver: Promise<Map<string, string[]>> | undefined;

  constructor(directory: string) {
    this.#directory = directory;
  }

  async load(key: PositionKey): Promise<PositionRecord | undefined> {
    await this.#clean(keyDigest(key) + POSITION_SUFFIX);
    return this.#read(this.#path(key));
  }

  async save(record: PositionRecord): Promise<void> {
    const path = this.#path(record);
    if (this.#newer.has(path)) throw newerInTheWay();
    try {
      await writeDurably(path, `${JSON.stringify(record, null, 1)}\n`);
    } catch (error) {
      throw new PositionError('unwritable', reasonOf(error), error);
    }
  }

  async remove(key: PositionKey): Promise<void> {
    const path = this.#path(key);
    try {
      await rm(path, { force: true });
      this.#newer.delete(path);
    } catch (error) {
      throw new PositionError('unwritable', reasonOf(error), error);
    }
  }

  async list(
    node: string,
    except: readonly PositionKey[] = [],
    report: (problem: PositionError) => void = () => undefined,
  ): Promise<PositionRecord[]> {
    const prefix = nodeDigest(node);
    const excepted = new Set(except.map((key) => keyDigest(key) + POSITION_SUFFIX));
    const records: PositionRecord[] = [];
    for (const name of await this.#names()) {
      if (!name.startsWith(prefix) || !name.endsWith(POSITION_SUFFIX) || excepted.has(name)) continue;
      try {
        const record = await this.#read(join(this.#directory, name));
        if (record?.node === node) records.push(record);
      } catch (error) {
        report(toPositionError(error));
      }
    }
    return records;
  }

  #path(key: PositionKey): string {
    return join(this.#directory, keyDigest(key) + POSITION_SUFFIX);
  }

  /** Removes what a process that was killed in the middle of writing left beside a position. Never rejects. */
  async #clean(name: string): Promise<void> {
    this.#leftOver ??= this.#findLeftOver();
    const leftOver = await this.#leftOver;
    const names = leftOver.get(name) ?? [];
    leftOver.delete(name);
    for (const other of names) {
      const path = join(this.#directory, other);
      // Another process may be writing this very moment.
      const age = (await mtime(this.#directory)) - (await mtime(path));
      if (age > LEFT_OVER_MS) await rm(path, { force: true }).catch(() => undefined);
    }
  }

  /** Looked for once: a store that is used for thousands of positions would read the directory for each. */
  async #findLeftOver(): Promise<Map<string, string[]>> {
    const found = new Map<string, string[]>();
    for (const name of await this.#names().catch(() => [])) {
      const end = name.indexOf(POSITION_SUFFIX) + POSITION_SUFFIX.length;
      if (!name.endsWith('.tmp') || end < POSITION_SUFFIX.length) continue;
      const position = name.slice(0, end);
      found.set(position, [...(found.get(position) ?? []), name]);
    }
    return found;
  }

  async #names(): Promise<string[]> {
    try {
      return await readdir(this.#directory);
    } catch (error) {
      if (isMissing(error)) return [];
      throw new PositionError('unreadable', reasonOf(error), error);
    }
  }

  async #read(path: string): Promise<PositionRecord | undefined> {
    let text: string;
    try {
      text = await readFile(path, 'utf8');
    } catch (error) {
      if (isMissing(error)) {
        this.#newer.delete(path);
        return undefined;
      }
      throw new PositionError('unreadable', reasonOf(error), error);
    }
    this.#newer.delete(path);
    try {
      return checkedRecord(parse(text));
    } catch (error) {
      if (error instanceof PositionError && error.kind === 'newer') this.#newer.add(path);
      // Put aside, not deleted: it is reported once, and can still be looked at.
      else await rename(path, `${path}.damaged`).catch(() => undefined);
      throw error;
    }
  }
}

/** When a file was last changed, in milliseconds since 1970; NaN for one that is gone. */
async function mtime(path: string): Promise<number> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => Number.NaN,
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new PositionError('damaged', 'it is not JSON', error);
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
