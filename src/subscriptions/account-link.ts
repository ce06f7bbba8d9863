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
  /** How often it was noticed that it may have restarted. */
  restarts?: number;
}

export interface AccountConnection {
  readonly client: EwsClient;
  readonly server: ServerIdentity;
  readonly traits: ServerTraits;
  /** Mailboxes with the same can share a stream, as far as Autodiscover tells; the same for all, if left out. */
  readonly group?: string;
}

/** What an engine needs of the account it works for. */
export interface AccountLink {
  /** The account's own SMTP address; empty when it is not known. */
  readonly email: string;
  /** Whether an application signs in, which opens every mailbox in its owner's name. */
  readonly isApplication?: boolean;
  readonly clock: Clock;
  /** Numbers from 0 to 1, for jitter. */
  readonly random: () => number;
  /** Requests at once, at most; streams are not among them. What the server allows an account, if left out. */
  readonly maxConcurrent?: number;
  /**
   * The client for the server of a mailbox; of the account's own, if it is left out or empty. Throws an `EwsError` when
   * there can be none.
   */
  connect(mailbox?: string): Promise<AccountConnection>;
  /** A mailbox is served elsewhere: the next {@link connect} leads there, where that can be found out. */
  relocate(mailbox: string): void;
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

/** The address of a mailbox; empty for the account's own where that is not known. */
export function addressOf({ mailbox }: { readonly mailbox: string }, email: string): string {
  return mailbox || email;
}

/** In whose name the requests of a subscription are made, and at which back end. */
export function contextOf(
  subscription: Pick<SubscriptionDescription, 'mailbox' | 'access'>,
  email: string,
  signal?: AbortSignal,
): RequestContext {
  const mailbox = addressOf(subscription, email);
  return {
    ...(subscription.access === 'impersonate' ? { impersonate: { primarySmtpAddress: mailbox } } : {}),
    ...(mailbox === '' ? {} : { mailbox, affinity: { group: mailbox.toLowerCase(), anchorMailbox: mailbox } }),
    ...(signal ? { signal } : {}),
  };
}
