import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Clock, Timer } from '../clock.js';

/** How often each process touches its file and looks at those of others, in milliseconds. */
const BEAT_MS = 60_000;
/** A file that nobody has touched in so many looks was left by a process that was killed. */
const LEFT_AFTER_LOOKS = 60;
const NAME = /^running-\w+\.json$/;

/** Another process that uses the directory, as far as it says who it is. */
export interface OtherProcess {
  readonly pid: string;
  readonly host: string;
}

/**
 * Recognises that two processes use one directory of positions, which would send everything twice and lose positions.
 * Each has a file there and touches it every minute; one that is seen to be touched belongs to a process that is alive. So
 * neither process ids that are used again nor the clocks of two machines matter, and what a killed process left is no alarm.
 */
export class DirectoryWatch {
  readonly #directory: string;
  readonly #clock: Clock;
  readonly #report: (other: OtherProcess) => void;
  readonly #name = `running-${randomBytes(6).toString('hex')}.json`;
  /** When the files of others were last touched, and how often that was so. */
  readonly #seen = new Map<string, { readonly touched: number; readonly looks: number }>();
  readonly #reported = new Set<string>();
  #timer: Timer | undefined;
  #beating: Promise<void> = Promise.resolve();
  #stopped = false;

  /** @param report called once for each other process */
  constructor(directory: string, clock: Clock, report: (other: OtherProcess) => void) {
    this.#directory = directory;
    this.#clock = clock;
    this.#report = report;
  }

  start(): void {
    this.#beating = this.#beat().finally(() => {
      if (this.#stopped) return;
      this.#timer = this.#clock.setTimer(() => {
        this.start();
      }, BEAT_MS);
    });
  }

  /** Ends it, and takes its file away. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#clock.clearTimer(this.#timer);
    await this.#beating;
    this.leave();
  }

  /** Takes its file away at once, for the end of a process. Never throws. */
  leave(): void {
    try {
      rmSync(this.#own, { force: true });
    } catch {
      // It is taken for left over in time.
    }
  }

  get #own(): string {
    return join(this.#directory, this.#name);
  }

  /** Trouble with the directory is told of where positions are saved. */
  async #beat(): Promise<void> {
    await this.#touch().catch(() => undefined);
    await this.#look().catch(() => undefined);
  }

  async #touch(): Promise<void> {
    const now = new Date(this.#clock.now());
    try {
      await utimes(this.#own, now, now);
    } catch {
      await mkdir(this.#directory, { recursive: true, mode: 0o700 });
      const about: OtherProcess = { pid: String(process.pid), host: hostname() };
      await writeFile(this.#own, JSON.stringify(about), { mode: 0o600 });
      await utimes(this.#own, now, now);
    }
  }

  async #look(): Promise<void> {
    const names = (await readdir(this.#directory)).filter((name) => NAME.test(name) && name !== this.#name);
    for (const name of names) {
      const path = join(this.#directory, name);
      const { mtimeMs } = await stat(path);
      const before = this.#seen.get(name);
      const isAlive = before !== undefined && before.touched !== mtimeMs;
      const looks = before && !isAlive ? before.looks + 1 : 0;
      this.#seen.set(name, { touched: mtimeMs, looks });
      if (looks >= LEFT_AFTER_LOOKS) await rm(path, { force: true });
      if (!isAlive || this.#reported.has(name)) continue;
      this.#reported.add(name);
      this.#report(await whoIs(path));
    }
  }
}

async function whoIs(path: string): Promise<OtherProcess> {
  try {
    const { pid, host } = JSON.parse(await readFile(path, 'utf8')) as Partial<OtherProcess>;
    return { pid: String(pid).slice(0, 20), host: String(host).slice(0, 100) };
  } catch {
    return { pid: '?', host: '?' };
  }
}
