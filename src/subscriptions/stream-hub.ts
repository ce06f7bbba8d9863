import type { RequestContext } from '../transport/ews-client.js';
import { addressOf, contextOf, type AccountConnection, type AccountLink } from './account-link.js';
import type { AffinityGroup } from './affinity-group.js';
import { AffinityGroups } from './affinity-groups.js';
import { StreamAllowance } from './stream-allowance.js';
import { StreamLane } from './stream-lane.js';
import type { Affine, StreamMember } from './stream-member.js';

/**
 * Sees to it that the streaming subscriptions of an account are made where streams can share them, and puts them on as
 * few streams as the server allows.
 */
export class StreamHub {
  readonly #account: AccountLink;
  readonly #groups: AffinityGroups;
  readonly #allowance: StreamAllowance;
  readonly #lanes = new Map<string, StreamLane>();
  /** The lane that each subscription was put in: what it goes by may change meanwhile. */
  readonly #laneOf = new Map<StreamMember, StreamLane>();
  /** Subscriptions that are being made, with the groups that they are expected in. */
  readonly #coming = new Map<StreamMember, AffinityGroup | undefined>();
  /** How many of them there are in each group. */
  readonly #comingTo = new Map<AffinityGroup | undefined, number>();

  constructor(account: AccountLink) {
    this.#account = account;
    this.#groups = new AffinityGroups(account);
    this.#allowance = new StreamAllowance(account.clock, account.random);
  }

  /** A subscription is about to be made or used again: those that are ready wait a moment for it, so that a slow server needs no more streams. */
  expect(member: StreamMember, connection: AccountConnection): void {
    const group = this.#isGrouped(member) ? this.#groups.watch(member, connection) : undefined;
    this.#arrived(member);
    this.#coming.set(member, group);
    this.#comingTo.set(group, (this.#comingTo.get(group) ?? 0) + 1);
    group?.expect(member);
  }

  /** Makes a subscription, by `request`, at the back end that the others of its group are at. Throws an `EwsError`. */
  subscribe<T>(
    who: Affine,
    connection: AccountConnection,
    signal: AbortSignal,
    request: (context: RequestContext) => Promise<T>,
  ): Promise<T> {
    if (!this.#isGrouped(who)) return request(contextOf(who, this.#account.email, signal));
    return this.#groups.enter(who, connection).subscribe(who, request, signal);
  }

  /** In whose name and at which back end a subscription is ended. */
  contextOf(who: Affine, signal?: AbortSignal): RequestContext {
    const group = who.shares ? this.#groups.of(who) : undefined;
    return group ? group.context(who, signal) : contextOf(who, this.#account.email, signal);
  }

  /** The mailbox of a subscription is served elsewhere: where that is is looked for, and any back end may be right. */
  moved(who: Affine): void {
    this.#groups.moved(who);
    this.#account.relocate(who.mailbox);
  }

  /** One that watches a mailbox ends. @param keep whether it comes back, and the subscription stays */
  release(who: Affine, keep = false): void {
    this.#groups.release(who, keep);
  }

  /** Puts a subscription on a stream: with others that come now; later the streams grow together. */
  join(member: StreamMember): void {
    const group = member.shares ? this.#coming.get(member) : undefined;
    this.#arrived(member);
    const key = laneOf(member, group);
    const lane = this.#lanes.get(key) ?? this.#newLane(key, group);
    this.#laneOf.set(member, lane);
    lane.join(member);
  }

  /** Takes a subscription off its stream; resolves when nothing of it comes any more. */
  async leave(member: StreamMember): Promise<void> {
    this.#arrived(member);
    const lane = this.#laneOf.get(member);
    this.#laneOf.delete(member);
    await lane?.leave(member);
  }

  #arrived(member: StreamMember): void {
    if (!this.#coming.has(member)) return;
    const group = this.#coming.get(member);
    this.#coming.delete(member);
    const others = (this.#comingTo.get(group) ?? 1) - 1;
    if (others > 0) this.#comingTo.set(group, others);
    else this.#comingTo.delete(group);
    group?.withdraw(member);
  }

  #newLane(key: string, group: AffinityGroup | undefined): StreamLane {
    const lane = new StreamLane(this.#account, group, this.#allowance, {
      isComing: () => this.#comingTo.has(group),
      over: () => {
        if (this.#lanes.get(key) === lane) this.#lanes.delete(key);
      },
    });
    this.#lanes.set(key, lane);
    return lane;
  }

  /** Servers without watermarks want each mailbox for itself; without an address there is no anchor. */
  #isGrouped(who: Affine): boolean {
    return who.shares && addressOf(who, this.#account.email) !== '';
  }
}

/** What can be on one stream: the same group and time asked for and, where a server takes one mailbox a stream, the same mailbox. */
function laneOf(
  { connectionTimeout, shares, mailbox, access, subscriptionId }: StreamMember,
  group: AffinityGroup | undefined,
): string {
  return JSON.stringify(
    shares ? [connectionTimeout, group?.name] : [connectionTimeout, mailbox, access, subscriptionId],
  );
}
