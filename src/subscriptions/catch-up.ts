import { delay } from '../clock.js';
import { toEwsError, type EwsError } from '../protocol/ews-error.js';
import type { MailboxEvent } from '../protocol/mailbox-event.js';
import { gatesOf } from './account-gates.js';
import { BackOff } from './back-off.js';
import { catchUpByTime } from './catch-up-by-time.js';
import type { CatchUpOptions, CatchUpSteps } from './catch-up-steps.js';
import type { GapReason } from './engine-listener.js';
import { HoldBack } from './hold-back.js';
import { isoTime } from './iso-time.js';
import type { PresentFolders } from './present-folders.js';
import { replay, takeBookmark } from './replay.js';
import type { Ride } from './ride.js';
import type { StreamPosition } from './stream-position.js';
import { foundLog, type ToldLog } from './told-log.js';

/** What {@link CatchUp.live} asks of a {@link Ride}, when it needs it. */
type OngoingRide = Pick<Ride, 'isOver' | 'signal'>;

interface Found {
  readonly log: ToldLog;
  /** When the search began (ms since 1970, by the server's clock). */
  readonly at: number | undefined;
}

/** Nothing under way. */
const NOTHING = Promise.resolve();

/** Tells what a stream did not bring, before what it brings: holds live events back, replays from the bookmark, lets go. */
export class CatchUp {
  readonly #options: CatchUpOptions;
  readonly #position: StreamPosition;
  readonly #present: Pick<PresentFolders, 'description'>;
  readonly #steps: CatchUpSteps;
  /** Made when something is caught up for the first time. */
  #holdBack: HoldBack | undefined;
  #missing: GapReason | undefined;
  /** Whether the stream was not there all the time since the last round of catching up began. */
  #mayBeLost = false;
  #wasCut = false;
  /** Whether the server had nothing to tell since catching up was over. */
  #wasQuiet = false;
  /** What a search has found, until it is known what of that happened after the bookmark. */
  #found: Found | undefined;
  #running: Promise<void> = NOTHING;
  /** Live events that are being sent. */
  #telling: Promise<void> = NOTHING;

  /** @param present what there is to catch up with: without folders that are missing */
  constructor(
    options: CatchUpOptions,
    position: StreamPosition,
    present: Pick<PresentFolders, 'description'>,
    steps: CatchUpSteps,
  ) {
    this.#options = options;
    this.#position = position;
    this.#present = present;
    this.#steps = steps;
  }

  /** Events may be missing; the first reason is the one that is told. */
  needed(reason: GapReason): void {
    this.#mayBeLost = true;
    this.#missing ??= reason;
  }

  /** The stream has ended in a way in which events may be lost. */
  cut(): void {
    this.#wasCut = true;
    this.needed('no-watermark');
  }

  /** Whether there is nothing to catch up, and nothing that could have been lost with the stream before. */
  get isIdle(): boolean {
    return !this.#wasCut && !this.isNeeded && !this.isHolding;
  }

