import { delay } from '../clock.js';
import { EwsError, toEwsError } from '../protocol/ews-error.js';
import { CONNECTION_TIMEOUT_MINUTES, type StreamingEvents } from '../protocol/get-streaming-events.js';
import type { EventStream } from '../transport/event-stream.js';
import { unlessAborted } from '../transport/unless-aborted.js';
import type { AccountLink } from './account-link.js';
import { isTakenOver, mayBeTaken } from './contest.js';
import { Heartbeat } from './heartbeat.js';
import { HeldBackWatch } from './held-back.js';
import type { StreamRefusal } from './stream-allowance.js';
import type { StreamMember } from './stream-member.js';
import { StreamOutage } from './stream-outage.js';
import type { StreamSurroundings } from './stream-surroundings.js';

/** A Closed within this part of the time that was asked for is not the server keeping to that time. */
const EARLY = 0.8;
/** How long a stream that takes over members waits for the last events of the one before, in milliseconds. */
const HAND_OVER_MS = 5000;
/** A stream that still brings something so long after its first answer holds, in milliseconds. */
const HOLDS_MS = 60_000;

/** One GetStreamingEvents connection, opened again and again, and the subscriptions that it carries. */
export class SharedStream {
  readonly #account: AccountLink;
  readonly #members = new Map<string, StreamMember>();
  readonly #outage: StreamOutage;
  readonly #heartbeat: Heartbeat;
  readonly #heldBack = new HeldBackWatch();
  readonly #closing = new AbortController();
  readonly #surroundings: StreamSurroundings;
  #predecessors: readonly SharedStream[] = [];
  #reopening = false;
  #replaced = false;
  /** What another stream took over was not read to its end here. */
  #brokeOff = false;
  /** Those that the present stream was asked for. */
  #requested: readonly StreamMember[] = [];
  /** Their ids as they were then: a member that has left has another one, or none. */
  #askedFor: readonly string[] = [];
  /** When the server was asked for it, after waiting for its turn (ms since 1970), and for how many minutes. */
  #askedAt = 0;
  #minutes = 0;
  #stream: EventStream | undefined;
  readonly #over: Promise<void>;

