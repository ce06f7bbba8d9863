import type { MailboxEvent } from '../protocol/mailbox-event.js';
import type { FolderCounts } from './folder-counts.js';
import { shortDigest } from './short-digest.js';

/** Servers may write what happens into a mailbox late: so much before the last event is looked at again, in milliseconds. */
export const LOOK_BACK_MS = 5 * 60_000;
/** Events that are remembered, at most: they are saved with every position. Where more happens, less is looked at again. */
const MOST = 300;
/** The time of a change, as a folder tells it, and the time stamp of its event may differ by so much, in milliseconds. */
export const SLACK_MS = 2000;

/** How far before the newest event a log goes back (ms), and how many it remembers. */
interface Keep {
  readonly ms: number;
  readonly most: number;
}

const USUAL: Keep = { ms: LOOK_BACK_MS, most: MOST };

/**
 * What was told of items lately, for catching up by time: what it finds again there is not sent twice. An item is found by
 * its last change, so only kinds of event are remembered that such a change can stand for.
 */
export class ToldLog {
  /** By kind and item: when it happened by the server's clock (ms since 1970). The oldest comes first. */
  #times: Map<string, number> | undefined;
  readonly #keep: Keep;
  /** The keys of events that were just asked about, which are mostly sent and added next. */
  #asked: Map<MailboxEvent, string> | undefined;
  #from: number;
  /** How much the folders had lost when everything was told; `undefined` when that is not known. */
  counts: FolderCounts | undefined;
  /** The newest of them (ms since 1970). */
  #latest: number | undefined;
  #isHeld = false;
  /** When the first search began that was broken off since everything was told (ms since 1970, by the server's clock). */
  searchedAt: number | undefined;

  /**
   * @param saved what {@link entries} returned
   * @param from since when everything that was told is in it, by the server's clock (ms since 1970)
   * @param keep how far before the newest event it goes back (ms), and how many it remembers
   */
  constructor(saved: readonly string[] = [], from = Number.NEGATIVE_INFINITY, keep: Keep = USUAL) {
    this.#keep = keep;
    this.#from = from;
    for (const entry of saved) {
      const [key = '', seconds = ''] = entry.split(' ');
      this.#set(key, parseInt(seconds, 36) * 1000);
    }
  }

