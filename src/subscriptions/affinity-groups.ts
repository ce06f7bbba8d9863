import { MAX_STREAM_SUBSCRIPTIONS } from '../protocol/get-streaming-events.js';
import { AffinityGroup } from './affinity-group.js';
import { addressOf, type AccountConnection, type AccountLink } from './account-link.js';
import type { Affine } from './stream-member.js';

/** Mailboxes in one group (docs: "Maintain affinity between a group of subscriptions"): as many as one stream carries. */
const MAX_MAILBOXES = MAX_STREAM_SUBSCRIPTIONS;

interface Place {
  readonly group: AffinityGroup;
  /** How many watch the mailbox. */
  watching: number;
}

/**
 * Which group the mailboxes of an account are in: those that Autodiscover tells to be together, opened in the same way,
 * at most 200 in each. A mailbox keeps its place until it is not watched any more, or is served elsewhere.
 */
export class AffinityGroups {
  readonly #account: AccountLink;
  /** By how a mailbox is opened, then by its address: a key of both would be one more text for each of thousands. */
  readonly #places = { delegate: new Map<string, Place>(), impersonate: new Map<string, Place>() };
  readonly #groups = new Map<string, Set<AffinityGroup>>();
  /** Those that watch a mailbox, with the place that counts them. */
  readonly #watching = new Map<Affine, Place>();
  /** Mailboxes that had to leave where Autodiscover still sees them: where that was, and how often. */
  readonly #apart = new Map<string, { readonly where: string; readonly times: number }>();
  #made = 0;

  constructor(account: AccountLink) {
    this.#account = account;
  }

  /** The place of a mailbox at the server that it is connected to, for one that watches it. */
  watch(who: Affine, connection: AccountConnection): AffinityGroup {
    const group = this.enter(who, connection);
    const place = this.#placeOf(who);
    const before = this.#watching.get(who);
    if (!place || place === before) return group;
    if (before) before.watching -= 1;
    place.watching += 1;
    this.#watching.set(who, place);
    return group;
  }

  /** The place of a mailbox at the server that it is connected to. */
  enter(who: Affine, connection: AccountConnection): AffinityGroup {
    const where = connection.group ?? '';
    const apart = this.#apart.get(this.#mailbox(who));
    const shared = JSON.stringify([where, who.access, apart?.where === where ? apart.times : 0]);
    const place = this.#placeOf(who);
    if (place?.group.shared === shared && !place.group.connection.client.isClosed) return place.group;
    if (place) this.#give(who, place);
    const group = this.#roomAt(shared, who, connection);
    group.size += 1;
    this.#places[who.access].set(this.#address(who), { group, watching: 0 });
    return group;
  }

  /** The group that a mailbox is in. */
  of(who: Affine): AffinityGroup | undefined {
    return this.#placeOf(who)?.group;
  }

  /** The mailbox is served elsewhere: it leaves the group, whose others stay. */
  moved(who: Affine): void {
    const mailbox = this.#mailbox(who);
    const place = this.#placeOf(who);
    if (!place) return;
    const where = place.group.connection.group ?? '';
    const before = this.#apart.get(mailbox);
    this.#apart.set(mailbox, { where, times: before?.where === where ? before.times + 1 : 1 });
    this.#give(who, place);
  }

  /** One that watches the mailbox ends. @param keep whether it comes back: what it had on the server stays there */
  release(who: Affine, keep: boolean): void {
    const place = this.#placeOf(who);
    const counted = this.#watching.get(who);
    if (counted) counted.watching -= 1;
    this.#watching.delete(who);
    if (!place || keep || place.watching > 0) return;
    this.#apart.delete(this.#mailbox(who));
    this.#give(who, place);
  }

  #roomAt(shared: string, { access }: Affine, connection: AccountConnection): AffinityGroup {
    const groups = this.#groups.get(shared) ?? new Set();
    this.#groups.set(shared, groups);
    let group = [...groups].find((one) => one.size < MAX_MAILBOXES && !one.connection.client.isClosed);
    if (!group) {
      this.#made += 1;
      // No mailbox is called that, so that it is none of the groups of a single mailbox.
      group = new AffinityGroup({ name: ` streams ${this.#made}`, shared, connection, access }, this.#account);
      groups.add(group);
    }
    return group;
  }

  #give(who: Affine, { group }: Place): void {
    this.#places[who.access].delete(this.#address(who));
    group.size -= 1;
    if (group.size > 0) return;
    group.forget();
    const groups = this.#groups.get(group.shared);
    groups?.delete(group);
    if (groups?.size === 0) this.#groups.delete(group.shared);
  }

  #placeOf(who: Affine): Place | undefined {
    return this.#places[who.access].get(this.#address(who));
  }

  #address(who: Affine): string {
    return addressOf(who, this.#account.email).toLowerCase();
  }

  #mailbox(who: Affine): string {
    return `${who.access} ${this.#address(who)}`;
  }
}
