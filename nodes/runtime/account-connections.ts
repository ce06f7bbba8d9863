import type { Clock } from '../../src/clock.js';
import type { AccountConnection } from '../../src/subscriptions/account-link.js';
import { groupOf, type MailboxPlaces } from '../../src/subscriptions/mailbox-places.js';
import type { MailboxPlace } from '../../src/transport/autodiscover/many-mailboxes.js';
import type { EwsClient } from '../../src/transport/ews-client.js';

/** All nodes whose mailboxes have moved are served by one search for the server, in milliseconds. */
const SEARCH_AGAIN_MS = 60_000;

/** How an account's servers are reached. */
export interface AccountWays {
  /** Makes the connection to the account's own server; called when the first node needs it. Throws an `EwsError`. */
  connect(): Promise<AccountConnection>;
  /** Looks for the server anew, where it is found by e-mail address: a connection to another, or `undefined`. */
  readonly findAgain?: (() => Promise<AccountConnection | undefined>) | undefined;
  /** Where other mailboxes are, where that is found out. */
  readonly places?: MailboxPlaces | undefined;
  /** Makes a connection to another server. */
  readonly connectAt?: ((place: MailboxPlace) => AccountConnection) | undefined;
}

/** The connections of an account: one to each server that its mailboxes are at. */
export class AccountConnections {
  readonly #ways: AccountWays;
  readonly #email: string;
  readonly #clock: Clock;
  #own: Promise<AccountConnection> | undefined;
  /** By what the mailboxes there have in common. */
  readonly #elsewhere = new Map<string, AccountConnection>();
  #searchableAt = Number.NEGATIVE_INFINITY;

  constructor(ways: AccountWays, email: string, clock: Clock) {
    this.#ways = ways;
    this.#email = email.toLowerCase();
    this.#clock = clock;
  }

  /** The connection to where a mailbox is; empty: the account's own. Throws an `EwsError`. */
  async to(mailbox: string): Promise<AccountConnection> {
    const own = await this.#toOwn();
    const { places } = this.#ways;
    if (!places || this.#isOwn(mailbox)) return own;
    const place = await places.find(mailbox);
    // Meanwhile the account itself may have moved.
    return place ? this.#at(place, await this.#toOwn()) : this.#toOwn();
  }

  /** A mailbox is not where it was: it is looked for again. */
  moved(mailbox: string): void {
    const { places } = this.#ways;
    if (places && !this.#isOwn(mailbox)) {
      places.forget(mailbox);
      // One that Autodiscover does not tell of is where the account is.
      void places.find(mailbox).then(
        (place) => {
          if (!place) this.#moveOwn();
        },
        () => undefined,
      );
    } else this.#moveOwn();
  }

  /** Resolves when nothing is under way any more whose answer comes too late for who asked. Never rejects. */
  async finished(): Promise<void> {
    await Promise.all([...(await this.#clients())].map((client) => client.finished()));
  }

  async close(): Promise<void> {
    await Promise.all([...(await this.#clients())].map((client) => client.close()));
  }

  async #clients(): Promise<ReadonlySet<EwsClient>> {
    const own = await this.#own?.catch(() => undefined);
    return new Set([own, ...this.#elsewhere.values()].flatMap((connection) => connection?.client ?? []));
  }

  async #toOwn(): Promise<AccountConnection> {
    this.#own ??= this.#ways.connect();
    const connecting = this.#own;
    try {
      return await connecting;
    } catch (error) {
      if (this.#own === connecting) this.#own = undefined;
      throw error;
    }
  }

  #at(place: MailboxPlace, own: AccountConnection): AccountConnection {
    const { connectAt } = this.#ways;
    const group = groupOf(place);
    if (!connectAt || own.group === group) return own;
    const known = this.#elsewhere.get(group);
    if (known) return known;
    // Groups at one server share a client.
    const there = [own, ...this.#elsewhere.values()].find(({ client }) => urlOf(client) === place.url);
    const made = there ? { ...there, group } : connectAt(place);
    this.#elsewhere.set(group, made);
    return made;
  }

  #moveOwn(): void {
    const { findAgain } = this.#ways;
    const current = this.#own;
    if (!findAgain || !current || this.#clock.now() < this.#searchableAt) return;
    this.#searchableAt = this.#clock.now() + SEARCH_AGAIN_MS;
    const moved = current.then(async (connection) => {
      // Where it is not found, the old one is asked again, and says again that it is elsewhere.
      const next = await findAgain().catch(() => undefined);
      if (!next) return connection;
      return this.#instead(connection, next);
    });
    moved.catch(() => undefined);
    this.#own = moved;
  }

  #instead(before: AccountConnection, next: AccountConnection): AccountConnection {
    const others = [...this.#elsewhere.values()];
    // Those of other mailboxes go on where they are.
    if (!others.some(({ client }) => client === before.client)) void before.client.close();
    const there = others.find(({ client }) => urlOf(client) === urlOf(next.client));
    if (!there) return next;
    void next.client.close();
    return { ...next, client: there.client, traits: there.traits };
  }

  #isOwn(mailbox: string): boolean {
    return mailbox === '' || mailbox.toLowerCase() === this.#email;
  }
}

function urlOf({ way: { route, path } }: EwsClient): string {
  return route.origin + path;
}
