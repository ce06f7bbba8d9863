import type { Clock } from '../clock.js';
import { EwsError, toEwsError } from '../protocol/ews-error.js';
import type { MailboxEvent } from '../protocol/mailbox-event.js';
import type { EngineListener, EventBatch } from '../subscriptions/engine-listener.js';
import { Calm } from './calm.js';
import { Notice, parcelOf, type Parcel } from './parcel.js';
import { ReplayedEvents } from './replayed-events.js';
import type { Spool } from './spool.js';

/** So many events wait, at most; then whoever brings more has to wait too. */
const MOST_WAITING = 2000;
/** So many events are looked up together. */
const TOGETHER = 50;
/** So many look-ups are under way at once. */
const AHEAD = 3;

/** The events of a parcel as they are sent. */
export type PreparedEvents = readonly MailboxEvent[];

/** How events become what is sent: looked up, and those left out that are not wanted. */
export interface Preparation {
  /** An answer for each parcel, in order. Rejects when `signal` is aborted. @param pressed whether many wait */
  prepare(parcels: readonly Parcel[], pressed: boolean, signal: AbortSignal): Promise<readonly PreparedEvents[]>;
}

export interface OutboxOptions {
  readonly spool: Spool;
  readonly preparation: Preparation;
  readonly listener: Pick<EngineListener, 'events' | 'positionProblem'>;
  /** Whether nothing need wait once what an earlier run left was sent. */
  readonly direct: boolean;
  readonly clock: Clock;
  /** For how long events are held, to make one of those about the same item or folder, in milliseconds; 0 for not. */
  readonly calmMs: number;
}

interface Prepared {
  readonly parcels: readonly Parcel[];
  readonly events: Promise<readonly PreparedEvents[]>;
}