  constructor(account: AccountLink, members: readonly StreamMember[], surroundings: StreamSurroundings) {
    this.#account = account;
    this.#outage = new StreamOutage(account.random);
    this.#heartbeat = new Heartbeat(account.clock);
    this.#surroundings = surroundings;
    for (const member of members) this.#members.set(member.subscriptionId, member);
    this.#over = this.#run().catch((thrown: unknown) => {
      this.#giveUp(toEwsError(thrown, 'GetStreamingEvents'));
    });
  }

  /** How many it carries and goes on to carry. */
  get size(): number {
    return this.#replaced ? 0 : this.#members.size;
  }

  /** Resolves when it is over and everything it brought was dealt with; never rejects. */
  get over(): Promise<void> {
    return this.#over;
  }

  has(member: StreamMember): boolean {
    return this.#members.get(member.subscriptionId) === member;
  }

  /**
   * Carries these too, for lack of another connection. It has to be opened again for that, which is not the server's own
   * Closed: what was under way may be lost, so all that are on it catch up.
   */
  take(members: readonly StreamMember[]): void {
    const now = this.#account.clock.now();
    const why = new EwsError('EWS_NETWORK', 'The stream is opened again to carry more mailboxes.');
    for (const member of this.#carried()) member.interrupted(why, now);
    for (const member of members) this.#members.set(member.subscriptionId, member);
    this.#reopening = true;
    this.#outage.endedOnPurpose();
    void this.#stream?.end();
  }

  /** Takes a member out; the others go on undisturbed. The last one ends the stream. */
  async remove(member: StreamMember): Promise<void> {
    if (this.has(member)) this.#members.delete(member.subscriptionId);
    if (this.#members.size > 0) return;
    this.#closing.abort();
    await this.#stream?.end();
    await this.#over;
  }

  /** Another stream reads its subscriptions from now on; what the server had already written here is still read. */
  #giveUpTo(): readonly StreamMember[] {
    this.#replaced = true;
    return [...this.#members.values()];
  }

  /** Reads no more of what another stream has taken over. */
  #abandon(): void {
    this.#brokeOff = true;
    this.#closing.abort();
    void this.#stream?.end();
  }

  /** Those of {@link #requested} that it still carries. */
  #carried(): readonly StreamMember[] {
    return this.#requested.filter((member) => this.has(member));
  }

  async #run(): Promise<void> {
    while (this.#isWanted()) {
      try {
        await this.#readOnce();
        if (this.#isWanted()) this.#takeOver();
      } catch (thrown) {
        this.#brokeOff = this.#replaced;
        if (this.#isWanted() && !this.#reopening) await this.#recover(toEwsError(thrown, 'GetStreamingEvents'));
      }
    }
  }

  #isWanted(): boolean {
    return this.#members.size > 0 && !this.#closing.signal.aborted && !this.#replaced;
  }

  #takeOver(): void {
    const taken = this.#surroundings.takeOver();
    // Where the last attempt did not get as far as waiting for them, there are some already.
    this.#predecessors = [...this.#predecessors, ...taken];
    for (const stream of taken) {
      for (const member of stream.#giveUpTo()) this.#members.set(member.subscriptionId, member);
    }
  }

  /** From opening to the end. Returns when the server closed it at its time, or refused some of the subscriptions. */
  async #readOnce(): Promise<void> {
    const { clock } = this.#account;
    this.#heartbeat.begin();
    let stream: EventStream | undefined;
    let first = true;
    let begunAt = 0;
    try {
      stream = this.#stream = await this.#open();
      const opened = this.#askedAt;
      // More have come while it was being opened, and it was asked for without them.
      if (this.#reopening) return;
      for (; ; first = false) {
        const answer = await this.#heartbeat.bound(stream.next(), this.#patience(first));
        if (this.#closing.signal.aborted) return;
        if (answer === undefined) throw new EwsError('EWS_NETWORK', 'The stream ended without the server saying so.');
        this.#heartbeat.heard(answer, (id) => this.#members.get(id)?.subscriptionId ?? id);
        if (first) {
          begunAt = clock.now();
          await this.#begun(answer, begunAt - opened);
        } else if (clock.now() - begunAt >= HOLDS_MS) this.#outage.holds();
        await this.#pass(answer);
        if (answer.error) {
          this.#refused(answer, answer.error);
          return;
        }
        if (answer.connectionStatus === 'Closed') {
          this.#closed(clock.now() - opened);
          return;
        }
      }
    } catch (thrown) {
      if (first) this.#heldBack.broughtNothing(toEwsError(thrown, 'GetStreamingEvents'));
      throw thrown;
    } finally {
      this.#stream = undefined;
      void stream?.end();
    }
  }

  /** How long the next answer may take, in milliseconds. */
  #patience(first: boolean): number {
    const { limit } = this.#heartbeat;
    return first ? this.#heldBack.patience(limit) : limit;
  }

  async #pass({ notifications }: StreamingEvents): Promise<void> {
    // A heartbeat names one subscription or each, and is about the stream.
    const isQuiet = notifications.every(({ events }) => events.length === 0);
    if (notifications.some(({ heartbeat }) => heartbeat)) for (const one of this.#carried()) one.heartbeat(isQuiet);
    for (const notification of notifications) {
      const member = this.#members.get(notification.subscriptionId);
      try {
        await member?.notification(notification);
      } catch (thrown) {
        // The trouble of one is none of the others'.
        if (member) this.#drop(member, toEwsError(thrown, 'GetStreamingEvents'));
      }
    }
  }

  async #open(): Promise<EventStream> {
    this.#reopening = false;
    this.#requested = [...this.#members.values()];
    const giveUp = new AbortController();
    const signal = AbortSignal.any([this.#closing.signal, giveUp.signal]);
    try {
      this.#askedFor = this.#requested.map(({ subscriptionId }) => subscriptionId);
      this.#minutes = this.#heldBack.minutes(this.#requested[0]?.connectionTimeout ?? CONNECTION_TIMEOUT_MINUTES.max);
      const request = { subscriptionIds: [...new Set(this.#askedFor)], connectionTimeoutMinutes: this.#minutes };
      let inTurn: () => void = () => undefined;
      const turn = new Promise<void>((resolve) => (inTurn = resolve));
      const opening = this.#surroundings.open(this.#requested, request, signal, inTurn);
      // Behind other requests it is not the server that is silent.
      await unlessAborted(Promise.race([opening, turn]), signal);
      this.#askedAt = this.#account.clock.now();
      return await this.#heartbeat.bound(opening, this.#patience(true));
    } catch (error) {
      giveUp.abort();
      throw error;
    }
  }

  async #begun(answer: StreamingEvents, afterMs: number): Promise<void> {
    if (answer.error) return;
    this.#outage.begun();
    this.#surroundings.begun();
    const heldBack = this.#heldBack.firstAnswer(afterMs);
    if (heldBack) this.#tell(heldBack);
    await this.#awaitPredecessors();
    if (this.#reopening) return;
    for (const member of this.#carried()) member.opened();
  }

  /** Reads what the streams before had under way; where that does not come to its end, those on them catch up. */
  async #awaitPredecessors(): Promise<void> {
    const predecessors = this.#predecessors;
    this.#predecessors = [];
    if (predecessors.length === 0) return;
    const { clock } = this.#account;
    const left = new Set(predecessors);
    const all = predecessors.map((stream) => stream.over.then(() => left.delete(stream)));
    const waited = new AbortController();
    await Promise.race([Promise.all(all), delay(clock, HAND_OVER_MS, waited.signal)]);
    waited.abort();
    for (const stream of left) stream.#abandon();
    const why = new EwsError('EWS_NETWORK', 'The stream before ended while this one took over from it.');
    for (const stream of predecessors) {
      if (!stream.#brokeOff) continue;
      for (const member of stream.#members.values()) if (this.has(member)) member.interrupted(why, clock.now());
    }
  }

  /** Some subscriptions are refused, or the whole stream is. Where some are named, the others are opened again at once. */
  #refused({ errorSubscriptionIds }: StreamingEvents, error: EwsError): void {
    if (this.#replaced) return;
    const named = errorSubscriptionIds.map((id) => this.#members.get(id)).filter((member) => member !== undefined);
    // One that was taken off meanwhile, and then ended: the others go on.
    if (named.length === 0 && errorSubscriptionIds.some((id) => this.#askedFor.includes(id))) return;
    const meant = named.length > 0 ? named : error.action === 'resubscribe' ? [...this.#members.values()] : [];
    if (meant.length === 0) throw error;
    for (const member of meant) this.#drop(member, error);
    if (isTakenOver(error)) this.#doubt(error);
  }

  /** Who took one over may have taken others, and read from them. To take back what it had before would go on for ever. */
  #doubt(error: EwsError): void {
    for (const member of [...this.#members.values()]) {
      if (member.contest?.mayBeShared) this.#drop(member, mayBeTaken());
      else member.interrupted(error, this.#account.clock.now());
    }
  }

  #closed(afterMs: number): void {
    const [first] = this.#members.values();
    if (this.#replaced || !first) return;
    if (afterMs >= this.#minutes * 60_000 * EARLY) {
      this.#outage.holds();
      return;
    }
    const seconds = Math.round(afterMs / 1000);
    if (this.#members.size > 1)
      throw new EwsError('EWS_NETWORK', `The server closed the stream after ${seconds} s, before its time.`);
    this.#drop(
      first,
      new EwsError('EWS_STREAM_TAKEN_OVER', `The server closed the stream after ${seconds} s: another reader took it.`),
    );
  }

  #drop(member: StreamMember, error: EwsError): void {
    this.#members.delete(member.subscriptionId);
    member.dropped(error);
  }

  /** The last resort: every member begins anew by itself. */
  #giveUp(error: EwsError): void {
    this.#brokeOff = true;
    if (this.#replaced) return;
    for (const member of [...this.#members.values()]) {
      try {
        this.#drop(member, error);
      } catch {
        // One that cannot even be told must not keep it from the others.
      }
    }
  }

  async #recover(error: EwsError): Promise<void> {
    const members = [...this.#members.values()];
    switch (error.action) {
      case 'fewer-connections':
        if (this.#surroundings.tooMany(members)) {
          this.#members.clear();
          return;
        }
        return this.#waitForRoom(this.#surroundings.refused(error, members));
      case 'wait':
      case 'retry':
        this.#surroundings.troubled(members);
        return this.#waitFor(error);
      default:
        for (const member of this.#surroundings.blamed(error, members) ?? members) this.#drop(member, error);
    }
  }

  async #waitForRoom({ error, known }: StreamRefusal): Promise<void> {
    const over = new AbortController();
    const signal = AbortSignal.any([over.signal, this.#closing.signal]);
    const end = () => {
      over.abort();
    };
    void this.#surroundings.room(signal).then(end);
    await this.#waitFor(error, known, signal);
    end();
  }

  /** @param known the nodes that were told of it elsewhere */
  async #waitFor(error: EwsError, known?: ReadonlySet<string>, signal = this.#closing.signal): Promise<void> {
    const { waitMs, tell } = this.#outage.failed(error);
    if (tell) this.#tell(error, known);
    const retryAt = this.#account.clock.now() + waitMs;
    for (const member of this.#members.values()) member.interrupted(error, retryAt);
    await delay(this.#account.clock, waitMs, signal);
  }

  /** Once for each node. */
  #tell(error: EwsError, known?: ReadonlySet<string>): void {
    const told = new Set<string>(known);
    for (const member of this.#members.values()) {
      if (!told.has(member.owner)) member.outage(error);
      told.add(member.owner);
    }
  }
}