  /** There is a stream: what is missing is caught up first. */
  opened(signal: AbortSignal): void {
    // Until now the server may have written into the one before, even if what was missed has been looked for meanwhile.
    if (this.#wasCut) this.needed('no-watermark');
    this.#wasCut = false;
    if (this.isNeeded) this.start(signal);
  }

  get isNeeded(): boolean {
    return this.#missing !== undefined;
  }

  notNeeded(): void {
    this.#missing = undefined;
    this.#wasCut = false;
  }

  /** Begins, unless it is under way: then it goes on until nothing is missing any more. */
  start(signal: AbortSignal): void {
    if (this.isHolding) return;
    this.#wasQuiet = false;
    // Not at once: even where there is nothing to wait for, it must not be over before the holding back has begun.
    this.#running = Promise.resolve()
      .then(() => this.#run(signal))
      .catch((thrown: unknown) => {
        // Whatever was being sent may not have been.
        this.needed('no-watermark');
        this.#steps.dropped(toEwsError(thrown));
      });
    this.#behind.hold(this.#running);
  }

  /** Resolves when nothing of it is under way; never rejects. */
  async over(): Promise<void> {
    await Promise.all([this.#running, this.#telling]);
  }

  /** Live events: sent in their turn, without those that were caught up already. */
  live(events: readonly MailboxEvent[], ride: OngoingRide): Promise<void> {
    const told = this.#tell(events, ride);
    this.#telling = told.catch(() => undefined);
    return told;
  }

  get #behind(): HoldBack {
    return (this.#holdBack ??= new HoldBack(this.#position.toldUntil));
  }

  async #tell(events: readonly MailboxEvent[], ride: OngoingRide): Promise<void> {
    const position = this.#position;
    let held = events;
    if (!this.isHolding) {
      const { unseen, doubtful } = this.#holdBack?.sift(events) ?? { unseen: events, doubtful: [] };
      const news = unseen.filter((event) => !position.isTold(event));
      if (news.length > 0) await this.#steps.send(news, 'live');
      // A flow may have taken its time with the rest. What comes after this ride catches up with these.
      if (doubtful.length > 0 && ride.isOver) this.needed('no-watermark');
      if (doubtful.length === 0 || ride.isOver) return;
      this.#missing ??= 'no-watermark';
      this.start(ride.signal);
      held = doubtful;
    }
    await this.#behind.keep(held, position.watermark !== undefined);
  }

  /** Whether live events are being held back. */
  get isHolding(): boolean {
    return this.#holdBack?.isHolding ?? false;
  }

  /** The server has nothing more to tell at present. */
  quiet(): void {
    if (this.isHolding) return;
    this.#position.quiet();
    // The first may have been written before what is known from elsewhere, and have been read after it.
    if (this.#wasQuiet) this.#holdBack = undefined;
    this.#wasQuiet = true;
  }

  /** Lets go of what is held back: it was not sent, and is caught up with the rest. */
  giveUp(): void {
    if (this.isHolding) this.needed('no-watermark');
    this.#holdBack?.release();
  }

  /** What was missed cannot be told, as there is no bookmark from before. `answeredAt`: until when, in ms since 1970. */
  leaveOut(answeredAt: number | undefined): void {
    const why = this.#missing;
    this.#missing = undefined;
    if (why !== undefined) this.#tellGap(why, this.#position.upTo, isoTime(answeredAt));
  }

  async #run(signal: AbortSignal): Promise<void> {
    const backOff = new BackOff(this.#options.account.random);
    do {
      await this.#fetch(signal, backOff);
      await this.#sendHeld(signal);
    } while (!signal.aborted && this.isNeeded);
    if (signal.aborted) return;
    this.#holdBack?.release();
    if (this.#holdBack?.isSpent) this.#holdBack = undefined;
    this.#running = NOTHING;
    this.#steps.caughtUp();
  }

  async #fetch(signal: AbortSignal, backOff: BackOff): Promise<void> {
    const isOver = () => signal.aborted;
    while (!isOver()) {
      const why = this.#missing;
      if (why === undefined) break;
      this.#missing = undefined;
      const mayBeLost = this.#mayBeLost;
      this.#mayBeLost = false;
      try {
        this.#behind.begin(mayBeLost);
        await gatesOf(this.#options.account).replays.pass(signal, async () => {
          const { watermark } = this.#position;
          if (watermark === undefined) await this.#findByTime(why, signal);
          else if (this.#found && !mayBeLost) await this.#passOver(this.#found, watermark, signal);
          else await this.#replay(watermark, signal, backOff);
        });
        this.#behind.end();
      } catch (thrown) {
        this.#missing = why;
        this.#mayBeLost ||= mayBeLost;
        if (!isOver()) await this.#trouble(toEwsError(thrown), backOff, signal);
      }
    }
  }

  async #sendHeld(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      // What was dropped meanwhile comes before the rest, with another replay, which is shorter than the one before.
      if (this.#behind.takeDropped()) this.needed('no-watermark');
      if (this.#behind.isInDoubt) this.#missing ??= 'no-watermark';
      const held = this.isNeeded ? [] : this.#behind.takeHeld();
      if (held.length === 0) return;
      const news = held.filter((event) => !this.#position.isTold(event));
      if (news.length > 0) await this.#steps.send(news, 'live');
    }
  }

  /** What catching up asks the server about. */
  async #ask(signal: AbortSignal): Promise<Parameters<typeof replay>[0]> {
    const { account } = this.#options;
    const description = this.#present.description;
    return { connection: await account.connect(description.mailbox), account, description, signal };
  }

  async #replay(watermark: string, signal: AbortSignal, backOff: BackOff): Promise<void> {
    const position = this.#position;
    const ask = await this.#ask(signal);
    let last = watermark;
    for await (const { events, watermark: next } of replay(ask, watermark)) {
      // It goes forward: what went wrong before is over.
      backOff.reset();
      const older = this.#behind.takeOlder(events).filter((event) => !position.isTold(event));
      if (older.length > 0) await this.#steps.send(older, 'live');
      // What had been sent does not come on the stream again.
      const unsent = position.sent.missing(events);
      this.#behind.replayed(unsent);
      // What a search found after the bookmark was taken comes again from there.
      const missed = unsent.filter((event) => !position.told.knows(event) && !this.#wasFound(event));
      if (missed.length > 0) await this.#steps.send(missed, 'replayed');
      // However long it is, what goes wrong from here on begins again behind this page.
      if (next !== undefined) position.passed(events, next);
      last = next ?? last;
    }
    this.#found = undefined;
    position.told.release();
    await position.begin(ask.connection, { watermark: last, serverTime: undefined });
  }

  /**
   * What the search has found of the time after the bookmark counts as sent, so that no later replay tells it again. The
   * rest comes on the stream, and in order there, after what may still be queued from before.
   */
  async #passOver({ log, at }: Found, watermark: string, signal: AbortSignal): Promise<void> {
    const position = this.#position;
    const found: MailboxEvent[] = [];
    for await (const { events } of replay(await this.#ask(signal), watermark)) {
      found.push(...events.filter((event) => position.told.knows(event) || log.covers(event, at)));
    }
    position.sent.add(found);
    this.#found = undefined;
    position.told.release();
    await position.save();
  }

  #wasFound(event: MailboxEvent): boolean {
    if (this.#found) return this.#found.log.covers(event, this.#found.at);
    // By a run that ended before it was passed over.
    const { told } = this.#position;
    return told.searchedAt !== undefined && told.covers(event, told.searchedAt);
  }

  /** Without a bookmark. A new one is taken before, where there are any, so that nothing falls between the two. */
  async #findByTime(reason: GapReason, signal: AbortSignal): Promise<void> {
    const { missed } = this.#options;
    const position = this.#position;
    const { upTo, told } = position;
    if (missed === 'skip') {
      this.#tellGap(reason, upTo, position.beganAt);
      await position.caughtUp(position.beganAt);
      return;
    }
    const ask = await this.#ask(signal);
    const { connection } = ask;
    const bookmark = connection.traits.watermarks === false ? undefined : await takeBookmark(ask);
    const until = await catchUpByTime(ask, {
      reason,
      upTo,
      told,
      holds: bookmark?.watermark !== undefined,
      found: (events, serverTime) => {
        this.#behind.found(events, serverTime);
        this.#found = { log: foundLog(), at: serverTime };
        this.#found.log.add(events);
      },
      send: async (events) => {
        await this.#steps.send(events, 'found');
        await position.save();
      },
      gap: (why, end) => {
        this.#tellGap(why, reason === 'position-lost' ? undefined : upTo, end ?? isoTime(bookmark?.answeredAt));
      },
    });
    if (bookmark?.watermark === undefined) return position.caughtUp(until);
    await position.begin(connection, bookmark);
    // Else what the search found of the time after the bookmark would come again with the next replay.
    this.#missing ??= reason;
  }

  async #trouble(error: EwsError, backOff: BackOff, signal: AbortSignal): Promise<void> {
    const { account, listener } = this.#options;
    switch (error.action) {
      case 'forget-watermark':
        this.#position.forget();
        this.#missing = 'watermark-refused';
        return;
      case 'stop':
      case 'authenticate':
      case 'stop-target':
        this.#steps.dropped(error);
        return;
      default:
        if (backOff.failures === 1) listener.error(error);
        await delay(account.clock, backOff.next(error.backOffMs), signal);
    }
  }

  #tellGap(reason: GapReason, from: string | undefined, until: string | undefined): void {
    const { listener, missed, account } = this.#options;
    const description = this.#present.description;
    if (missed === 'skip') listener.skipped(from, until);
    else listener.gap({ mailbox: description.mailbox || account.email, from, until, reason });
  }
}
