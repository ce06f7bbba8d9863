import { readdirSync } from 'node:fs';
import { readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { toEwsError } from '../protocol/ews-error.js';
import { writeDurably } from '../subscriptions/durable-file.js';
import type { EventBatch, PositionProblem } from '../subscriptions/engine-listener.js';
import type { PositionKey } from '../subscriptions/position-record.js';
import { keyDigest } from '../subscriptions/position-store.js';
import { NOTHING_REMEMBERED, type Remembered, type Spool, type Spooled, type SpoolPlace } from './spool.js';
import { batchRecord, parsed, readBatch, readRemembered, rememberedRecord } from './spool-record.js';

/** How the files end. */
export const SPOOL_SUFFIX = '.spool.json';
/** How the file ends that knows what was sent after a restart. */
const REMEMBERED_SUFFIX = `${SPOOL_SUFFIX}.sent`;
/** Digits of a file's number, so that their names sort as they were written. */
const DIGITS = 12;

/** A directory that all nodes share. */
export class SpoolDirectory implements SpoolPlace {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  spoolOf(key: PositionKey): Spool {
    return new FileSpool(this.#directory, key);
  }

  mayHoldOf(key: PositionKey): boolean {
    try {
      const suffixes = [SPOOL_SUFFIX, REMEMBERED_SUFFIX];
      const names = readdirSync(this.#directory).filter((name) => name.startsWith(`${keyDigest(key)}.`));
      return names.some((name) => suffixes.some((suffix) => name.endsWith(suffix)));
    } catch {
      return false;
    }
  }
}

/** A file for each notification, in a directory that all nodes share. */
export class FileSpool implements Spool {
  readonly #directory: string;
  readonly #key: PositionKey;
  readonly #prefix: string;
  #last = 0;
  /** Whether it is known which numbers an earlier run has used. */
  #isCounted = false;

  constructor(directory: string, key: PositionKey) {
    this.#directory = directory;
    this.#key = key;
    this.#prefix = `${keyDigest(key)}.`;
  }

  async load(problem: (problem: PositionProblem) => void): Promise<readonly Spooled[]> {
    const all: Spooled[] = [];
    let files: readonly string[];
    try {
      // What a crash left half written was not counted as sent by anybody.
      await this.#removeAll(await this.#names('.tmp'));
      files = await this.#count();
    } catch (error) {
      problem({ kind: 'unreadable', detail: toEwsError(error).message });
      return [];
    }
    for (const file of files) {
      const text = await readFile(join(this.#directory, file), 'utf8').catch((error: unknown) => {
        problem({ kind: 'unreadable', detail: toEwsError(error).message });
      });
      // It may be whole: it stays for the next start.
      if (text === undefined) continue;
      const batch = readBatch(parsed(text));
      if (batch) all.push({ name: file, batch });
      else {
        await rename(join(this.#directory, file), join(this.#directory, `${file}.damaged`)).catch(() => undefined);
        problem({ kind: 'damaged', detail: file });
      }
    }
    return all;
  }

  async add(batch: EventBatch): Promise<Spooled> {
    // What is there must not be written over.
    if (!this.#isCounted) await this.#count();
    this.#last += 1;
    const file = `${this.#prefix}${String(this.#last).padStart(DIGITS, '0')}${SPOOL_SUFFIX}`;
    await this.#write(file, batch);
    return { name: file, batch };
  }

  async replace({ name }: Spooled, rest: EventBatch): Promise<void> {
    await this.#write(name, rest).catch(() => undefined);
  }

  #write(file: string, batch: EventBatch): Promise<void> {
    return writeDurably(join(this.#directory, file), JSON.stringify(batchRecord(this.#key, batch)));
  }

  async remove({ name }: Spooled): Promise<void> {
    await rm(join(this.#directory, name), { force: true }).catch(() => undefined);
  }

  async remember(left: Remembered): Promise<void> {
    const file = this.#rememberedFile;
    if (left.keys.length === 0) return rm(file, { force: true }).catch(() => undefined);
    await writeDurably(file, JSON.stringify(rememberedRecord(left))).catch(() => undefined);
  }

  async remembered(): Promise<Remembered> {
    const text = await readFile(this.#rememberedFile, 'utf8').catch(() => '');
    return readRemembered(parsed(text)) ?? NOTHING_REMEMBERED;
  }

  get #rememberedFile(): string {
    return join(this.#directory, `${keyDigest(this.#key)}${REMEMBERED_SUFFIX}`);
  }

  async clear(): Promise<void> {
    await this.remember(NOTHING_REMEMBERED);
    for (const suffix of [SPOOL_SUFFIX, '.tmp']) await this.#removeAll(await this.#names(suffix).catch(() => []));
  }

  async #removeAll(files: readonly string[]): Promise<void> {
    for (const file of files) await rm(join(this.#directory, file), { force: true }).catch(() => undefined);
  }

  /** The files of what waits. Rejects when that cannot be told. */
  async #count(): Promise<readonly string[]> {
    const files = await this.#names();
    const numbers = files.map((file) => Number(file.slice(this.#prefix.length, -SPOOL_SUFFIX.length)) || 0);
    this.#last = Math.max(this.#last, ...numbers);
    this.#isCounted = true;
    return files;
  }

  async #names(suffix = SPOOL_SUFFIX): Promise<string[]> {
    const names = await readdir(this.#directory).catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
      throw error;
    });
    return names.filter((name) => name.startsWith(this.#prefix) && name.endsWith(suffix)).sort();
  }
}
