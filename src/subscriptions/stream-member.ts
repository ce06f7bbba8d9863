import type { EwsError } from '../protocol/ews-error.js';
import type { Notification } from '../protocol/notification.js';
import type { Contest } from './contest.js';
import type { IdTrust } from './id-trust.js';
import type { Access } from './subscription-description.js';

/** What decides on which back end a subscription is to be. */
export interface Affine {
  readonly mailbox: string;
  readonly access: Access;
  /** Whether the server takes several subscriptions on one stream. */
  readonly shares: boolean;
}

/** A subscription as the stream that carries it sees it. */
export interface StreamMember extends Affine {
  readonly subscriptionId: string;
  /** Minutes that the server is to keep a stream open. */
  readonly connectionTimeout: number;
  /** The node it belongs to: an outage is told once for each. */
  readonly owner: string;
  /** Whether its id may by now mean another subscription. */
  readonly trust?: Pick<IdTrust, 'isStale'>;
  /** Whose the subscription is, where that is not certain. */
  readonly contest?: Pick<Contest, 'mayBeShared'> | undefined;
  /** The server has begun to answer: what comes from now on is told. */
  opened(): void;
  /** Returns when it was dealt with; until then nothing more is read. */
  notification(notification: Notification): Promise<void>;
  /** The server said that it is there, on the stream that carries this one. `isQuiet`: with no events beside that. */
  heartbeat(isQuiet: boolean): void;
  /** The stream ended in a way that may have lost events; it is opened again at `retryAt` (ms since 1970). */
  interrupted(error: EwsError, retryAt: number): void;
  /** An outage is told of here. */
  outage(error: EwsError): void;
  /** The stream carries it no longer: the subscription is gone, or the error is one to deal with for each mailbox. */
  dropped(error: EwsError): void;
}
