import type { Timer } from '../clock.js';
import type { EwsError } from '../protocol/ews-error.js';
import { MAX_STREAM_SUBSCRIPTIONS, type GetStreamingEventsRequest } from '../protocol/get-streaming-events.js';
import type { EventStream } from '../transport/event-stream.js';
import { contextOf, type AccountLink } from './account-link.js';
import type { AffinityGroup } from './affinity-group.js';
import { idNotTrusted } from './id-trust.js';
import { SharedStream } from './shared-stream.js';
import type { StreamAllowance } from './stream-allowance.js';
import type { StreamMember } from './stream-member.js';
import type { StreamSurroundings } from './stream-surroundings.js';

/** Subscriptions that come within this time of one another are put on one stream, in milliseconds. */
const GATHER_MS = 200;
/** So long, at most, do they wait for others that are being made, in milliseconds. */
const GATHER_MAX_MS = 3000;

/** What a lane asks of the hub that it belongs to. */
export interface LaneSurroundings {
  /** Whether more subscriptions are being made. */
  isComing(): boolean;
  /** Nothing is in the lane any more. */
  over(): void;
}

/** Subscriptions that can be on one stream, gathered, and the streams that carry them. */
export class StreamLane {
  readonly #account: AccountLink;
  readonly #group: AffinityGroup | undefined;
  readonly #allowance: StreamAllowance;
  readonly #surroundings: LaneSurroundings;
  readonly #streams = new Set<SharedStream>();
  #waiting: StreamMember[] = [];
  #timer: Timer | undefined;
  /** When the first of {@link #waiting} came. */
  #since = 0;

  /** @param group `undefined`: each subscription is at a back end of its own */
  constructor(
    account: AccountLink,
    group: AffinityGroup | undefined,
    allowance: StreamAllowance,
    surroundings: LaneSurroundings,
  ) {
    this.#account = account;
    this.#group = group;
    this.#allowance = allowance;
    this.#surroundings = surroundings;
  }

  join(member: StreamMember): void {
    if (this.#waiting.push(member) === 1) this.#since = this.#account.clock.now();
    if (!member.shares || this.#waiting.length >= MAX_STREAM_SUBSCRIPTIONS) this.#begin();
    else this.#gather();
  }

  /** Resolves when nothing of it comes any more. */
  async leave(member: StreamMember): Promise<void> {
    this.#waiting = this.#waiting.filter((other) => other !== member);
    const streams = [...this.#streams].filter((stream) => stream.has(member));
    await Promise.all(streams.map((stream) => stream.remove(member)));
    this.#tidy();
  }

  #tidy(): void {
    if (this.#waiting.length > 0 || this.#streams.size > 0) return;
    this.#account.clock.clearTimer(this.#timer);
    this.#timer = undefined;
    this.#surroundings.over();
  }

  #gather(): void {
    const { clock } = this.#account;
    this.#timer ??= clock.setTimer(() => {
      this.#timer = undefined;
      if (this.#surroundings.isComing() && clock.now() - this.#since < GATHER_MAX_MS) this.#gather();
      else this.#begin();
    }, GATHER_MS);
  }

  #begin(): void {
    this.#account.clock.clearTimer(this.#timer);
    this.#timer = undefined;
    const members = this.#waiting.splice(0);
    if (members.length === 0) return;
    // What it is charged by: it asks for that before it is even made.
    const ticket = {};
    const stream: SharedStream = new SharedStream(this.#account, members, {
      ...this.#around(ticket),
      takeOver: () => this.#smaller(stream),
      tooMany: (refused) => {
        this.#allowance.learn(ticket);
        return this.#moveTogether(stream, refused);
      },
    });
    this.#streams.add(stream);
    void stream.over.then(() => {
      this.#allowance.ended(ticket);
      this.#streams.delete(stream);
      this.#tidy();
    });
  }

  #around(ticket: object): Omit<StreamSurroundings, 'takeOver' | 'tooMany'> {
    const group = this.#group;
    return {
      open: (members, request, signal, inTurn) => this.#open(ticket, members, request, signal, inTurn),
      begun: () => {
        group?.begun();
        this.#allowance.granted(ticket);
      },
      refused: (error, members) => {
        // Another mailbox has a budget of its own.
        if (group?.isAnchorCharged) group.troubled(members);
        return this.#allowance.refused(ticket, error, members);
      },
      room: (signal) => this.#allowance.room(ticket, signal),
      troubled: (members) => {
        group?.troubled(members);
      },
      blamed: (error, members) => this.#blamed(error, members),
    };
  }

  async #open(
    ticket: object,
    members: readonly StreamMember[],
    request: GetStreamingEventsRequest,
    signal: AbortSignal,
    inTurn: () => void,
  ): Promise<EventStream> {
    const group = this.#group;
    this.#allowance.ask(ticket, group?.chargedFor(members) ?? '');
    if (group) return group.openStream(members, request, signal, inTurn);
    const [first] = members;
    const { client } = await this.#account.connect(first?.mailbox);
    if (first?.trust?.isStale) throw idNotTrusted();
    const context = first ? contextOf(first, this.#account.email, signal) : { signal };
    return client.openStream(request, { ...context, inTurn });
  }

  /**
   * Whose trouble it is that a stream cannot be opened for good: that of the anchor in whose name it is opened, and the
   * others go on with another one. `undefined`: that of all.
   */
  #blamed({ action, code }: EwsError, members: readonly StreamMember[]): readonly StreamMember[] | undefined {
    const group = this.#group;
    const mayBeTheAnchors = action === 'stop' || action === 'stop-target' || action === 'relocate';
    if (!group?.anchor || !mayBeTheAnchors || !code.startsWith('Error')) return undefined;
    const anchor = group.anchor.toLowerCase();
    const isAnchor = ({ mailbox }: StreamMember) => (mailbox || this.#account.email).toLowerCase() === anchor;
    return group.replaceAnchor(members) ? members.filter(isAnchor) : undefined;
  }

  /** The server refused a stream: what it would have carried goes to the others, if there are any with room. */
  #moveTogether(refused: SharedStream, members: readonly StreamMember[]): boolean {
    const room = ({ size }: SharedStream) => MAX_STREAM_SUBSCRIPTIONS - size;
    const [other] = [...this.#streams]
      .filter((stream) => stream !== refused && stream.size > 0 && room(stream) >= members.length)
      .sort((a, b) => room(b) - room(a));
    if (!other || members.some(({ shares }) => !shares)) return false;
    other.take(members);
    return true;
  }

  /** Streams whose members `stream` can take over, as it is about to be opened again. */
  #smaller(stream: SharedStream): SharedStream[] {
    let room = MAX_STREAM_SUBSCRIPTIONS - stream.size;
    return [...this.#streams].filter((other) => {
      const fits = other !== stream && other.size > 0 && other.size <= stream.size && other.size <= room;
      if (fits) room -= other.size;
      return fits;
    });
  }
}
