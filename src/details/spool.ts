import { readdirSync } from 'node:fs';
import { readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isEventType } from '../protocol/event-type.js';
import { toEwsError } from '../protocol/ews-error.js';
import type { MailboxEvent } from '../protocol/mailbox-event.js';
import { writeDurably } from '../subscriptions/durable-file.js';
import type { EventBatch, PositionProblem } from '../subscriptions/engine-listener.js';
import type { PositionKey } from '../subscriptions/position-record.js';
import { keyDigest } from '../subscriptions/position-store.js';

/** How the files end. */
export const SPOOL_SUFFIX = '.spool.json';
/** How the file ends that knows what was sent after a restart. */
const REMEMBERED_SUFFIX = `${SPOOL_SUFFIX}.sent`;
const FORMAT = 1;
/** Digits of a file's number, so that their names sort as they were written. */
const DIGITS = 12;

/** Events that came together and are kept until they were sent. */
export interface Spooled {
  readonly file: string;
  readonly batch: EventBatch;
}

/** Which events were left to be sent after a restart. */
export interface Remembered {
  readonly keys: readonly string[];
  /** When the last of them were added (ms since 1970). */
  readonly since: number;
}

/** Where notifications of one subscription are kept while they wait to be sent. */
export interface Spool {
  /** What an earlier run left, in order. @param problem called for each file that is damaged, and was put aside, or cannot be read */
  load(problem: (problem: PositionProblem) => void): Promise<readonly Spooled[]>;
  /** Resolves when the events would survive a crash. Rejects when they would not. */
  add(batch: EventBatch): Promise<Spooled>;
  /** Only these of its events are still to be sent. Never rejects: then all of them are. */
  replace(spooled: Spooled, rest: EventBatch): Promise<void>;
  /** Its events were sent. Never rejects: what is left is sent again after a restart. */
  remove(spooled: Spooled): Promise<void>;
  /** Keeps which events were left, in place of what was kept of that. Never rejects: then they may be sent twice. */
  remember(left: Remembered): Promise<void>;
  /** What was kept of that. Never rejects. */
  remembered(): Promise<Remembered>;
  /** Forgets everything. Never rejects. */
  clear(): Promise<void>;
}

/** Whether an earlier run left something of a subscription. At once, as it decides what is made of the node. */
export function isSomethingSpooled(directory: string, key: PositionKey): boolean {
  try {
    const suffixes = [SPOOL_SUFFIX, REMEMBERED_SUFFIX];
    const names = readdirSync(directory).filter((name) => name.startsWith(`${keyDigest(key)}.`));
    return names.some((name) => suffixes.some((suffix) => name.endsWith(suffix)));
  } catch {
    return false;
  }
}

/** A file for each notification, in a directory that all nodes share. */
export class FileSpool implements Spool {
  readonly #directory: string;
  readonly #key: PositionKey;
  readonly #prefix: string;
  #last = 0;

  constructor(directory: string, key: PositionKey) {
    this.#directory = directory;
    this.#key = key;
    this.#prefix = `${keyDigest(key)}.`;
  }

  async load(problem: (problem: PositionProblem) => void): Promise<readonly Spooled[]> {
    const all: Spooled[] = [];
    // What a crash left half written was not counted as sent by anybody.
    await this.#removeAll(await this.#names('.tmp'));
    for (const file of await this.#names()) {
      this.#last = Math.max(this.#last, Number(file.slice(this.#prefix.length, -SPOOL_SUFFIX.length)) || 0);
      const text = await readFile(join(this.#directory, file), 'utf8').catch((error: unknown) => {
        problem({ kind: 'unreadable', detail: toEwsError(error).message });
      });
      // It may be whole: it stays for the next start.
      if (text === undefined) continue;
      const batch = readBatch(text);
      if (batch) all.push({ file, batch });
      else {
        await rename(join(this.#directory, file), join(this.#directory, `${file}.damaged`)).catch(() => undefined);
        problem({ kind: 'damaged', detail: file });
      }
    }
    return all;
  }

  async add(batch: EventBatch): Promise<Spooled> {
    this.#last += 1;
    const file = `${this.#prefix}${String(this.#last).padStart(DIGITS, '0')}${SPOOL_SUFFIX}`;
    await this.#write(file, batch);
    return { file, batch };
  }

  async replace({ file }: Spooled, rest: EventBatch): Promise<void> {
    await this.#write(file, rest).catch(() => undefined);
  }

  #write(file: string, batch: EventBatch): Promise<void> {
    return writeDurably(join(this.#directory, file), JSON.stringify({ format: FORMAT, ...this.#key, batch }));
  }

  async remove({ file }: Spooled): Promise<void> {
    await rm(join(this.#directory, file), { force: true }).catch(() => undefined);
  }

  async remember({ keys, since }: Remembered): Promise<void> {
    const file = this.#rememberedFile;
    if (keys.length === 0) return rm(file, { force: true }).catch(() => undefined);
    await writeDurably(file, JSON.stringify({ format: FORMAT, keys, since })).catch(() => undefined);
  }

  async remembered(): Promise<Remembered> {
    const text = await readFile(this.#rememberedFile, 'utf8').catch(() => '');
    return readRemembered(text) ?? { keys: [], since: Number.NEGATIVE_INFINITY };
  }

  get #rememberedFile(): string {
    return join(this.#directory, `${keyDigest(this.#key)}${REMEMBERED_SUFFIX}`);
  }

  async clear(): Promise<void> {
    await this.remember({ keys: [], since: 0 });
    await this.#removeAll([...(await this.#names()), ...(await this.#names('.tmp'))]);
  }

  async #removeAll(files: readonly string[]): Promise<void> {
    for (const file of files) await rm(join(this.#directory, file), { force: true }).catch(() => undefined);
  }

  async #names(suffix = SPOOL_SUFFIX): Promise<string[]> {
    const names = await readdir(this.#directory).catch(() => []);
    return names.filter((name) => name.startsWith(this.#prefix) && name.endsWith(suffix)).sort();
  }
}

function readRemembered(text: string): Remembered | undefined {
  try {
    const { format, keys, since } = JSON.parse(text) as { format?: unknown; keys?: unknown; since?: unknown };
    const isWhole = format === FORMAT && typeof since === 'number' && Array.isArray(keys);
    return isWhole ? { keys: keys.filter((key) => typeof key === 'string'), since } : undefined;
  } catch {
    return undefined;
  }
}

function readBatch(text: string): EventBatch | undefined {
  try {
    const { format, batch } = JSON.parse(text) as { format?: unknown; batch?: unknown };
    return format === FORMAT && isBatch(batch) ? batch : undefined;
  } catch {
    return undefined;
  }
}

function isBatch(value: unknown): value is EventBatch {
  const { subscriptionId, events, recovered } = (value ?? {}) as Partial<Record<keyof EventBatch, unknown>>;
  return (
    typeof subscriptionId === 'string' &&
    typeof recovered === 'boolean' &&
    Array.isArray(events) &&
    events.every((event) => isEvent(event))
  );
}

function isEvent(value: unknown): value is MailboxEvent {
  const event = (value ?? {}) as Record<string, unknown>;
  return (
    isEventType(event.eventType) && typeof event.timeStamp === 'string' && (isId(event.itemId) || isId(event.folderId))
  );
}

function isId(value: unknown): boolean {
  return typeof (value as { id?: unknown } | undefined)?.id === 'string';
}
