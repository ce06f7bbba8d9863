import type { EwsError } from '../protocol/ews-error.js';
import type { MailboxEvent } from '../protocol/mailbox-event.js';
import type { Notification } from '../protocol/notification.js';
import { gatesOf } from './account-gates.js';
import type { AccountConnection } from './account-link.js';
import { beginWithBookmark } from './begin-with-bookmark.js';
import { CatchUp } from './catch-up.js';
import type { CatchUpSteps, HowCame } from './catch-up-steps.js';
import { Contest } from './contest.js';
import { NamedFolders } from './named-folders.js';
import { folderCameBack, PresentFolders } from './present-folders.js';
import { endBegun, endUnread } from './end-begun.js';
import { IdTrust } from './id-trust.js';
import type { LoopSteps, PARKED } from './loop-steps.js';
import { hasBegun, type Beginning } from './position-record.js';
import { renewBookmark } from './renew-bookmark.js';
import { notWanted, Ride, type Rider } from './ride.js';
import type { StreamEngineOptions } from './stream-engine-options.js';
import type { StreamMember } from './stream-member.js';
import { StreamPosition } from './stream-position.js';
import { endStreamed, makeStreamed, tryToEndStreamed, type StreamSubscriber } from './stream-subscription.js';
import { mayHaveRestarted } from '../transport/network-error.js';
import { unlessAborted } from '../transport/unless-aborted.js';
import type { SubscriptionDescription } from './subscription-description.js';
import { SubscriptionLoop } from './subscription-loop.js';

/** Watches one mailbox by a stream that it shares with others: events as they happen, what was missed before what is live. */
export class StreamEngine implements LoopSteps, StreamMember, CatchUpSteps, Rider {
  readonly owner: string;
  readonly connectionTimeout: number;
  readonly #options: StreamEngineOptions;
  readonly #loop: SubscriptionLoop;
  readonly #position: StreamPosition;
  readonly #catchUp: CatchUp;
  readonly #present: PresentFolders;
  readonly #folders: NamedFolders;
  #contest: Contest | undefined;
  readonly trust = new IdTrust();
  #connection: AccountConnection | undefined;
  /** Until it was taken up: thousands of mailboxes have one. */
  #begins: Beginning | undefined;
  #restored = false;
  #lastEventAt: number | undefined;
  #ride = Ride.over();

  /** @param begins what another node has just made, which counts where no position is kept */
  constructor(options: StreamEngineOptions, begins?: Beginning) {
    const { account, listener, description, keeper, adopted, owner, connectionTimeout } = options;
    this.#options = options;
    this.#begins = begins;
    this.#present = new PresentFolders(account, description, listener);
    this.#folders = new NamedFolders(account, description, this.#present);
    this.owner = owner;
    this.connectionTimeout = connectionTimeout;
    this.#loop = new SubscriptionLoop(account.clock, account.random, this, listener);
    this.#position = new StreamPosition(keeper, description, account, adopted);
    this.#catchUp = new CatchUp(options, this.#position, this.#present, this);
  }

