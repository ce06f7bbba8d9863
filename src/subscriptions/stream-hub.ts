import type { Timer } from '../clock.js';
import { MAX_STREAM_SUBSCRIPTIONS } from '../protocol/get-streaming-events.js';
import type { RequestContext } from '../transport/ews-client.js';
import { contextOf, type AccountConnection, type AccountLink } from './account-link.js';
import { SharedStream } from './shared-stream.js';
import type { StreamMember } from './stream-member.js';

/** Subscriptions that come within this time of one another are put on one stream, in milliseconds. */
const GATHER_MS = 200;
/** So long, at most, do they wait for others that are being made, in milliseconds. */
const GATHER_MAX_MS = 3000;
/** The affinity group of all streaming subscriptions that can share a stream. */
const STREAM_GROUP = ' streams';

interface Group {
  waiting: StreamMember[];
  timer: Timer | undefined;
  /** When the first of {@link waiting} came. */
  since: number;
  readonly streams: Set<SharedStream>;
}

/** Puts the streaming subscriptions of an account on as few streams as the server allows. */
export class StreamHub {
  readonly #account: AccountLink;
  readonly #groups = new Map<string, Group>();
  /** The group that each subscription was put in: what it goes by may change meanwhile. */
  readonly #keys = new Map<StreamMember, string>();
  /** Subscriptions that are being made. */
  readonly #coming = new Set<StreamMember>();
  #anchor: string | undefined;

  constructor(account: AccountLink) {
    this.#account = account;
  }

  /**
   * In whose name and at which back end the subscription of a mailbox is made. What shares a stream must be known to one
   * back end, so all of it goes where the first one went.
   */
  context(subscription: Pick<StreamMember, 'mailbox' | 'access' | 'shares'>, signal?: AbortSignal): RequestContext {
    const context = contextOf(subscription, this.#account.email, signal);
    if (!context.affinity || !subscription.shares) return context;
    this.#anchor ??= context.affinity.anchorMailbox;
    return { ...context, affinity: { group: STREAM_GROUP, anchorMailbox: this.#anchor } };
  }

  /** The mailbox of a subscription is served elsewhere: where that is is looked for, and any back end may be right. */
  moved(subscription: Pick<StreamMember, 'mailbox' | 'access' | 'shares'>, connection?: AccountConnection): void {
    const { affinity } = this.context(subscription);
    if (affinity) connection?.client.forgetAffinity(affinity.group);
    this.#account.relocate();
  }

  /** A subscription is about to be made: those that are ready wait a moment for it, so that a slow server needs no more streams. */
  expect(member: StreamMember): void {
    this.#coming.add(member);
  }

  /** Puts a subscription on a stream: with others that come now; later the streams grow together. */
  join(member: StreamMember): void {
    this.#coming.delete(member);
    const key = groupOf(member);
    const group: Group = this.#groups.get(key) ?? { waiting: [], timer: undefined, since: 0, streams: new Set() };
    this.#groups.set(key, group);
    this.#keys.set(member, key);
    if (group.waiting.push(member) === 1) group.since = this.#account.clock.now();
    if (!member.shares || group.waiting.length >= MAX_STREAM_SUBSCRIPTIONS) this.#begin(key, group);
    else this.#gather(key, group);
  }

  /** Takes a subscription off its stream; resolves when nothing of it comes any more. */
  async leave(member: StreamMember): Promise<void> {
    this.#coming.delete(member);
    const key = this.#keys.get(member);
    const group = key === undefined ? undefined : this.#groups.get(key);
    this.#keys.delete(member);
    if (key === undefined || !group) return;
    group.waiting = group.waiting.filter((other) => other !== member);
    await Promise.all([...group.streams].filter((stream) => stream.has(member)).map((stream) => stream.remove(member)));
    this.#tidy(key, group);
  }

  #tidy(key: string, group: Group): void {
    if (group.waiting.length > 0 || group.streams.size > 0 || this.#groups.get(key) !== group) return;
    this.#account.clock.clearTimer(group.timer);
    this.#groups.delete(key);
  }

  #gather(key: string, group: Group): void {
    const { clock } = this.#account;
    group.timer ??= clock.setTimer(() => {
      group.timer = undefined;
      if (this.#coming.size > 0 && clock.now() - group.since < GATHER_MAX_MS) this.#gather(key, group);
      else this.#begin(key, group);
    }, GATHER_MS);
  }

  #begin(key: string, group: Group): void {
    this.#account.clock.clearTimer(group.timer);
    group.timer = undefined;
    const members = group.waiting.splice(0);
    if (members.length === 0) return;
    const stream: SharedStream = new SharedStream(this.#account, members, {
      context: (member) => this.context(member),
      takeOver: () => this.#smaller(group, stream),
      tooMany: (refused) => this.#moveTogether(group, stream, refused),
    });
    group.streams.add(stream);
    void stream.over.then(() => {
      group.streams.delete(stream);
      this.#tidy(key, group);
    });
  }

  /** The server refused a stream: what it would have carried goes to the others, if there are any with room. */
  #moveTogether(group: Group, refused: SharedStream, members: readonly StreamMember[]): boolean {
    const room = ({ size }: SharedStream) => MAX_STREAM_SUBSCRIPTIONS - size;
    const [other] = [...group.streams]
      .filter((stream) => stream !== refused && stream.size > 0 && room(stream) >= members.length)
      .sort((a, b) => room(b) - room(a));
    if (!other || members.some(({ shares }) => !shares)) return false;
    other.take(members);
    return true;
  }

  /** Streams whose members `stream` can take over, as it is about to be opened again. */
  #smaller(group: Group, stream: SharedStream): SharedStream[] {
    let room = MAX_STREAM_SUBSCRIPTIONS - stream.size;
    return [...group.streams].filter((other) => {
      const fits = other !== stream && other.size > 0 && other.size <= stream.size && other.size <= room;
      if (fits) room -= other.size;
      return fits;
    });
  }
}

/** What can be on one stream: the same time asked for and, where a server takes one mailbox a stream, the same mailbox. */
function groupOf({ connectionTimeout, shares, mailbox, access, subscriptionId }: StreamMember): string {
  return JSON.stringify(shares ? [connectionTimeout] : [connectionTimeout, mailbox, access, subscriptionId]);
}
