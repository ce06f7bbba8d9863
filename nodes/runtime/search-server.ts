import type { SrvRecord } from 'node:dns';
import { Resolver } from 'node:dns/promises';
import type { Clock } from '../../src/clock.js';
import { authenticationWith } from '../../src/transport/authentication.js';
import { autodiscover, type AutodiscoverOptions } from '../../src/transport/autodiscover/autodiscover.js';
import type { Discovery, DiscoveryStep } from '../../src/transport/autodiscover/discovery.js';
import { askForMailboxes, type MailboxAnswer } from '../../src/transport/autodiscover/many-mailboxes.js';
import type { Credentials } from '../../src/transport/credentials.js';
import { proxyFor } from '../../src/transport/http-proxy.js';
import type { Way } from './connect-account.js';
import type { RawConfig } from './config-values.js';

/** How long DNS may take for a record that most domains do not have, in milliseconds. */
const DNS_MS = 4000;

export interface ServerSearch {
  readonly email: string;
  readonly confirmedHosts: readonly string[];
  /** Without them, nobody is told who is calling. */
  readonly credentials: Credentials | undefined;
  readonly way: Way;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
  /** Told of each step as soon as it is over. */
  readonly onStep?: (step: DiscoveryStep) => void;
}

/** Looks for the server of an account on the network. Throws an `EwsError` for credentials that cannot be used. */
export function searchServer(search: ServerSearch): Promise<Discovery> {
  return withAutodiscover(search, autodiscover);
}

/** Asks a service where mailboxes are (see many-mailboxes.ts). Throws an `EwsError`. */
export function searchMailboxes(
  service: string,
  mailboxes: readonly string[],
  search: ServerSearch,
): Promise<readonly MailboxAnswer[]> {
  return withAutodiscover(search, (options) => askForMailboxes(service, mailboxes, options));
}

async function withAutodiscover<T>(
  { email, confirmedHosts, credentials, way: { tls, proxies }, timeoutMs, clock, signal, onStep }: ServerSearch,
  ask: (options: AutodiscoverOptions) => Promise<T>,
): Promise<T> {
  const proxyTo = (url: URL) => proxyFor(url, proxies);
  const tokenProxy = credentials?.type === 'oauth2' ? proxyTo(new URL(credentials.tokenUrl)) : undefined;
  const authentication = credentials && authenticationWith(credentials, clock, { tls, proxy: tokenProxy, timeoutMs });
  try {
    return await ask({
      ...{ email, confirmedHosts, authentication, tls, proxyTo, resolveSrv, timeoutMs, signal },
      ...(onStep ? { onStep } : {}),
    });
  } finally {
    authentication?.close?.();
  }
}

async function resolveSrv(name: string): Promise<readonly SrvRecord[]> {
  return new Resolver({ timeout: DNS_MS, tries: 1 }).resolveSrv(name);
}

/** The hosts outside the domain of its address that somebody lets an account sign in to. */
export function confirmedHostsOf(config: RawConfig): readonly string[] {
  const value = config.confirmedHosts;
  const hosts = Array.isArray(value) ? (value as unknown[]) : typeof value === 'string' ? value.split(/[\s,]+/) : [];
  return hosts.filter((host): host is string => typeof host === 'string' && host !== '');
}
