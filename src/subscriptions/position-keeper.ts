import { delay, systemClock, type Clock, type Timer } from '../clock.js';
import type { EngineListener, PositionProblem } from './engine-listener.js';
import { hasBegun, PositionError, type PositionKey, type PositionRecord } from './position-record.js';
import type { PositionStore } from './position-store.js';
import { shortDigest } from './short-digest.js';

/** After a position could not be saved it is tried again, though nothing new has happened, in milliseconds. */
const RETRY_MS = 30_000;
/** Who is told of trouble: a listener, or what does something with it. */
type Report = Pick<EngineListener, 'positionProblem'> | ((problem: PositionProblem) => void);
/** So often is read ahead where the store does not answer, each time so much later than the last (ms). */
const AHEAD_ATTEMPTS = 8;
const AHEAD_WAIT_MS = 100;

interface ReadAhead {
  readonly record: PositionRecord | undefined;
}

/** Nothing under way. */
const NOTHING = Promise.resolve();

/**
 * Holds the position of one subscription and saves it. Trouble with saving is reported once, until it works again,
 * and never stops events: the position is then kept in memory.
 */
export class PositionKeeper {
  readonly key: PositionKey;
  readonly #store: PositionStore;
  readonly #clock: Clock;
  readonly #report: Report;
  #record: PositionRecord | undefined;
  /** Stands for what was last written. */
  #written: string | undefined;
  /** What was read and is not gone by yet. */
  #ahead: Promise<ReadAhead | undefined> | undefined;
  #isLoaded = false;
  #isUnreadable = false;
  #changes = 0;
  #saved = 0;
  #saving: Promise<void> = NOTHING;
  #troubled = false;
  #removed = false;
  #closed = false;
  #retry: Timer | undefined;

  constructor(store: PositionStore, key: PositionKey, report: Report, clock: Clock = systemClock) {
    this.#store = store;
    this.key = key;
    this.#report = report;
    this.#clock = clock;
  }

  /** What was read, or could not be saved yet; what is saved is not kept in memory. */
  get record(): PositionRecord | undefined {
    return this.#record;
  }

  /** Whether the last that was to be saved was. */
  get isSaved(): boolean {
    return this.#record === undefined;
  }

  /**
   * Reads what was kept before {@link load} is asked to, which then goes by that. Whoever has the same position, and still
   * adds to what waits to be sent, does so before it counts as sent: what is read after this is all of that. So a store
   * that does not answer is asked again for a while. Never rejects.
   */
  async readAhead(): Promise<void> {
    if (!this.#isLoaded) await (this.#ahead ??= this.#readPatiently());
  }

  /** Reads what was kept, once. Returns `false` when there was something that could not be read. */
  async load(): Promise<boolean> {
    try {
      const ahead = await this.#ahead;
      if (this.#isLoaded) return true;
      this.#record = ahead ? ahead.record : await this.#store.load(this.key);
      this.#isLoaded = true;
      this.#ahead = undefined;
      return true;
    } catch (error) {
      this.#trouble(error);
      this.#isUnreadable = true;
      return false;
    }
  }

  /** Changes what is kept, if anything is, for an engine that has not gone by it yet. */
  async change(change: Partial<PositionRecord>): Promise<void> {
    await this.readAhead();
    const kept = this.#isLoaded ? this.#record : (await this.#ahead)?.record;
    if (!kept) return;
    const record = { ...kept, ...change };
    this.#ahead = Promise.resolve({ record });
    this.#isLoaded = false;
    await this.save(record);
  }

  /** What goes wrong for good is met, and told, when it is needed. */
  async #readPatiently(): Promise<ReadAhead | undefined> {
    for (let attempt = 0; attempt < AHEAD_ATTEMPTS && !this.#closed; attempt += 1) {
      if (attempt > 0) await delay(this.#clock, attempt * AHEAD_WAIT_MS);
      try {
        return { record: await this.#store.load(this.key) };
      } catch (error) {
        if (error instanceof PositionError && error.kind !== 'unreadable') return undefined;
      }
    }
    return undefined;
  }

  /**
   * Takes over `record`; resolves when it is durable, or when that failed and was reported. After {@link remove} it does
   * nothing: what still was under way must not bring the position back.
   * @param unlessSaved for a node that closes: with thousands of mailboxes there is no time to write what is there already
   */
  async save(record: PositionRecord, unlessSaved = false): Promise<void> {
    // That something is lost is told after the next start, unless it was told and a beginning is kept in its place.
    if (this.#isUnreadable && !hasBegun(record)) return this.#saving;
    if (this.#removed || (unlessSaved && this.#written === digestOf(record))) return this.#saving;
    this.#record = record;
    this.#changes += 1;
    const change = this.#changes;
    // A write that is under way may hold an older record; all that wait for it are served by the one after it.
    this.#saving = this.#saving.then(() => (this.#saved >= change ? undefined : this.#write()));
    const saving = this.#saving;
    await saving;
    if (this.#saving === saving) this.#saving = NOTHING;
  }

  /** Tries no more by itself: what comes after may save another position in its place. */
  close(): void {
    this.#closed = true;
    this.#clock.clearTimer(this.#retry);
  }

  /** Forgets the position for good. */
  async remove(): Promise<void> {
    this.#removed = true;
    this.close();
    this.#record = undefined;
    this.#changes += 1;
    this.#saved = this.#changes;
    this.#saving = this.#saving
      .then(() => this.#store.remove(this.key))
      .catch((error: unknown) => {
        this.#trouble(error);
      });
    await this.#saving;
  }

  async #write(): Promise<void> {
    const record = this.#record;
    if (!record) return;
    const change = this.#changes;
    try {
      await this.#store.save(record);
      this.#troubled = false;
      if (this.#changes === change) this.#record = undefined;
      this.#written = digestOf(record);
    } catch (error) {
      this.#written = undefined;
      this.#trouble(error);
      this.#saveLater();
    }
    this.#saved = change;
  }

  #saveLater(): void {
    this.#clock.clearTimer(this.#retry);
    if (this.#closed) return;
    this.#retry = this.#clock.setTimer(() => {
      if (this.#record && this.#troubled) void this.save(this.#record);
    }, RETRY_MS);
  }

  #trouble(error: unknown): void {
    if (this.#troubled) return;
    this.#troubled = true;
    const { kind, detail } = error instanceof PositionError ? error : new PositionError('unwritable', String(error));
    try {
      if (typeof this.#report === 'function') this.#report({ kind, detail });
      else this.#report.positionProblem({ kind, detail });
    } catch {
      // Whoever is told has failed: that must neither keep later positions from being saved nor be nobody's rejection.
    }
  }
}

function digestOf(record: PositionRecord): string {
  return shortDigest(JSON.stringify(record), 12);
}