  /** Put together when it is needed, which is seldom. */
  get #owner(): StreamSubscriber {
    const [options, position, present] = [this.#options, this.#position, this.#present];
    return { options, who: this, position, present, folders: this.#folders, trust: this.trust };
  }

  get contest(): Contest | undefined {
    return this.#contest;
  }

  get description(): SubscriptionDescription {
    return this.#options.description;
  }

  caughtUp(): void {
    this.#position.counted(this.#folders.counts);
    this.#ride.rest();
    this.#loop.connected(this.#lastEventAt);
  }

  get mailbox(): string {
    return this.description.mailbox;
  }

  get access(): SubscriptionDescription['access'] {
    return this.description.access;
  }

  get subscriptionId(): string {
    return this.#position.subscriptionId ?? '';
  }

  /** Servers without watermarks are those that take one mailbox a stream. */
  get shares(): boolean {
    return this.#connection?.traits.watermarks !== false;
  }

  start(): void {
    this.#loop.start();
  }

  /** Stops reading until {@link resume}, across restarts too. */
  async pause(): Promise<void> {
    await this.#step(() => this.#loop.pause());
    await this.#setPaused(true);
  }

  async resume(): Promise<void> {
    // The old subscription would bring what shall be skipped.
    if (this.#options.missed === 'skip' && this.#loop.isPaused()) await endStreamed(this.#owner);
    // After an unsubscribe it begins from now: there is nothing before.
    if (this.#restored && hasBegun(this.#position)) this.#catchUp.needed('no-watermark');
    await this.#setPaused(false);
    this.#loop.resume();
  }

  async #setPaused(paused: boolean): Promise<void> {
    this.#position.paused = paused;
    if (this.#restored) await this.#position.save();
    else await this.#options.keeper.change({ paused });
  }

  /** Reads on another connection, after what the present one may not have brought. */
  async reopen(): Promise<void> {
    const begun = this.#loop.restart(() => {
      if (this.#restored && this.#options.missed === 'recover') this.#catchUp.needed('no-watermark');
    });
    this.#ride.leave(notWanted());
    await begun;
  }

  /** Ends the subscription on the server; {@link resume} begins anew from then on. */
  async unsubscribe(): Promise<void> {
    await this.pause();
    await endStreamed(this.#owner);
    this.#options.hub.release(this);
    this.#position.beginAnew();
    this.#catchUp.notNeeded();
    await this.#position.save();
  }

  /** @param keep whether the subscription stays on the server, to be used again after a restart */
  async close(keep: boolean): Promise<void> {
    await this.#step(() => this.#loop.close());
    if (!this.#restored) return endBegun(this.#options, this.#begins, 'streaming');
    if (!keep) await endStreamed(this.#owner);
    this.#options.hub.release(this, keep);
    await this.#position.close();
  }

  /** Ends the engine and forgets its position. */
  async drop(): Promise<void> {
    await this.#step(() => this.#loop.close());
    if (!this.#restored) await endUnread(this.#options, this.#begins, 'streaming');
    await endStreamed(this.#owner);
    this.#options.hub.release(this);
    await this.#position.remove();
  }

  async round(): Promise<typeof PARKED | undefined> {
    const ride = (this.#ride = new Ride());
    let parked: typeof PARKED | undefined;
    try {
      if (!(await this.#prepare(ride.signal))) return undefined;
      // From here on nothing is waited for before it is on the stream, so it cannot be left behind there.
      if (ride.isOver || this.#loop.isPaused() || this.#loop.isClosed()) throw notWanted();
      this.#options.hub.join(this);
      parked = this.#loop.park();
      ride.whenLeft(this);
      return parked;
    } finally {
      if (!parked) await this.#endRide(ride);
    }
  }

  alight(ride: Ride): void {
    this.#loop.unpark(async () => {
      await this.#endRide(ride);
      const why = ride.error ?? notWanted();
      throw await (this.#contest ??= new Contest(this.#options.account.clock)).judged(why, () =>
        tryToEndStreamed(this.#owner, this.#loop.signal),
      );
    });
  }

  async #endRide(ride: Ride): Promise<void> {
    ride.end();
    await this.#options.hub.leave(this);
    await this.#catchUp.over();
    this.#catchUp.giveUp();
  }

  /** All that comes before the stream. Returns whether there is to be one: not if it was left paused. */
  async #prepare(signal: AbortSignal): Promise<boolean> {
    const connection = await unlessAborted(this.#options.account.connect(this.mailbox), signal);
    this.#connection = connection;
    if (!this.#restored) this.trust.proven(connection.traits);
    if (!this.#restored && (await this.#restore(connection, signal))) return false;
    if (this.#position.subscriptionId === undefined) this.#loop.enter({ name: 'subscribing' });
    await gatesOf(this.#options.account).starts.pass(signal, async () => {
      this.#options.hub.expect(this, connection);
      await this.#begin(connection, signal);
    });
    return true;
  }

  subscriptionLost(error: EwsError): void {
    this.trust.lost(error);
    if (error.code === 'EWS_FOLDER_CAME_BACK') void endStreamed(this.#owner);
    this.#position.subscriptionId = undefined;
    this.#catchUp.needed(error.action === 'resubscribe-and-catch-up' ? 'events-missed' : 'no-watermark');
  }

  watermarkRefused(error: EwsError): void {
    this.#catchUp.needed('watermark-refused');
    this.subscriptionLost(error);
    this.#position.forget();
  }

  makeRoom(): void {
    this.#options.account.endUnwanted();
  }

  mailboxMoved(error: EwsError): void {
    this.#options.hub.moved(this);
    this.subscriptionLost(error);
  }

  opened(): void {
    this.trust.proven();
    if (this.#catchUp.isIdle) this.caughtUp();
    else this.#catchUp.opened(this.#ride.signal);
  }

  async notification({ events }: Notification): Promise<void> {
    try {
      const connection = this.#connection ?? (await this.#options.account.connect(this.mailbox));
      if (events.length > 0) {
        const ride = this.#ride;
        await this.#catchUp.live(await this.#folders.refine(events, connection, ride.signal), ride);
      }
    } catch (error) {
      this.#catchUp.needed('no-watermark');
      throw error;
    }
    if (this.#catchUp.isHolding) return;
    this.#renewBookmark();
    if (this.#present.isDue) void this.#lookForFolders();
  }

  heartbeat(isQuiet: boolean): void {
    this.#options.listener.heartbeat?.();
    if (this.#catchUp.isHolding) return;
    if (isQuiet) this.#catchUp.quiet();
    // It may name another: where nothing happens, this is all that comes.
    this.#renewBookmark();
  }

  interrupted(error: EwsError, retryAt: number): void {
    // What the subscription still brings is no less wanted where what was missed is to be skipped.
    if (this.#options.missed === 'recover') this.#catchUp.cut();
    if (!this.shares && mayHaveRestarted(error)) this.#ride.leave(this.trust.doubted(error));
    else this.#loop.enter({ name: 'waiting', retryAt, error });
  }

  #renewBookmark(): void {
    if (this.#position.wantsBookmark)
      void renewBookmark(this.#position, this.#options.account, this.#present.description, this.#ride.signal);
  }

  outage(error: EwsError): void {
    this.#options.listener.error(error);
  }

  dropped(error: EwsError): void {
    this.#ride.leave(error);
  }

  /** Ends the round and waits for whatever is under way, with `change` made to the loop in between. */
  async #step(change: () => Promise<void>): Promise<void> {
    const changed = change();
    this.#ride.leave(notWanted());
    await changed;
    await this.#catchUp.over();
  }

  /** Returns whether it was left paused. */
  async #restore(connection: AccountConnection, signal: AbortSignal): Promise<boolean> {
    const { keeper, missed } = this.#options;
    const readable = await unlessAborted(keeper.load(), signal);
    const found = this.#position.restore(connection);
    this.#restored = true;
    const begins = this.#begins;
    this.#begins = undefined;
    if (!readable) this.#catchUp.needed('position-lost');
    if (!found) {
      if (begins) await unlessAborted(this.#takeUp(connection, begins), signal);
      return false;
    }
    const { record, sameSubscription } = found;
    // What there is goes on, whatever was made meanwhile.
    if (begins?.subscriptionId !== record.subscriptionId) void endBegun(this.#options, begins, 'streaming');
    if (record.watermark !== undefined) connection.traits.watermarks = true;
    this.#position.subscriptionId = record.subscriptionId;
    this.#contest ??= new Contest(this.#options.account.clock);
    this.#contest.takenUp();
    if (hasBegun(record)) this.#catchUp.needed('no-watermark');
    // What was queued while away comes with the old subscription, so it is of no use where that shall be skipped.
    if (missed === 'skip') this.#position.forget();
    if (!sameSubscription || missed === 'skip') await unlessAborted(endStreamed(this.#owner), signal);
    if (this.#position.paused && !this.#loop.isPaused()) {
      void this.#loop.pause();
      return true;
    }
    return false;
  }

  /** A subscription that another node has just made; what happened since then comes on the stream, or is caught up. */
  async #takeUp(connection: AccountConnection, { subscriptionId, watermark, freshAt }: Beginning): Promise<void> {
    this.#position.subscriptionId = subscriptionId;
    if (watermark === undefined) return freshAt === undefined ? undefined : this.#position.beginAt(connection, freshAt);
    connection.traits.watermarks = true;
    if (freshAt === undefined) this.#catchUp.needed('no-watermark');
    await this.#position.begin(connection, { watermark, serverTime: freshAt });
  }

  async #begin(connection: AccountConnection, signal: AbortSignal): Promise<void> {
    const parts = { ...this.#owner, account: this.#options.account, catchUp: this.#catchUp };
    await beginWithBookmark(parts, this.#options.missed === 'recover', connection, signal, async () => {
      await this.#folders.prepare(connection, signal);
      if (!this.#catchUp.isNeeded) this.#position.counted(this.#folders.counts);
      if (this.#position.subscriptionId === undefined) await makeStreamed(this.#owner, connection, signal);
    });
  }

  /** Sends events, live or found by catching up; they are then part of the position. */
  async send(events: readonly MailboxEvent[], how: HowCame): Promise<void> {
    await this.#options.listener.events({ subscriptionId: this.subscriptionId, events, recovered: how !== 'live' });
    this.#lastEventAt = this.#options.account.clock.now();
    this.#position.add(events);
    // What a search leaves out is known at its end only.
    if (how !== 'found') this.#position.upTo = events.at(-1)?.timeStamp ?? this.#position.upTo;
  }

  async #lookForFolders(): Promise<void> {
    const { signal } = this.#ride;
    if (!this.#connection || !(await this.#present.cameBack(this.#connection, signal)) || signal.aborted) return;
    this.#folders.lookUpAnew();
    this.dropped(folderCameBack());
  }
}
