import { randomUUID } from 'node:crypto';
import type { Clock } from '../../src/clock.js';
import type { RequestVersion } from '../../src/protocol/server-version.js';
import type { AccountConnection } from '../../src/subscriptions/account-link.js';
import type { Credentials } from '../../src/transport/credentials.js';
import type { AccountBudget } from '../../src/transport/account-budget.js';
import { proxyFor, type ProxySettings } from '../../src/transport/http-proxy.js';
import { EwsClient } from '../../src/transport/ews-client.js';
import type { TlsOptions } from '../../src/transport/tls-options.js';

export interface ServerSettings {
  readonly version: RequestVersion;
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** Requests at once, at most. */
  readonly maxConcurrent: number;
  /** What all clients of the account share. */
  readonly budget?: AccountBudget | undefined;
  /** Bound on an answer, in bytes; the client's own if left out. */
  readonly maxResponseBytes?: number;
}

/** The sandbox keeps nothing: a position from before this process started says nothing about it. */
const SANDBOX_INCARNATION = randomUUID();

/** How the server is reached. */
export interface Way {
  readonly tls: TlsOptions;
  readonly proxies: ProxySettings;
}

/**
 * A client for the server at `url`. Throws an `EwsError` where there can be none.
 * @param identity which server positions belong to, where that is not the one at this address
 */
export function connectTo(
  url: string,
  credentials: Credentials,
  { tls, proxies }: Way,
  settings: ServerSettings,
  identity?: string,
): AccountConnection {
  const proxy = proxyFor(new URL(url), proxies);
  const tokenProxy = credentials.type === 'oauth2' ? proxyFor(new URL(credentials.tokenUrl), proxies) : undefined;
  const client = new EwsClient({ ...settings, url, credentials, tls, proxy, tokenProxy });
  const { origin, pathname } = new URL(url);
  const name = identity ?? (origin + pathname).toLowerCase();
  return { client, server: { name }, traits: { watermarks: undefined } };
}

/** A client for the built-in sandbox, which is loaded and started when it is first needed. */
export async function connectToSandbox(settings: ServerSettings): Promise<AccountConnection> {
  const { sharedSandbox } = await import('../../src/sandbox/shared-sandbox.js');
  const { url, user, password } = await sharedSandbox();
  const client = new EwsClient({ ...settings, url, credentials: { type: 'basic', username: user, password } });
  return { client, server: { name: 'sandbox', incarnation: SANDBOX_INCARNATION }, traits: { watermarks: undefined } };
}