/**
 * Where events wait that are not sent at once. What is taken is kept on disk first, so that whoever brought it may count
 * it as sent; it is sent in the order in which it came, after a crash too. Where nothing can be written, whoever brings
 * events waits until they were sent.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #closing = new AbortController();
  readonly #queue: Parcel[] = [];
  /** All that wait. */
  readonly #notices = new Set<Notice>();
  readonly #ahead: Prepared[] = [];
  readonly #replayed: ReplayedEvents;
  #waiting = 0;
  #loaded: Promise<void> = Promise.resolve();
  #taking: Promise<unknown> = Promise.resolve();
  #sending: Promise<void> = Promise.resolve();
  #isSending = false;
  #roomMade: (() => void) | undefined;
  #troubled = false;
  /** Something is there that could not be read. */
  #isLeft = false;

  readonly #calm: Calm | undefined;

  constructor(options: OutboxOptions) {
    this.#options = options;
    const { clock, calmMs, spool } = options;
    this.#replayed = new ReplayedEvents(spool, clock);
    const release = (parcel: Parcel): void => {
      this.#queue.push(parcel);
      this.#lookAhead();
    };
    if (calmMs > 0) this.#calm = new Calm(clock, calmMs, release);
  }

  /** Sends what an earlier run left, read after `before`; it comes before anything new. Resolves when that is known. */
  start(before: Promise<void> = Promise.resolve()): Promise<void> {
    this.#loaded = before.then(() => this.#load());
    return this.#loaded;
  }

  /** Whether, once it is started, nothing will ever wait in it. */
  get isSpent(): boolean {
    return this.#options.direct && this.#waiting === 0 && this.#replayed.isEmpty && !this.#isLeft;
  }

  /** Takes events over. Resolves when they are kept, or were sent. Rejects when it is closed before, and cannot keep them. */
  take(batch: EventBatch): Promise<void> {
    const taken = this.#taking.then(() => this.#take(batch));
    // One after the other, so that the order on disk is theirs.
    this.#taking = taken.then(
      ({ notice }) => notice,
      () => undefined,
    );
    return taken.then(({ notice }) => (notice && !notice.spooled ? this.#unlessClosed(notice.done) : undefined));
  }

  /** Sends nothing more; resolves when nothing is under way. What was not sent is kept. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#calm?.close();
    this.#roomMade?.();
    // What is being written is there when a successor reads what was left.
    await Promise.allSettled([this.#loaded, this.#sending, this.#taking]);
    await this.#keepRest();
  }

  /** What is gathered is sent item by item: of a notification, the rest is all that is to be sent after the next start. */
  async #keepRest(): Promise<void> {
    const parts = [...this.#notices];
    this.#notices.clear();
    await Promise.all(
      parts.map(async ({ spooled, rest }) => {
        if (spooled && rest) await this.#options.spool.replace(spooled, rest);
      }),
    );
  }

  /** Closes it and forgets what waits. */
  async remove(): Promise<void> {
    await this.close();
    await this.#options.spool.clear();
  }

  async #load(): Promise<void> {
    const { spool, listener } = this.#options;
    const left = await spool.load((problem) => {
      this.#isLeft ||= problem.kind === 'unreadable';
      listener.positionProblem(problem);
    });
    await this.#replayed.begin(left.flatMap(({ batch }) => batch.events));
    for (const spooled of left) this.#enqueue(new Notice(spooled.batch, spooled));
  }

  async #take(batch: EventBatch): Promise<{ readonly notice?: Notice }> {
    await this.#loaded;
    const events = await this.#replayed.without(batch.events);
    if (events.length === 0) return {};
    const wanted = { ...batch, events };
    if (this.#options.direct && this.#waiting === 0) {
      await this.#options.listener.events(wanted);
      return {};
    }
    while (this.#waiting > MOST_WAITING && !this.#isClosed()) {
      await new Promise<void>((resolve) => (this.#roomMade = resolve));
    }
    // When it is closed, too: the server may have it no more, and whoever comes next finds it.
    const spooled = await this.#options.spool.add(wanted).catch((error: unknown) => {
      this.#unwritable(error);
    });
    if (spooled) this.#troubled = false;
    const notice = new Notice(wanted, spooled ?? undefined);
    if (!this.#isClosed()) this.#enqueue(notice);
    return { notice };
  }

  #enqueue(notice: Notice): void {
    this.#waiting += notice.batch.events.length;
    this.#notices.add(notice);
    if (this.#calm) {
      this.#calm.add(notice);
      // Whoever brought it waits, and cannot wait for as long as things may be held.
      if (!notice.spooled) this.#calm.letGoAll();
      return;
    }
    this.#queue.push(parcelOf(notice));
    this.#lookAhead();
  }

  /** Has what waits looked up, as far as that is under way for few enough. */
  #lookAhead(): void {
    while (this.#ahead.length < AHEAD && this.#queue.length > 0 && !this.#isClosed()) {
      const parcels = this.#nextParcels();
      const pressed = this.#waiting > MOST_WAITING / 2;
      const events = this.#options.preparation.prepare(parcels, pressed, this.#closing.signal);
      // It is looked at in its turn.
      events.catch(() => undefined);
      this.#ahead.push({ parcels, events });
    }
    if (this.#isSending || this.#ahead.length === 0) return;
    this.#isSending = true;
    this.#sending = this.#send();
  }

  #nextParcels(): readonly Parcel[] {
    const parcels: Parcel[] = [];
    let count = 0;
    for (let next = this.#queue[0]; next; next = this.#queue[0]) {
      count += next.events.length;
      if (parcels.length > 0 && count > TOGETHER) break;
      parcels.push(next);
      this.#queue.shift();
    }
    return parcels;
  }

  async #send(): Promise<void> {
    await this.#sendAhead();
    // In the same turn, so that what comes next is not left lying.
    this.#isSending = false;
  }

  async #sendAhead(): Promise<void> {
    for (let next = this.#ahead[0]; next && !this.#isClosed(); next = this.#ahead[0]) {
      const prepared = await next.events.catch(() => undefined);
      // Only a look-up that was broken off fails.
      if (!prepared || this.#isClosed()) return;
      for (const [at, parcel] of next.parcels.entries()) await this.#sendOne(parcel, prepared[at] ?? []);
      this.#ahead.shift();
      this.#lookAhead();
    }
  }

  async #sendOne(parcel: Parcel, events: PreparedEvents): Promise<void> {
    const { subscriptionId, recovered, sources } = parcel;
    try {
      if (events.length > 0) await this.#options.listener.events({ subscriptionId, events, recovered });
    } catch {
      // Whoever listens has failed, and would with the same events again.
    }
    for (const [notice, done] of sources) {
      this.#waiting -= done.length;
      if (!notice.settle(done)) continue;
      this.#notices.delete(notice);
      if (notice.spooled) await this.#options.spool.remove(notice.spooled);
    }
    this.#roomMade?.();
  }

  /** A method, as it changes while one waits. */
  #isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  #unlessClosed(done: Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      const refuse = (): void => {
        reject(closing());
      };
      if (this.#isClosed()) refuse();
      this.#closing.signal.addEventListener('abort', refuse, { once: true });
      void done.then(() => {
        this.#closing.signal.removeEventListener('abort', refuse);
        resolve();
      });
    });
  }

  #unwritable(error: unknown): void {
    if (this.#troubled) return;
    this.#troubled = true;
    this.#options.listener.positionProblem({ kind: 'unwritable', detail: toEwsError(error).message });
  }
}

function closing(): EwsError {
  return new EwsError('EWS_NETWORK', 'The node is being closed.');
}
