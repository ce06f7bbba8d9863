import type { RequestVersion } from '../../../src/protocol/server-version.js';
import type { AccountConnection } from '../../../src/subscriptions/account-link.js';
import type { ConfigurationProblem } from '../../../src/subscriptions/configuration-problem.js';
import type { MailboxPlaces } from '../../../src/subscriptions/mailbox-places.js';
import type { MailboxPlace } from '../../../src/transport/autodiscover/many-mailboxes.js';
import type { RawConfig } from '../config-values.js';

/** Tighter bounds than an account's own, for somebody who sits and waits. */
export interface ConnectBounds {
  /** In milliseconds. */
  readonly timeoutMs?: number;
  readonly maxResponseBytes?: number;
}

/** What is made of an account's configuration. */
export interface AccountParts {
  readonly email: string;
  /** Whether an application signs in, which opens every mailbox in its owner's name. */
  readonly isApplication: boolean;
  readonly version: RequestVersion;
  readonly timeoutMs: number;
  /** Requests at once, at most. */
  readonly maxConcurrent: number;
  /** Makes a connection of its own, for whoever calls to close. Throws an `EwsError`. */
  readonly connect: (bounds?: ConnectBounds) => Promise<AccountConnection>;
  /** Looks for the server anew, where it is found by e-mail address: a connection to another, or `undefined`. */
  readonly findAgain?: () => Promise<AccountConnection | undefined>;
  /** Where other mailboxes are, where that is found out. */
  readonly places?: MailboxPlaces;
  /** Makes a connection to another server of the account. */
  readonly connectAt?: (place: MailboxPlace) => AccountConnection;
  /** Gives up looking for the server. */
  readonly giveUp?: () => void;
}

/** Reads a configuration, deployed or not, as the account node does: the parts, or what is wrong. */
export type ReadAccount = (config: RawConfig, credentials: RawConfig) => AccountParts | ConfigurationProblem;