  /** Since when everything that was told is in it; `undefined` when that is not known. */
  get from(): number | undefined {
    return Number.isFinite(this.#from) ? this.#from : undefined;
  }

  get size(): number {
    return this.#times?.size ?? 0;
  }

  /** Watching has begun: what was before is not to be told. @param serverTime ms since 1970 */
  begin(serverTime: number | undefined): void {
    if (serverTime !== undefined && serverTime > this.#from) this.#from = serverTime;
  }

  /** From when on is to be looked, if everything up to `upTo` was told (ms since 1970, by the server's clock). */
  lookFrom(upTo: number): number {
    // What was forgotten of the last second may come twice rather than that something of it is left out.
    return Math.min(upTo, Math.max(upTo - LOOK_BACK_MS, this.#from));
  }

  add(events: Iterable<MailboxEvent>): void {
    for (const event of events) {
      const time = Date.parse(event.timeStamp);
      const key = this.#asked?.get(event) ?? keyOf(event);
      if (key !== undefined && !Number.isNaN(time)) this.#set(key, time);
    }
    this.#asked?.clear();
    this.#prune();
  }

  /**
   * Whether an event was told: an item is new once, also if it was moved or copied here, and changed as often as it has
   * other times of change.
   * @param settled up to when everything was told (ms since 1970). Servers tell times to the second: a change in the
   * second of one that was told may be another, unless that second was over by then.
   */
  covers(event: MailboxEvent, settled = Number.POSITIVE_INFINITY): boolean {
    const own = keyOf(event);
    const times = this.#times;
    if (!times || own === undefined) return false;
    const told = times.get(own);
    const came = 'itemId' in event ? times.get(keyFor('Came', event.itemId)) : undefined;
    const second = Math.floor(Date.parse(event.timeStamp) / 1000);
    const isCovered = (time: number | undefined) => {
      const toldIn = time === undefined ? Number.NEGATIVE_INFINITY : Math.floor(time / 1000);
      return second < toldIn || (second === toldIn && this.#wasOver(toldIn, Math.floor(settled / 1000)));
    };
    if (event.eventType === 'NewMail' || event.eventType === 'Created') return (told ?? came) !== undefined;
    return event.eventType === 'Modified' && (isCovered(told) || isCovered(came));
  }

  /** What was told of a later second than `settled` was told by a search, which knows all of the seconds before it began. */
  #wasOver(second: number, settled: number): boolean {
    const { searchedAt } = this;
    return second < settled || (second > settled && searchedAt !== undefined && second < Math.floor(searchedAt / 1000));
  }

  /** Whether it says that something is new of which that was told. */
  knows(event: MailboxEvent): boolean {
    const { eventType } = event;
    if (!this.#times?.size || (eventType !== 'NewMail' && eventType !== 'Created')) return false;
    const key = keyOf(event);
    if (key === undefined) return false;
    this.#asked ??= new Map();
    if (this.#asked.size < MOST) this.#asked.set(event, key);
    return this.#times.has(key);
  }

  /**
   * Forgets nothing until {@link release}: what a search finds is to be known if it is broken off.
   * @param searchedAt when it began (ms since 1970, by the server's clock)
   */
  hold(searchedAt: number | undefined): void {
    this.#isHeld = true;
    this.searchedAt ??= searchedAt;
  }

  release(): void {
    this.#isHeld = false;
    this.searchedAt = undefined;
    this.#prune();
  }

  entries(): string[] {
    return [...(this.#times ?? [])].map(([key, time]) => `${key} ${Math.floor(time / 1000).toString(36)}`);
  }

  #set(key: string, time: number): void {
    this.#times ??= new Map();
    const known = this.#times.get(key) ?? Number.NEGATIVE_INFINITY;
    this.#times.delete(key);
    this.#times.set(key, Math.max(time, known));
    this.#latest = Math.max(this.#latest ?? time, time);
  }

  #prune(): void {
    if (!this.#times || this.#latest === undefined || this.#isHeld) return;
    for (const [key, time] of this.#times) {
      const isOld = time < this.#latest - this.#keep.ms;
      if (!isOld && this.#times.size <= this.#keep.most) return;
      this.#times.delete(key);
      // The newest event may be later than that up to which everything was told, and a search go back further than this.
      this.begin(time + 1000);
    }
  }
}

/** What a position keeps of it. */
export interface SavedTold {
  readonly told?: readonly string[];
  /** ISO 8601, by the server's clock. */
  readonly toldFrom?: string;
  /** While something is searched: see {@link ToldLog.searchedAt}. ISO 8601. */
  readonly searchedAt?: string;
  readonly counts?: FolderCounts;
}

export function restoreTold({ told, toldFrom, counts, searchedAt }: SavedTold): ToldLog {
  const from = Date.parse(toldFrom ?? '');
  const searched = Date.parse(searchedAt ?? '');
  const log = new ToldLog(told, Number.isNaN(from) ? undefined : from);
  log.counts = counts;
  if (!Number.isNaN(searched)) log.searchedAt = searched;
  return log;
}

export function savedTold(log: ToldLog): SavedTold {
  const { from, counts, searchedAt } = log;
  return {
    ...(log.size === 0 ? {} : { told: log.entries() }),
    ...(from === undefined ? {} : { toldFrom: new Date(from).toISOString() }),
    ...(counts === undefined ? {} : { counts }),
    ...(searchedAt === undefined ? {} : { searchedAt: new Date(searchedAt).toISOString() }),
  };
}

/** Remembers all that one catching up has found. */
export function foundLog(): ToldLog {
  const no = Number.POSITIVE_INFINITY;
  return new ToldLog([], undefined, { ms: no, most: no });
}

/**
 * By what an event is remembered; `undefined` for one that a search cannot come upon. What was moved or copied here is
 * found as if it had been made or changed; of a folder, that it was changed.
 */
function keyOf(event: MailboxEvent): string | undefined {
  if (!('itemId' in event)) return event.eventType === 'Modified' ? keyFor('Modified', event.folderId) : undefined;
  switch (event.eventType) {
    case 'NewMail':
    case 'Created':
    case 'Modified':
      return keyFor(event.eventType, event.itemId);
    case 'Moved':
    case 'Copied':
      return keyFor('Came', event.itemId);
    default:
      return undefined;
  }
}

function keyFor(kind: string, { id }: { readonly id: string }): string {
  return shortDigest(`${kind} ${id}`, 12);
}
