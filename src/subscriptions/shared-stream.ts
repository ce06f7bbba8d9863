import { delay } from '../clock.js';
import { EwsError, toEwsError } from '../protocol/ews-error.js';
import type { StreamingEvents } from '../protocol/get-streaming-events.js';
import type { RequestContext } from '../transport/ews-client.js';
import type { EventStream } from '../transport/event-stream.js';
import type { AccountLink } from './account-link.js';
import { BackOff } from './back-off.js';
import { Heartbeat } from './heartbeat.js';
import type { StreamMember } from './stream-member.js';

/** A Closed within this part of the time that was asked for is not the server keeping to that time. */
const EARLY = 0.8;
/** A first answer that takes longer was held back on the way: servers begin at once. In milliseconds. */
const HELD_BACK_MS = 30_000;
/** How long a stream that takes over members waits for the last events of the one before, in milliseconds. */
const HAND_OVER_MS = 5000;

/** What a stream asks of the hub that holds it. */
export interface StreamSurroundings {
  /** In whose name and at which back end the stream of a member is opened. */
  context(member: StreamMember): RequestContext;
  /** Called each time before it is opened again: other streams whose members it shall take over. */
  takeOver(): readonly SharedStream[];
  /** The server allows no more streams. Returns whether other streams carry these members from now on. */
  tooMany(members: readonly StreamMember[]): boolean;
}

/** One GetStreamingEvents connection, opened again and again, and the subscriptions that it carries. */
export class SharedStream {
  readonly #account: AccountLink;
  readonly #members = new Map<string, StreamMember>();
  readonly #backOff: BackOff;
  readonly #heartbeat: Heartbeat;
  readonly #closing = new AbortController();
  readonly #surroundings: StreamSurroundings;
  #predecessors: readonly SharedStream[] = [];
  #reported = false;
  #reopening = false;
  #replaced = false;
  #stream: EventStream | undefined;
  readonly #over: Promise<void>;

  constructor(account: AccountLink, members: readonly StreamMember[], surroundings: StreamSurroundings) {
    this.#account = account;
    this.#backOff = new BackOff(account.random);
    this.#heartbeat = new Heartbeat(account.clock);
    this.#surroundings = surroundings;
    for (const member of members) this.#members.set(member.subscriptionId, member);
    this.#over = this.#run();
  }

  get size(): number {
    return this.#members.size;
  }

  /** Resolves when it is over and everything it brought was dealt with. */
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
    for (const member of this.#members.values()) member.interrupted(why, now);
    for (const member of members) this.#members.set(member.subscriptionId, member);
    this.#reopening = true;
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

  async #run(): Promise<void> {
    while (this.#isWanted()) {
      try {
        await this.#readOnce();
        if (this.#isWanted()) this.#takeOver();
      } catch (thrown) {
        if (this.#isWanted() && !this.#reopening) await this.#recover(toEwsError(thrown, 'GetStreamingEvents'));
      }
    }
  }

  #isWanted(): boolean {
    return this.#members.size > 0 && !this.#closing.signal.aborted && !this.#replaced;
  }

  #takeOver(): void {
    this.#predecessors = this.#surroundings.takeOver();
    for (const stream of this.#predecessors) {
      for (const member of stream.#giveUpTo()) this.#members.set(member.subscriptionId, member);
    }
  }

  /** From opening to the end. Returns when the server closed it at its time, or refused some of the subscriptions. */
  async #readOnce(): Promise<void> {
    const { clock } = this.#account;
    const opened = clock.now();
    this.#reopening = false;
    const stream = await this.#open();
    this.#stream = stream;
    try {
      for (let first = true; ; first = false) {
        const answer = await this.#heartbeat.bound(stream.next());
        if (this.#closing.signal.aborted) return;
        if (answer === undefined) throw this.#endedWithoutClosed();
        this.#heartbeat.heard(answer);
        if (first) await this.#begun(answer, clock.now() - opened);
        for (const notification of answer.notifications) {
          await this.#members.get(notification.subscriptionId)?.notification(notification);
        }
        if (answer.error) {
          this.#refused(answer, answer.error);
          return;
        }
        if (answer.connectionStatus === 'Closed') {
          this.#closed(clock.now() - opened);
          return;
        }
      }
    } finally {
      this.#stream = undefined;
      void stream.end();
    }
  }

  async #open(): Promise<EventStream> {
    const { client } = await this.#account.connect();
    const giveUp = new AbortController();
    const abort = () => {
      giveUp.abort();
    };
    this.#closing.signal.addEventListener('abort', abort, { once: true });
    try {
      const [first] = this.#members.values();
      const request = {
        subscriptionIds: [...this.#members.keys()],
        connectionTimeoutMinutes: first?.connectionTimeout ?? 30,
      };
      return await this.#heartbeat.bound(client.openStream(request, { ...this.#context(), signal: giveUp.signal }));
    } catch (error) {
      giveUp.abort();
      throw error;
    } finally {
      this.#closing.signal.removeEventListener('abort', abort);
    }
  }

  #context(): RequestContext {
    const [first] = this.#members.values();
    return first ? this.#surroundings.context(first) : {};
  }

