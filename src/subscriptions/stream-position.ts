import type { Clock, Timer } from '../clock.js';
import type { MailboxEvent } from '../protocol/mailbox-event.js';
import { ownText } from '../protocol/own-text.js';
import type { AccountConnection, AccountLink } from './account-link.js';
import type { FolderCounts } from './folder-counts.js';
import { isoTime } from './iso-time.js';
import type { PositionKeeper } from './position-keeper.js';
import { POSITION_FORMAT, type AdoptedSubscription, type PositionRecord } from './position-record.js';
import { takeBookmark, type Bookmark } from './replay.js';
import { eventKey, SentLog } from './sent-log.js';
import { sameSubscription, type SubscriptionDescription } from './subscription-description.js';
import { restoreTold, savedTold, SLACK_MS, ToldLog } from './told-log.js';

/** Writes are grouped: a position is durable this long after the events were sent, at the latest. In milliseconds. */
const SAVE_WITHIN_MS = 50;
/** After so many events a new bookmark is worth its three requests. */
const EVENTS_PER_BOOKMARK = 300;
/**
 * A bookmark is renewed after a day at the latest, in milliseconds: old ones are costly for the server, then refused. When
 * in the second half of it is left to chance, as thousands of mailboxes may have begun in the same minute.
 */
const BOOKMARK_LIFE_MS = 24 * 60 * 60_000;
/** What was sent since a bookmark is remembered up to so many events; where it cannot be renewed, more may come twice. */
const MAX_SENT = 5000;
/** After a bookmark could not be taken, the next attempt waits for so long, in milliseconds. */
const BOOKMARK_RETRY_MS = 5 * 60_000;

interface Restored {
  /** Up to when everything was told, by the server's clock (ms since 1970). */
  readonly upTo: number;
  /** Whether nothing that came before the bookmark is still to be told. */
  readonly isExact: boolean;
}

/**
 * How far a stream has come. Streams have no watermark, so a bookmark from a pull subscription stands in for it,
 * together with what was sent since.
 */
export class StreamPosition {
  readonly #keeper: PositionKeeper;
  readonly #description: SubscriptionDescription;
  readonly #clock: Clock;
  readonly #adopted: AdoptedSubscription | undefined;
  readonly #random: () => number;
  #connection: AccountConnection | undefined;
  #watermark: string | undefined;
  /** Made when something is sent: of thousands of mailboxes, most are idle. */
  #sent: SentLog | undefined;
  /** When the bookmark is to be taken anew (ms since 1970). */
  #renewAt = 0;
  /** A newer bookmark that counts as soon as everything before it was sent. */
  #next: { readonly bookmark: Bookmark; readonly sent: SentLog; wasQuiet?: boolean } | undefined;
  #renewNotBefore = 0;
  #timer: Timer | undefined;
  #removed = false;
  /** Made when something is told, or looked for: most are idle. */
  #told: ToldLog | undefined;
  /** Since when everything that was told is in it, from the moment it is made (ms since 1970, by the server's clock). */
  #toldFrom: number | undefined;
  /** What an earlier run had told, if there was one. */
  #restored: Restored | undefined;
  /** Events came since the server last had nothing to tell. */
  #isLively = false;
  subscriptionId: string | undefined;
  upTo: string | undefined;
  /** The server's clock when the present subscription was made (ISO 8601). */
  beganAt: string | undefined;
  paused = false;
  /** See {@link PositionRecord.partial}. */
  partial = false;

  constructor(
    keeper: PositionKeeper,
    description: SubscriptionDescription,
    { clock, random }: Pick<AccountLink, 'clock' | 'random'>,
    adopted?: AdoptedSubscription,
  ) {
    this.#keeper = keeper;
    this.#description = description;
    this.#clock = clock;
    this.#adopted = adopted;
    this.#random = random;
  }

  get watermark(): string | undefined {
    return this.#watermark;
  }

