import type { Clock } from '../clock.js';
import type { EwsClient, RequestContext } from '../transport/ews-client.js';
import type { SubscriptionDescription } from './subscription-description.js';

/** Which server a position belongs to. */
export interface ServerIdentity {
  /** The address of EWS without anything secret, or a name such as `sandbox`. */
  readonly name: string;
  /** Differs after every start of a server that keeps nothing, so that a position from an earlier one is no error. */
  readonly incarnation?: string;
}

/** What was learnt of a server from its answers. */
export interface ServerTraits {
  /** Whether it gives watermarks; `undefined` until the first pull subscription tells. */
  watermarks: boolean | undefined;
}

export interface AccountConnection {
  readonly client: EwsClient;
  readonly server: ServerIdentity;
  readonly traits: ServerTraits;
}

/** What an engine needs of the account it works for. */
export interface AccountLink {
  /** The account's own SMTP address; empty when it is not known. */
  readonly email: string;
  readonly clock: Clock;
  /** Numbers from 0 to 1, for jitter. */
  readonly random: () => number;
  /** Requests at once, at most; streams are not among them. What the server allows an account, if left out. */
  readonly maxConcurrent?: number;
  /** The account's one client. Throws an `EwsError` when there can be none. */
  connect(): Promise<AccountConnection>;
  /** A mailbox is served elsewhere: the next {@link connect} leads there, where that can be found out. */
  relocate(): void;
  /** Ends, now if possible or at the next start, a subscription that nobody wants. Never throws. */
  endSubscription(subscription: EndableSubscription): Promise<void>;
  /** Tries again to end what could not be ended before. */
  endUnwanted(): void;
}

/** What is needed to end a subscription. */
export interface EndableSubscription {
  readonly subscriptionId: string;
  readonly mailbox: string;
  readonly access: 'delegate' | 'impersonate';
  /** `streaming`: it lives at the back end of the account's streams. */
  readonly delivery?: 'pull' | 'push' | 'streaming';
}

/** In whose name the requests of a subscription are made, and at which back end. */
export function contextOf(
  subscription: Pick<SubscriptionDescription, 'mailbox' | 'access'>,
  email: string,
  signal?: AbortSignal,
): RequestContext {
  const mailbox = subscription.mailbox || email;
  return {
    ...(subscription.access === 'impersonate' ? { impersonate: { primarySmtpAddress: mailbox } } : {}),
    ...(mailbox === '' ? {} : { mailbox, affinity: { group: mailbox.toLowerCase(), anchorMailbox: mailbox } }),
    ...(signal ? { signal } : {}),
  };
}
