import type { EwsError } from '../protocol/ews-error.js';
import type { MailboxEvent } from '../protocol/mailbox-event.js';
import { subscribe, type SubscribeResponse } from '../protocol/subscribe.js';
import type { EwsAnswer } from '../transport/ews-client.js';
import { contextOf, type AccountConnection } from './account-link.js';
import { catchUpByTime } from './catch-up-by-time.js';
import type { GapReason } from './engine-listener.js';
import type { HeldSubscriptionOptions } from './held-subscription-options.js';
import { isoTime } from './iso-time.js';
import { NamedFolders } from './named-folders.js';
import { folderCameBack, PresentFolders } from './present-folders.js';
import { hasBegun, POSITION_FORMAT, type PositionRecord } from './position-record.js';
import { sameSubscription, scopeOf } from './subscription-description.js';
import { foundLog, restoreTold, savedTold, ToldLog } from './told-log.js';

/** A pull or push subscription on the server together with its position: restored, made, moved on, given up. */
export class HeldSubscription {
  readonly #options: HeldSubscriptionOptions;
  readonly #present: PresentFolders;
  readonly #folders: NamedFolders;
  #connection: AccountConnection | undefined;
  #id: string | undefined;
  #watermark: string | undefined;
  #upTo: string | undefined;
  #paused = false;
  #pausedSet = false;
  /** Why events may be missing if the next subscription begins now. */
  #interrupted: GapReason | undefined;
  #catchingUp = false;
  /** Why something is to be looked for without a watermark, before anything else is told. */
  #toFind: GapReason | undefined;
  /** The server's clock when it was asked for the present subscription, and when it had made it (ISO 8601). */
  #beganAt: string | undefined;
  #madeAt: string | undefined;
  #told = new ToldLog();
  #found = foundLog();
  /** When the search began that found it, by the server's clock (ms since 1970). */
  #foundAt: number | undefined;
  /** When the server last answered, by the local clock, and whether something went wrong since. */
  #answeredAt = 0;
  #troubled = false;

  constructor(options: HeldSubscriptionOptions) {
    this.#options = options;
    const { account, description, listener } = options;
    this.#present = new PresentFolders(account, description, listener);
    this.#folders = new NamedFolders(account, description, this.#present);
  }

  get id(): string | undefined {
    return this.#id;
  }

  get watermark(): string | undefined {
    return this.#watermark;
  }

  /** Up to when everything was told, by the server's clock (ISO 8601). */
  get upTo(): string | undefined {
    return this.#upTo;
  }

  /** Whether {@link findMissed} is still to find what was missed before it began: until then it is not kept for after a restart. */
  get isProvisional(): boolean {
    return this.#toFind !== undefined;
  }

  /** Whether what comes next was missed while away. */
  get catchingUp(): boolean {
    return this.#catchingUp;
  }

  /** The server's clock when it made the subscription (ms since 1970), where that is known. */
  get begunAt(): number | undefined {
    return this.#beganAt === undefined ? undefined : Date.parse(this.#beganAt);
  }

