import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

/** How long an answer takes, in milliseconds. */
const LATENCY_MS = 5;

interface SlowStoreConfig {
  /** Where it is kept; several Node-REDs may share it. */
  readonly file: string;
  /** So many writes fail at first, before it is used for the first time. */
  readonly failures?: number;
}

type Answer = (error?: Error | null, ...values: unknown[]) => void;

/** A context store as somebody else could have written one, in a database: it answers later, and fails at times. */
class SlowStore {
  readonly #config: SlowStoreConfig;
  #writes = 0;
  /** Whether it has worked before, in this process or another. */
  readonly #hasWorked: boolean;

  constructor(config: SlowStoreConfig) {
    this.#config = config;
    this.#hasWorked = existsSync(config.file);
  }

  open(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  clean(): Promise<void> {
    return Promise.resolve();
  }

  delete(): Promise<void> {
    return Promise.resolve();
  }

  get(scope: string, key: string | string[], answer: Answer): void {
    setTimeout(() => {
      const values = this.#read()[scope] ?? {};
      answer(null, ...[key].flat().map((one) => values[one]));
    }, LATENCY_MS);
  }

  set(scope: string, key: string | string[], value: unknown, answer: Answer): void {
    setTimeout(() => {
      this.#writes += 1;
      if (!this.#hasWorked && this.#writes <= (this.#config.failures ?? 0)) {
        answer(new Error('the database is busy'));
        return;
      }
      const all = this.#read();
      const values = { ...all[scope], [[key].flat()[0] ?? '']: value };
      const temporary = `${this.#config.file}.${process.pid}`;
      writeFileSync(temporary, JSON.stringify({ ...all, [scope]: values }));
      renameSync(temporary, this.#config.file);
      answer(null);
    }, LATENCY_MS);
  }

  keys(scope: string, answer: Answer): void {
    setTimeout(() => {
      answer(null, Object.keys(this.#read()[scope] ?? {}));
    }, LATENCY_MS);
  }

  #read(): Record<string, Record<string, unknown>> {
    const { file } = this.#config;
    return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, Record<string, unknown>>) : {};
  }
}

module.exports = (config: SlowStoreConfig) => new SlowStore(config);
