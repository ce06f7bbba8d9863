import type { GetStreamingEventsRequest } from '../protocol/get-streaming-events.js';
import { EwsError } from '../protocol/ews-error.js';
import type { RequestContext } from '../transport/ews-client.js';
import type { EventStream } from '../transport/event-stream.js';
import { addressOf, type AccountConnection, type AccountLink } from './account-link.js';
import { FirstAlone } from './first-alone.js';
import type { Affine } from './stream-member.js';

/**
 * Mailboxes whose streaming subscriptions are kept by one back end, so that one stream can carry them (docs: "Maintain
 * affinity between a group of subscriptions and the Mailbox server in Exchange"). Which back end that is, the first
 * request decides, made for the anchor: it goes alone, and the others bring the cookie that it was given.
 */
export class AffinityGroup {
  /** Under what its cookies are kept. */
  readonly name: string;
  /** What its mailboxes have in common. */
  readonly shared: string;
  readonly connection: AccountConnection;
  readonly access: Affine['access'];
  readonly #account: AccountLink;
  readonly #first: FirstAlone;
  /** The mailbox in whose name the streams are opened; fixed as long as that works. */
  #anchor: string | undefined;
  /** Anchors with which the stream could not be opened since it last was. */
  readonly #failedAnchors = new Set<string>();
  #troubles = 0;
  /** When the last stream was asked for; `undefined` while it waits for its turn (ms since 1970). */
  #inTurnAt: number | undefined = 0;
  /** How many mailboxes have a place in it. */
  size = 0;

  constructor(
    { name, shared, connection, access }: Pick<AffinityGroup, 'name' | 'shared' | 'connection' | 'access'>,
    account: AccountLink,
  ) {
    this.name = name;
    this.shared = shared;
    this.connection = connection;
    this.access = access;
    this.#account = account;
    this.#first = new FirstAlone({
      clock: account.clock,
      quietUntil: () => Math.max(connection.client.budget.gate.openAt, this.#inTurnAt ?? account.clock.now()),
      first: (address) => {
        this.#anchor = address;
      },
      failed: () => {
        this.forget();
      },
    });
  }

  get anchor(): string | undefined {
    return this.#anchor;
  }

  /** Whether streams are opened in the name of the anchor, which its budget is charged for. */
  get isAnchorCharged(): boolean {
    return this.access === 'impersonate' || this.#account.isApplication === true;
  }

  /** Whose budget a stream is charged to; empty: the account's own. */
  chargedFor(members: readonly Affine[]): string {
    return this.isAnchorCharged ? (this.#anchor ?? this.#firstOf(members) ?? '') : '';
  }

  /** A subscription of this group will be made. */
  expect(who: Affine): void {
    this.#first.expect(who, this.#address(who));
  }

  withdraw(who: Affine): void {
    this.#first.withdraw(who);
  }

  /** Makes a subscription: the first of the group alone, the others with its cookie. Throws an `EwsError`. */
  subscribe<T>(who: Affine, request: (context: RequestContext) => Promise<T>, signal: AbortSignal): Promise<T> {
    return this.#first.run(who, this.#address(who), (bound) => request(this.context(who, bound)), signal);
  }

  /**
   * Opens a stream in the anchor's name.
   * @param members those that it is to carry: one of them is the anchor where there is none yet
   */
  async openStream(
    members: readonly Affine[],
    request: GetStreamingEventsRequest,
    signal: AbortSignal,
    inTurn: () => void,
  ): Promise<EventStream> {
    const { client } = this.connection;
    if (client.isClosed) {
      throw new EwsError('EWS_SERVER_CHANGED', 'The mailboxes are served elsewhere now.', {
        operation: 'GetStreamingEvents',
      });
    }
    const first = this.#firstOf(members) ?? '';
    return this.#first.run(
      request,
      first,
      (bound) => {
        this.#inTurnAt = undefined;
        const asked = (): void => {
          this.#inTurnAt = this.#account.clock.now();
          inTurn();
        };
        return client.openStream(request, { ...this.#contextOf(this.#anchor ?? first, bound), inTurn: asked });
      },
      signal,
    );
  }

  /** In whose name the subscription of a mailbox is made and ended, and at which back end. */
  context(who: Affine, signal?: AbortSignal): RequestContext {
    return this.#contextOf(addressOf(who, this.#account.email), signal);
  }

  /** A stream has begun: its anchor is good. */
  begun(): void {
    this.#troubles = 0;
    this.#failedAnchors.clear();
  }

  /** A stream could not be opened, which may be the anchor's own trouble: the second time another takes its place. */
  troubled(members: readonly Affine[]): void {
    this.#troubles += 1;
    if (this.#troubles < 2 || this.replaceAnchor(members)) return;
    // Each of them has been tried: it is another trouble, and all are as good as before.
    this.#failedAnchors.clear();
  }

  /** Takes the next mailbox in the alphabet as the anchor. Returns whether there is one that was not tried. */
  replaceAnchor(members: readonly Affine[]): boolean {
    if (this.#anchor !== undefined) this.#failedAnchors.add(this.#anchor.toLowerCase());
    const next = this.#firstOf(members);
    if (next === undefined) return false;
    this.#anchor = next;
    return true;
  }

  /** Its cookies lead nowhere any more. */
  forget(): void {
    this.connection.client.forgetAffinity(this.name);
  }

  /** The first in the alphabet that has not failed. */
  #firstOf(members: readonly Affine[]): string | undefined {
    const addresses = members.map((member) => this.#address(member));
    return addresses.filter((address) => !this.#failedAnchors.has(address)).sort()[0];
  }

  #address(who: Affine): string {
    return addressOf(who, this.#account.email).toLowerCase();
  }

  #contextOf(mailbox: string, signal: AbortSignal | undefined): RequestContext {
    return {
      ...(this.access === 'impersonate' ? { impersonate: { primarySmtpAddress: mailbox } } : {}),
      mailbox,
      affinity: { group: this.name, anchorMailbox: this.#anchor ?? mailbox },
      ...(signal ? { signal } : {}),
    };
  }
}
