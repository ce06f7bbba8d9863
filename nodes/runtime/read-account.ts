import type { NodeAPI } from 'node-red';
import { systemClock } from '../../src/clock.js';
import { DEFAULT_REQUEST_VERSION, isRequestVersion, type RequestVersion } from '../../src/protocol/server-version.js';
import { isSmtpAddress, type ConfigurationProblem } from '../../src/subscriptions/configuration-problem.js';
import { isApplication, type Credentials } from '../../src/transport/credentials.js';
import { DEFAULT_MAX_CONCURRENT } from '../../src/transport/account-budget.js';
import type { TlsOptions } from '../../src/transport/tls-options.js';
import { readCredentials } from './account-credentials.js';
import type { AccountParts, ConnectBounds } from './admin/account-parts.js';
import { numberOf, textOf, type RawConfig } from './config-values.js';
import { connectTo, connectToSandbox, type ServerSettings } from './connect-account.js';
import { foundParts } from './found-account.js';
import { proxySettings } from './proxy.js';
import { confirmedHostsOf } from './search-server.js';

/** The default bound on an answer, in seconds. */
const DEFAULT_TIMEOUT_SECONDS = 60;
const MAX_TIMEOUT_SECONDS = 600;
/** The most requests at once that an account may be set to. */
const MAX_CONCURRENCY = 100;

/** The address of the sandbox's own mailbox. */
const SANDBOX_EMAIL = 'demo@sandbox.example';

/**
 * What an account's configuration means: of a node that is deployed, or as it stands in a dialog.
 * @param keepAt the file that keeps which server was found; without one, nothing is kept
 */
export function readAccount(
  red: NodeAPI,
  config: RawConfig,
  secrets: RawConfig,
  keepAt?: string,
): AccountParts | ConfigurationProblem {
  const problem = problemOf(config);
  if (problem !== undefined) return problem;
  const settings: ServerSettings = {
    version: versionOf(config) ?? DEFAULT_REQUEST_VERSION,
    timeoutMs: numberOf(config, 'timeout', DEFAULT_TIMEOUT_SECONDS) * 1000,
    maxConcurrent: numberOf(config, 'concurrency', DEFAULT_MAX_CONCURRENT),
    clock: systemClock,
  };
  const { version, timeoutMs, maxConcurrent } = settings;
  if (textOf(config, 'server') === 'sandbox') {
    const connect = (bounds?: ConnectBounds) => connectToSandbox({ ...settings, ...bounds });
    return { email: SANDBOX_EMAIL, isApplication: false, version, timeoutMs, maxConcurrent, connect };
  }
  const signIn = readCredentials(config, secrets);
  if ('problem' in signIn) return signIn.problem;
  const { credentials } = signIn;
  const email = emailOf(config, credentials);
  const way = { tls: tlsOptions(red, textOf(config, 'tls')), proxies: proxySettings(red, textOf(config, 'proxy')) };
  const common = { email, isApplication: isApplication(credentials), version, timeoutMs, maxConcurrent };
  if (textOf(config, 'server') === 'autodiscover') {
    if (email === '') return 'no-email';
    const confirmedHosts = confirmedHostsOf(config);
    return { ...common, ...foundParts({ email, confirmedHosts, credentials, way, settings, keepAt }) };
  }
  const url = textOf(config, 'url');
  const connect = (bounds?: ConnectBounds) =>
    Promise.resolve().then(() => connectTo(url, credentials, way, { ...settings, ...bounds }));
  return { ...common, connect };
}

/** The account's own address; empty if it has none that is known. */
export function emailOf(config: RawConfig, credentials: Credentials): string {
  const username = 'username' in credentials ? credentials.username : '';
  return textOf(config, 'email') || (isSmtpAddress(username) ? username : '');
}

/** What a tls-config node fills in. Its type is Node-RED's own and not published. */
export function tlsOptions(red: NodeAPI, id: string): TlsOptions {
  const node = id === '' ? null : red.nodes.getNode(id);
  const options: TlsOptions = {};
  (node as { addTLSOptions?: (options: TlsOptions) => void } | null)?.addTLSOptions?.(options);
  return options;
}

function versionOf(config: RawConfig): RequestVersion | undefined {
  const text = textOf(config, 'version', DEFAULT_REQUEST_VERSION) || DEFAULT_REQUEST_VERSION;
  return isRequestVersion(text) ? text : undefined;
}

function problemOf(config: RawConfig): ConfigurationProblem | undefined {
  const timeout = numberOf(config, 'timeout', DEFAULT_TIMEOUT_SECONDS);
  if (!(timeout >= 1 && timeout <= MAX_TIMEOUT_SECONDS)) return 'bad-timeout';
  const concurrency = numberOf(config, 'concurrency', DEFAULT_MAX_CONCURRENT);
  if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > MAX_CONCURRENCY) return 'bad-concurrency';
  if (!versionOf(config)) return 'bad-version';
  const email = textOf(config, 'email');
  if (email !== '' && !isSmtpAddress(email)) return 'bad-mailbox';
  switch (textOf(config, 'server', 'url')) {
    case 'sandbox':
    case 'autodiscover':
      return undefined;
    case 'url':
      return problemOfUrl(textOf(config, 'url'));
    default:
      return 'server-not-supported';
  }
}

function problemOfUrl(url: string): ConfigurationProblem | undefined {
  if (url === '') return 'no-url';
  return /^https?:\/\//i.test(url) && URL.canParse(url) ? undefined : 'bad-url';
}
