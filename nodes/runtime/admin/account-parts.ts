import type { RequestVersion } from '../../../src/protocol/server-version.js';
import type { AccountConnection } from '../../../src/subscriptions/account-link.js';
import type { ConfigurationProblem } from '../../../src/subscriptions/configuration-problem.js';
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
  readonly version: RequestVersion;
  readonly timeoutMs: number;
  /** Makes a connection of its own, for whoever calls to close. Throws an `EwsError`. */
  readonly connect: (bounds?: ConnectBounds) => Promise<AccountConnection>;
}

/** Reads a configuration, deployed or not, as the account node does: the parts, or what is wrong. */
export type ReadAccount = (config: RawConfig, credentials: RawConfig) => AccountParts | ConfigurationProblem;