  async #begun(answer: StreamingEvents, afterMs: number): Promise<void> {
    if (answer.error) return;
    this.#backOff.reset();
    this.#reported = false;
    if (afterMs > HELD_BACK_MS) this.#report(heldBack(afterMs));
    const waiting = this.#predecessors.map(({ over }) => over);
    this.#predecessors = [];
    if (waiting.length > 0) await Promise.race([Promise.all(waiting), delay(this.#account.clock, HAND_OVER_MS)]);
    for (const member of this.#members.values()) member.opened();
  }

  /** Some subscriptions are refused, or the whole stream is. Where some are named, the others are opened again at once. */
  #refused({ errorSubscriptionIds }: StreamingEvents, error: EwsError): void {
    if (this.#replaced) return;
    const named = errorSubscriptionIds.map((id) => this.#members.get(id)).filter((member) => member !== undefined);
    const meant = named.length > 0 ? named : error.action === 'resubscribe' ? [...this.#members.values()] : [];
    if (meant.length === 0) throw error;
    for (const member of meant) this.#drop(member, error);
  }

  #closed(afterMs: number): void {
    const [first] = this.#members.values();
    if (this.#replaced || !first || afterMs >= first.connectionTimeout * 60_000 * EARLY) return;
    const seconds = Math.round(afterMs / 1000);
    if (this.#members.size > 1)
      throw new EwsError('EWS_NETWORK', `The server closed the stream after ${seconds} s, before its time.`);
    this.#drop(
      first,
      new EwsError('EWS_STREAM_TAKEN_OVER', `The server closed the stream after ${seconds} s: another reader took it.`),
    );
  }

  #endedWithoutClosed(): EwsError {
    return new EwsError('EWS_NETWORK', 'The stream ended without the server saying so.', {
      operation: 'GetStreamingEvents',
    });
  }

  #drop(member: StreamMember, error: EwsError): void {
    this.#members.delete(member.subscriptionId);
    member.dropped(error);
  }

  async #recover(error: EwsError): Promise<void> {
    switch (error.action) {
      case 'fewer-connections':
        if (this.#surroundings.tooMany([...this.#members.values()])) {
          this.#members.clear();
          return;
        }
        return this.#waitFor(error);
      case 'wait':
      case 'retry':
        return this.#waitFor(error);
      default:
        for (const member of [...this.#members.values()]) this.#drop(member, error);
    }
  }

  async #waitFor(error: EwsError): Promise<void> {
    const ms = this.#backOff.next(error.backOffMs);
    if (error.action !== 'retry' || this.#backOff.failures > 1) this.#report(error);
    const retryAt = this.#account.clock.now() + ms;
    for (const member of this.#members.values()) member.interrupted(error, retryAt);
    await delay(this.#account.clock, ms, this.#closing.signal);
  }

  /** Once for each outage and node. */
  #report(error: EwsError): void {
    if (this.#reported) return;
    this.#reported = true;
    const told = new Set<string>();
    for (const member of this.#members.values()) {
      if (told.has(member.owner)) continue;
      told.add(member.owner);
      member.outage(error);
    }
  }
}

function heldBack(afterMs: number): EwsError {
  return new EwsError(
    'EWS_STREAM_HELD_BACK',
    `The stream's first answer took ${Math.round(afterMs / 1000)} s: something between this machine and the server holds answers back until they are complete.`,
  );
}
