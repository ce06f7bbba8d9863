import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Clock } from '../clock.js';
import { writeDurably } from './durable-file.js';

/** More than this are not remembered: the oldest then lapse, as an unknown token does. */
const MAX_REMEMBERED = 10_000;

/**
 * The tokens of push subscriptions that were given up. A server learns of it when it calls the next time, perhaps after a
 * restart of ours. Kept as digests, in one file for all nodes, as the node that it belonged to may be gone.
 */
export class EndedTokens {
  readonly #path: string;
  readonly #clock: Clock;
  /** Digest to the moment up to which it is remembered (ms since 1970). */
  readonly #until = new Map<string, number>();
  #loaded: Promise<void> | undefined;
  #saving: Promise<void> = Promise.resolve();
  #changed = false;

  constructor(path: string, clock: Clock) {
    this.#path = path;
    this.#clock = clock;
  }

  /** Reads what an earlier run left, once. Never rejects: what cannot be read lapses. */
  load(): Promise<void> {
    this.#loaded ??= this.#read();
    return this.#loaded;
  }

  has(token: string): boolean {
    return (this.#until.get(digest(token)) ?? 0) > this.#clock.now();
  }

  /** Remembers a token for `ms` milliseconds. Resolves when that is durable; never rejects, as it lapses all the same. */
  async add(token: string, ms: number): Promise<void> {
    await this.load();
    this.#until.set(digest(token), this.#clock.now() + ms);
    this.#changed = true;
    // All that are added while one write is under way are saved by the next.
    this.#saving = this.#saving.then(() => (this.#changed ? this.#write() : undefined));
    await this.#saving;
  }

  async #read(): Promise<void> {
    try {
      const value: unknown = JSON.parse(await readFile(this.#path, 'utf8'));
      if (typeof value !== 'object' || value === null) return;
      for (const [key, until] of Object.entries(value)) if (typeof until === 'number') this.#until.set(key, until);
    } catch {
      // Nothing was kept, or it is damaged.
    }
  }

  async #write(): Promise<void> {
    this.#changed = false;
    const now = this.#clock.now();
    for (const [key, until] of this.#until) {
      if (until <= now || this.#until.size > MAX_REMEMBERED) this.#until.delete(key);
    }
    await writeDurably(this.#path, JSON.stringify(Object.fromEntries(this.#until))).catch(() => undefined);
  }
}

function digest(token: string): string {
  return createHash('sha256').update(token).digest('base64url').slice(0, 22);
}
