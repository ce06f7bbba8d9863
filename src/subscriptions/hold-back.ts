import type { MailboxEvent } from '../protocol/mailbox-event.js';
import { eventKey, SentLog } from './sent-log.js';
import { foundLog } from './told-log.js';

/** Events held back, at most. */
const MAX_HELD = 5000;
/**
 * Events that catching up has brought and the stream has not, at most. A stream brings what is queued as soon as it is
 * opened, so the older ones do not come any more.
 */
const MAX_REPLAYED = 20_000;
/** Kinds of event that can happen twice to the same thing within a second. */
const REPEATABLE: readonly MailboxEvent['eventType'][] = ['Modified', 'FreeBusyChanged'];

/** Stands for a log that nothing was put into yet. */
const NOTHING_FOUND = foundLog();

interface Held {
  readonly event: MailboxEvent;
  readonly key: string;
  /** See {@link HoldBack.isInDoubt}: in which round of catching up that arose. */
  doubtedIn?: number;
}

/**
 * Keeps live events in order behind what is being caught up, and each only once: what one of the two has brought is
 * left out of the other. In bounded memory, however much either brings.
 */
export class HoldBack {
  #held: Held[] = [];
  #holding: Promise<void> | undefined;
  #dropped = false;
  #round = 0;
  /** Whether the stream may not bring what the present round does: it may have been lost with the one before. */
  #mayBeLost = false;
  /** What catching up has brought and the stream is sure to bring yet, and what it perhaps does. */
  #replayed = newReplayed();
  #maybe = newReplayed();
  /** The second of the last event in {@link #maybe}, since 1970. */
  #maybeUntil = 0;
  /** The same of {@link #replayed}. */
  #replayedUntil = 0;
  #found = NOTHING_FOUND;
  /** When the search began that found them, by the server's clock (ms since 1970). */
  #foundAt: number | undefined;
  /** The last second of which an earlier run told, since 1970. */
  readonly #toldUntil: number;

  /**
   * @param toldUntil up to when an earlier run had told everything (ms since 1970): what the stream brings of that time was
   * told then, unless catching up brings it
   */
  constructor(toldUntil = Number.NEGATIVE_INFINITY) {
    this.#toldUntil = Math.floor(toldUntil / 1000);
  }