  /** The server has nothing more: what was missed has come. */
  caughtUp(): void {
    this.#catchingUp = false;
    if (this.#found.size > 0) this.#found = foundLog();
  }

  /** A subscription that another node has just made begins here (see `Beginning`); none, where it is still to be made. */
  adopt(subscriptionId: string | undefined, watermark: string | undefined, freshAt?: number): void {
    this.#id = subscriptionId;
    this.#watermark = watermark;
    this.#upTo = isoTime(freshAt);
    this.#told.begin(freshAt);
  }

  /** Takes up what an earlier run left, as far as it is about the same thing. `readable`: whether it could be read. */
  restore(connection: AccountConnection, readable: boolean): void {
    this.#connection = connection;
    const { keeper, description, missed, delivery } = this.#options;
    const record = keeper.record;
    if (!readable) this.#interrupted = 'position-lost';
    if (!record || record.server !== connection.server.name || record.incarnation !== connection.server.incarnation)
      return;
    // Told while there was no connection yet, it holds against what an earlier run left.
    this.#paused = this.#pausedSet ? this.#paused : (record.paused ?? false);
    this.#upTo = record.upTo;
    this.#told = restoreTold(record);
    // Whatever is kept was kept of watching.
    const began = hasBegun(record);
    if (began) this.#interrupted = 'no-watermark';
    const same = sameSubscription(record.about, description) && delivery.fits(record);
    const reusable = missed === 'recover' && !record.partial && same;
    if (record.subscriptionId !== undefined && !reusable) {
      void delivery.end({ ...record.about, subscriptionId: record.subscriptionId });
    }
    if (missed === 'skip') return;
    this.#watermark = record.sentSince ? undefined : record.watermark;
    this.#catchingUp = began;
    if (!reusable) return;
    this.#id = record.subscriptionId;
    // Where there was a subscription and no watermark, the server gives none.
    if (this.#id !== undefined) connection.traits.watermarks ??= record.watermark !== undefined;
  }

  /** Subscribes: from the watermark if there is one, else from now on; {@link findMissed} then deals with what that leaves out. */
  async open(connection: AccountConnection, signal: AbortSignal): Promise<void> {
    this.#connection = connection;
    const from = this.#watermark;
    const { response, serverTime, answeredAt } = await this.#subscribe(connection, signal);
    this.#id = response.subscriptionId;
    this.#watermark = response.watermark ?? from;
    this.#answered();
    this.#folders.begin(answeredAt);
    this.#beganAt = isoTime(serverTime);
    this.#madeAt = isoTime(answeredAt);
    if (from !== undefined) this.#catchingUp = true;
    else if (this.#interrupted !== undefined) this.#toFind = this.#interrupted;
    else {
      // Watching begins: there is nothing before.
      this.#upTo = this.#beganAt;
      this.#told.begin(serverTime);
    }
    this.#interrupted = undefined;
    await this.save();
  }

  /** Sends, with `send`, what was missed where there was no watermark to begin at. Throws an `EwsError`, to be tried again. */
  async findMissed(
    connection: AccountConnection,
    signal: AbortSignal,
    send: (events: readonly MailboxEvent[]) => Promise<void>,
  ): Promise<void> {
    const reason = this.#toFind;
    if (reason === undefined) return;
    const { account, description, missed, listener } = this.#options;
    const upTo = this.#upTo;
    if (missed === 'skip') {
      listener.skipped(upTo, this.#beganAt);
      this.#upTo = this.#beganAt;
    } else {
      const ask = { connection, account, description: this.#present.description, signal };
      const until = await catchUpByTime(ask, {
        reason,
        upTo,
        told: this.#told,
        found: (events, serverTime) => {
          this.#found.add(events);
          this.#foundAt = serverTime;
        },
        send: async (events) => {
          await send(events);
          this.#told.add(events);
          await this.save();
        },
        gap: (why, end) => {
          const span = { from: reason === 'position-lost' ? undefined : upTo, until: end ?? this.#madeAt };
          listener.gap({ mailbox: description.mailbox || account.email, ...span, reason: why });
        },
      });
      this.#upTo = until ?? this.#beganAt ?? upTo;
    }
    this.#toFind = undefined;
    await this.save();
  }

  async #subscribe(connection: AccountConnection, signal: AbortSignal): Promise<EwsAnswer<SubscribeResponse>> {
    const { account, description, delivery } = this.#options;
    const all = this.#folders.wantAll(connection);
    const from = this.#watermark;
    const answer = await this.#present.around(connection, signal, async (present) => {
      const request = await delivery.request({
        scope: all ? { allFolders: true } : scopeOf(present),
        events: description.events,
        ...(from === undefined ? {} : { watermark: from }),
      });
      // Push is known by its address, also before it is answered.
      const end = ({ subscriptionId }: SubscribeResponse) => delivery.end({ ...description, subscriptionId });
      const late = request.delivery === 'push' ? undefined : end;
      return connection.client.call(subscribe, request, contextOf(description, account.email, signal), late);
    });
    const { subscriptionId, watermark } = answer.response;
    connection.traits.watermarks = watermark !== undefined;
    if (all || !this.#folders.wantAll(connection)) return answer;
    // Only now it shows what kind of server it is, and that this subscription would tell too little.
    await delivery.end({ ...description, subscriptionId });
    return this.#subscribe(connection, signal);
  }

  /** The events that are wanted, of those that came. Never rejects. */
  async wanted(
    events: readonly MailboxEvent[],
    connection: AccountConnection,
    signal: AbortSignal,
  ): Promise<readonly MailboxEvent[]> {
    const refined = await this.#folders.refine(events, connection, signal);
    return refined.filter((event) => !this.#told.knows(event) && !this.#found.covers(event, this.#foundAt));
  }

  /** Looks up what {@link wanted} will need. Throws an `EwsError`. */
  async prepare(connection: AccountConnection, signal: AbortSignal): Promise<void> {
    if (this.#present.isDue && (await this.#present.cameBack(connection, signal))) {
      this.#folders.lookUpAnew();
      await this.giveUp();
      throw folderCameBack();
    }
    await this.#folders.prepare(connection, signal);
    // Before that, they are compared with what was when everything had been told.
    if (this.#toFind === undefined) this.#told.counts ??= this.#folders.counts;
  }

  #answered(): void {
    this.#answeredAt = this.#options.account.clock.now();
    this.#troubled = false;
  }

  /** A question was not answered as it should be. */
  failed({ action }: EwsError): void {
    if (action !== 'resubscribe') this.#troubled = true;
  }

  /** The server does not know the subscription any more. */
  lost(error: EwsError): void {
    this.#id = undefined;
    this.#interrupted = error.action === 'resubscribe-and-catch-up' ? 'events-missed' : 'no-watermark';
    const isInterruption = error.code !== folderCameBack().code && !this.hasRunOut;
    if (this.#options.missed === 'skip' && isInterruption) this.#watermark = undefined;
  }

  /** Whether nobody has asked for so long that the subscription ran out: that is no interruption, however long it is. */
  get hasRunOut(): boolean {
    const { account, delivery } = this.#options;
    const { lifetimeMs = Number.POSITIVE_INFINITY } = delivery;
    return !this.#troubled && account.clock.now() - this.#answeredAt >= lifetimeMs;
  }

  /** Begins anew from now on after a time that shall be skipped. */
  async skip(): Promise<void> {
    if (this.#id === undefined && this.#watermark === undefined) return;
    this.#watermark = undefined;
    this.#interrupted = 'no-watermark';
    await this.giveUp();
  }

  watermarkRefused(): void {
    this.#id = undefined;
    this.#watermark = undefined;
    this.#interrupted = 'watermark-refused';
  }

  /** An answer with events may have been lost for good. */
  answerLost(): void {
    this.#toFind ??= 'no-watermark';
  }

  /** Gives the subscription up, to make another from the same watermark. */
  async giveUp(): Promise<void> {
    const { delivery, description } = this.#options;
    const id = this.#id;
    this.#id = undefined;
    if (id !== undefined) await delivery.end({ ...description, subscriptionId: id });
  }

  /** The mailbox is served elsewhere: where that is is looked for, and any back end may be right. */
  mailboxMoved(): void {
    const { description, account } = this.#options;
    this.#connection?.client.forgetAffinity((description.mailbox || account.email).toLowerCase());
    account.relocate(description.mailbox);
  }

  /** `events`, all up to `watermark`, were sent. Resolves when that is durable. */
  async moveTo(
    watermark: string | undefined,
    serverTime: number | undefined,
    events: readonly MailboxEvent[],
  ): Promise<void> {
    const moved = watermark !== undefined && watermark !== this.#watermark;
    this.#told.add(events);
    this.#watermark = watermark ?? this.#watermark;
    this.#upTo = isoTime(serverTime) ?? this.#upTo;
    this.#answered();
    // Without watermarks the position is the time alone; a poll that brought nothing is not worth a write.
    if (moved || events.length > 0) await this.save();
  }

  async setPaused(paused: boolean): Promise<void> {
    this.#paused = paused;
    this.#pausedSet = true;
    if (this.#connection) await this.save();
    // Before there is a connection, only what is kept already can be changed.
    else await this.#options.keeper.change({ paused });
  }

  /** Ends the subscription on the server and forgets where it was: what comes next begins then. */
  async forget(): Promise<void> {
    this.#watermark = undefined;
    this.#interrupted = undefined;
    this.#toFind = undefined;
    this.#upTo = undefined;
    this.#told = new ToldLog();
    await this.giveUp();
    if (this.#connection) await this.save();
  }

  async save(closed = false): Promise<void> {
    const { keeper, description, delivery, adopted } = this.#options;
    const server = this.#connection?.server;
    if (!server) return;
    // What was missed is looked for again after a crash: the new subscription does not know of it.
    const stands = !this.isProvisional;
    const record: PositionRecord = {
      format: POSITION_FORMAT,
      ...keeper.key,
      server: server.name,
      ...(server.incarnation === undefined ? {} : { incarnation: server.incarnation }),
      about: description,
      ...(this.#id !== undefined && stands ? { subscriptionId: this.#id } : {}),
      ...(this.#watermark !== undefined && stands ? { watermark: this.#watermark } : {}),
      ...(this.#upTo === undefined ? {} : { upTo: this.#upTo }),
      ...savedTold(this.#told),
      ...(this.#paused ? { paused: true } : {}),
      ...(closed && this.#watermark === undefined ? { closed } : {}),
      ...delivery.kept(),
      ...(this.#present.isPartial ? { partial: true } : {}),
      ...(adopted ? { adopted } : {}),
    };
    await keeper.save(record, closed);
  }
}