  /** What was sent since the bookmark. */
  get sent(): SentLog {
    return (this.#sent ??= newSentLog());
  }

  /** What was told of items lately, for catching up by time. */
  get told(): ToldLog {
    return (this.#told ??= new ToldLog([], this.#toldFrom));
  }

  /** How much the folders had lost when everything was told, unless that is known already. */
  counted(counts: FolderCounts | undefined): void {
    if (counts !== undefined) this.told.counts ??= counts;
  }

  /**
   * Whether an event was told in another way: a search found it, and now the server brings what it had queued for the
   * subscription of an earlier run.
   */
  isTold(event: MailboxEvent): boolean {
    if (this.#told?.knows(event)) return true;
    // A run that began anew has no earlier one to compare with.
    if (!this.#told || !this.#restored) return false;
    const { upTo } = this.#restored;
    return Date.parse(event.timeStamp) < upTo && this.#told.covers(event, upTo);
  }

  /**
   * Up to when an earlier run had told everything that was before its bookmark, by the server's clock (ms since 1970): what
   * its subscription still brings of that time was told, or comes after the bookmark.
   */
  get toldUntil(): number | undefined {
    return this.#restored?.isExact ? this.#restored.upTo : undefined;
  }

  /** What an earlier run left of the same mailbox on the same server. `useId`: whether the subscription is about the same. */
  restore(
    connection: AccountConnection,
  ): { readonly record: PositionRecord; readonly sameSubscription: boolean } | undefined {
    this.#connection = connection;
    const { record } = this.#keeper;
    if (!record || record.server !== connection.server.name || record.incarnation !== connection.server.incarnation)
      return undefined;
    this.#watermark = record.watermark;
    this.#sent = record.sentSince && newSentLog(record.sentSince);
    this.#renewAt = this.#inADay();
    this.upTo = record.upTo;
    this.#told = restoreTold(record);
    const upTo = Date.parse(record.upTo ?? '');
    const isExact = record.watermark !== undefined && record.searchedAt === undefined;
    this.#restored = Number.isNaN(upTo) ? undefined : { upTo, isExact };
    this.paused = record.paused ?? false;
    const isOurs = (record.delivery ?? 'streaming') === 'streaming' && !record.partial;
    return { record, sameSubscription: isOurs && sameSubscription(record.about, this.#description) };
  }

  /** Everything before `bookmark` was sent, and nothing after it. */
  async begin(connection: AccountConnection, { watermark, serverTime }: Bookmark): Promise<void> {
    this.#connection = connection;
    this.#watermark = watermark === undefined ? undefined : ownText(watermark);
    this.#sent = undefined;
    this.#next = undefined;
    this.#renewNotBefore = 0;
    this.#renewAt = this.#inADay();
    this.watches(serverTime);
    this.upTo = this.beganAt ?? this.upTo;
    await this.save();
  }

  /** It has been watched since `serverTime`, by a subscription that holds all from then on (ms since 1970). */
  async beginAt(connection: AccountConnection, serverTime: number): Promise<void> {
    this.#connection = connection;
    this.watches(serverTime);
    await this.save();
  }

  /**
   * A server without watermarks gives no position before the first event, and a crash may come before that: it is kept
   * since when is watched.
   */
  async beginWithout(
    ask: Pick<Parameters<typeof takeBookmark>[0], 'account' | 'description'>,
    connection: AccountConnection,
    signal: AbortSignal,
  ): Promise<void> {
    const { account, description } = ask;
    const { serverTime } = await takeBookmark({ connection, account, description, signal });
    this.watches(serverTime);
    await this.save();
  }

  /** A subscription exists. The first one is where watching begins. @param serverTime ms since 1970 */
  watches(serverTime: number | undefined): void {
    this.beganAt = isoTime(serverTime);
    if (this.upTo !== undefined || serverTime === undefined) return;
    this.upTo = this.beganAt;
    if (this.#told) this.#told.begin(serverTime);
    else this.#toldFrom = serverTime;
  }

  /** Without a watermark: everything up to `until` was told (ISO 8601, by the server's clock). */
  caughtUp(until: string | undefined): Promise<void> {
    this.upTo = until ?? this.upTo;
    return this.save();
  }

  /** Everything up to `watermark` was sent; `events` are what happened between it and the one before. */
  passed(events: readonly MailboxEvent[], watermark: string): void {
    for (const event of events) this.sent.take(event);
    this.#watermark = ownText(watermark);
    this.#next = undefined;
    this.#renewAt = this.#inADay();
    this.#saveSoon();
  }

  /** What comes next begins then. */
  beginAnew(): void {
    this.forget();
    this.upTo = undefined;
    this.#told = undefined;
    this.#toldFrom = undefined;
  }

  /** The bookmark is of no use any more. */
  forget(): void {
    this.#watermark = undefined;
    if (this.#restored) this.#restored = { ...this.#restored, isExact: false };
    this.#sent = undefined;
    this.#next = undefined;
  }

  /** Events were sent. They count as kept within {@link SAVE_WITHIN_MS}. */
  add(events: readonly MailboxEvent[]): void {
    for (const event of events) {
      const key = eventKey(event);
      this.sent.addKey(key);
      this.#next?.sent.addKey(key);
    }
    this.told.add(events);
    this.#isLively = true;
    const last = events.at(-1);
    if (last) this.#settle(Date.parse(last.timeStamp));
    this.#saveSoon();
  }

  #saveSoon(): void {
    if (this.#removed) return;
    this.#timer ??= this.#clock.setTimer(() => {
      this.#timer = undefined;
      void this.save();
    }, SAVE_WITHIN_MS);
  }

  /** Whether it is time for a new bookmark. */
  get wantsBookmark(): boolean {
    const now = this.#clock.now();
    if (this.#watermark === undefined || this.#next || now < this.#renewNotBefore) return false;
    return (this.#sent?.size ?? 0) >= EVENTS_PER_BOOKMARK || now > this.#renewAt;
  }

  #inADay(): number {
    return this.#clock.now() + BOOKMARK_LIFE_MS * (0.5 + this.#random() / 2);
  }

  /** Takes a new bookmark with `take`; it counts when what came before it has been sent. Never rejects. */
  async renew(take: () => Promise<Bookmark>): Promise<void> {
    // From here on, as what is sent while the server answers may lie on either side of the bookmark.
    const sent = newSentLog();
    const pending = { bookmark: { watermark: undefined, serverTime: undefined } as Bookmark, sent };
    this.#next = pending;
    try {
      const bookmark = await take();
      if (this.#next !== pending) return;
      if (bookmark.watermark === undefined) this.#notRenewed();
      else this.#next = { bookmark, sent };
    } catch {
      if (this.#next === pending) this.#notRenewed();
    }
  }

  /** The old bookmark still holds. A server in trouble is not to be asked again with each event or heartbeat. */
  #notRenewed(): void {
    this.#next = undefined;
    this.#renewNotBefore = this.#clock.now() + BOOKMARK_RETRY_MS;
  }

  /** The server has nothing more to tell at present: all that happened before now was sent. */
  quiet(): void {
    if (this.#isLively && this.upTo !== undefined) {
      // A folder says of its last change that it was a little later than its event did.
      this.upTo = isoTime(Date.parse(this.upTo) + SLACK_MS);
      this.#saveSoon();
    }
    this.#isLively = false;
    const next = this.#next;
    if (next?.bookmark.watermark === undefined) return;
    // The first may have been written before the bookmark was taken, and have been read after it.
    if (next.wasQuiet) this.#settle(Number.POSITIVE_INFINITY);
    else next.wasQuiet = true;
  }

  /** An event of `time` came (ms since 1970); streams keep order, so all before it have come too. */
  #settle(time: number): void {
    const { bookmark, sent } = this.#next ?? {};
    if (bookmark?.watermark === undefined || !sent) return;
    // Times are told to the second.
    if (time < (bookmark.answeredAt ?? Number.POSITIVE_INFINITY) + 1000 && time !== Number.POSITIVE_INFINITY) return;
    this.#watermark = bookmark.watermark;
    if (!(Date.parse(this.upTo ?? '') >= (bookmark.serverTime ?? 0))) this.upTo = isoTime(bookmark.serverTime);
    this.#sent = sent;
    this.#next = undefined;
    this.#renewAt = this.#inADay();
    this.#saveSoon();
  }

  /**
   * Resolves when the position is durable, or when that failed and was reported.
   * @param unlessSaved whether nothing is to be written where it was written as it is
   */
  async save(unlessSaved = false): Promise<void> {
    this.#clock.clearTimer(this.#timer);
    this.#timer = undefined;
    const server = this.#connection?.server;
    if (!server || this.#removed) return;
    const sentSince = this.#watermark === undefined ? [] : (this.#sent?.keys() ?? []);
    const record: PositionRecord = {
      format: POSITION_FORMAT,
      ...this.#keeper.key,
      server: server.name,
      ...(server.incarnation === undefined ? {} : { incarnation: server.incarnation }),
      about: this.#description,
      delivery: 'streaming',
      ...(this.subscriptionId === undefined ? {} : { subscriptionId: this.subscriptionId }),
      ...(this.#watermark === undefined ? {} : { watermark: this.#watermark }),
      ...(sentSince.length === 0 ? {} : { sentSince }),
      ...(this.upTo === undefined ? {} : { upTo: this.upTo }),
      ...savedTold(this.#told ?? new ToldLog([], this.#toldFrom)),
      ...(this.paused ? { paused: true } : {}),
      ...(this.partial ? { partial: true } : {}),
      ...(this.#adopted ? { adopted: this.#adopted } : {}),
    };
    await this.#keeper.save(record, unlessSaved);
  }

  /** Saves it for the last time, where it has changed; what comes after may save another one. */
  async close(): Promise<void> {
    await this.save(true);
    this.#keeper.close();
  }

  /** Forgets the position for good: what is still under way does not bring it back. */
  async remove(): Promise<void> {
    this.#removed = true;
    this.#clock.clearTimer(this.#timer);
    this.#timer = undefined;
    await this.#keeper.remove();
  }
}

function newSentLog(keys: readonly string[] = []): SentLog {
  return new SentLog(keys, MAX_SENT);
}