  /** Whether it knows of nothing, so that another one would do the same. */
  get isSpent(): boolean {
    const isEmpty = this.#held.length + this.#replayed.size + this.#maybe.size + this.#found.size === 0;
    return isEmpty && !Number.isFinite(this.#toldUntil);
  }

  get isHolding(): boolean {
    return this.#holding !== undefined;
  }

  /**
   * Whether it cannot be told of a live event if catching up has brought it, or one that happened just before and looks
   * the same: a change of the same thing in the same second, of which the stream has lost the first. What happens from
   * there on decides it, so another round has to follow.
   */
  get isInDoubt(): boolean {
    return this.#held.some(({ doubtedIn }) => doubtedIn !== undefined);
  }

  /** Holds events back until `over` is resolved. */
  hold(over: Promise<void>): void {
    this.#holding = over;
  }

  /**
   * Takes live events while holding. When it gets too much they are dropped, all of them, where catching up can bring
   * them again; else this resolves only when no more are held back, and until then the stream waits.
   */
  async keep(events: readonly MailboxEvent[], canBeCaughtUp: boolean): Promise<void> {
    for (const event of events) {
      const key = eventKey(event);
      const isDoubtful = this.#isDoubtful(event, key);
      if (!isDoubtful && this.#isSeen(event, key)) continue;
      if (isDoubtful) this.#maybe.takeKey(key);
      this.#held.push({ event, key, ...(isDoubtful ? { doubtedIn: this.#round } : {}) });
    }
    if (this.#held.length <= MAX_HELD) return;
    if (canBeCaughtUp) {
      this.#held = [];
      this.#dropped = true;
    } else await this.#holding;
  }

  /** Whether events were dropped since this was last asked: then there is more to catch up. */
  takeDropped(): boolean {
    const dropped = this.#dropped;
    this.#dropped = false;
    return dropped;
  }

  /** Catching up begins, or goes on with what happened since. @param mayBeLost whether the stream was not there all the time */
  begin(mayBeLost: boolean): void {
    this.#round += 1;
    this.#mayBeLost = mayBeLost;
    if (!mayBeLost) return;
    // What was sure to come may have been lost as well.
    for (const key of this.#replayed.keys()) this.#maybe.addKey(key);
    this.#replayed = newReplayed();
    this.#maybeUntil = Math.max(this.#maybeUntil, this.#replayedUntil);
  }

  /**
   * Takes what is older than all that a replay has brought, as the subscription of an earlier run may bring it: it has an
   * earlier time or, in the same second, comes before something that the replay has too and that cannot happen twice.
   */
  takeOlder(replayed: readonly MailboxEvent[]): readonly MailboxEvent[] {
    const [first] = replayed;
    if (!first || this.#held.length === 0) return [];
    const keys = new Set(replayed.map(eventKey));
    const known = this.#held.findIndex(({ key, doubtedIn }) => keys.has(key) || doubtedIn !== undefined);
    const same = this.#held[known];
    const isSure = same !== undefined && !REPEATABLE.includes(same.event.eventType);
    const until = secondOf(first) + (isSure ? 1 : 0);
    const later = this.#held.findIndex(({ event }, at) => at === known || secondOf(event) >= until);
    return this.#held.splice(0, later >= 0 ? later : this.#held.length).map(({ event }) => event);
  }

  /** Catching up has brought these, which were not sent before; the stream has brought them too, or may yet. */
  replayed(events: readonly MailboxEvent[]): void {
    const brought = new SentLog();
    brought.add(events);
    const until = Math.max(0, ...events.map(secondOf));
    if (this.#mayBeLost) this.#maybeUntil = Math.max(this.#maybeUntil, until);
    else this.#replayedUntil = Math.max(this.#replayedUntil, until);
    const doubted = new Set(this.#held.flatMap(({ key, doubtedIn }) => (doubtedIn === undefined ? [] : [key])));
    const again = new Set([...brought.keys()].filter((key) => doubted.has(key)));
    this.#held = this.#held.filter((held) => {
      const isBrought = brought.takeKey(held.key);
      // It was this one or one that looks the same: then the stream is yet to bring this one.
      if (isBrought && held.doubtedIn !== undefined) this.#maybe.addKey(held.key);
      if (isBrought && !(this.#mayBeLost && this.#mayRecur(held.event))) return false;
      // Which of several that look the same it was is found out in the next round.
      if (isBrought || again.has(held.key)) held.doubtedIn = this.#round;
      return true;
    });
    for (const key of brought.keys()) (this.#mayBeLost ? this.#maybe : this.#replayed).addKey(key);
  }

  /** A round is over: what was in doubt before and did not come with it had been brought already. */
  end(): void {
    this.#held = this.#held.filter(({ doubtedIn = this.#round }) => doubtedIn === this.#round);
  }

  /** Catching up by time has found these, which have no equals among what the stream brings: they may stand for several. */
  found(events: readonly MailboxEvent[], serverTime: number | undefined): void {
    if (this.#found === NOTHING_FOUND) this.#found = foundLog();
    this.#found.add(events);
    this.#foundAt = serverTime;
    this.#held = this.#held.filter(({ event }) => !this.#found.covers(event, serverTime));
  }

  /** Those of the events that catching up has not brought, up to one of which that cannot be told, and all from there on. */
  sift(events: readonly MailboxEvent[]): {
    readonly unseen: readonly MailboxEvent[];
    readonly doubtful: readonly MailboxEvent[];
  } {
    if (this.isSpent) return { unseen: events, doubtful: [] };
    const unseen: MailboxEvent[] = [];
    for (const [at, event] of events.entries()) {
      const key = eventKey(event);
      if (this.#isDoubtful(event, key)) return { unseen, doubtful: events.slice(at) };
      if (!this.#isSeen(event, key)) unseen.push(event);
    }
    return { unseen, doubtful: [] };
  }

  /** What was held back so far, in order; empty when there is nothing more. */
  takeHeld(): readonly MailboxEvent[] {
    const held = this.#held.map(({ event }) => event);
    this.#held = [];
    return held;
  }

  /** Holds back no longer, and forgets what was not taken: it is caught up later. */
  release(): void {
    this.#holding = undefined;
    this.#held = [];
    this.#dropped = false;
  }

  #isSeen(event: MailboxEvent, key: string): boolean {
    return this.#replayed.takeKey(key) || this.#maybe.takeKey(key) || this.#found.covers(event, this.#foundAt);
  }

  #isDoubtful(event: MailboxEvent, key: string): boolean {
    if (this.#replayed.has(key)) return false;
    return secondOf(event) <= this.#toldUntil || (this.#maybe.has(key) && this.#mayRecur(event));
  }

  /** Whether the same can have happened again after all that may be lost: what is over by a second cannot. */
  #mayRecur(event: MailboxEvent): boolean {
    return REPEATABLE.includes(event.eventType) && secondOf(event) >= this.#maybeUntil;
  }
}

function newReplayed(): SentLog {
  return new SentLog([], MAX_REPLAYED);
}

function secondOf({ timeStamp }: MailboxEvent): number {
  return Math.floor(Date.parse(timeStamp) / 1000);
}
