import { join } from 'node:path';
import type { Node, NodeAPI, NodeDef } from 'node-red';
import { systemClock } from '../src/clock.js';
import { DEFAULT_REQUEST_VERSION, isRequestVersion, type RequestVersion } from '../src/protocol/server-version.js';
import { isSmtpAddress, type ConfigurationProblem } from '../src/subscriptions/configuration-problem.js';
import { nodeDigest } from '../src/subscriptions/position-store.js';
import { UnwantedSubscriptions } from '../src/subscriptions/unwanted-subscriptions.js';
import type { Credentials } from '../src/transport/credentials.js';
import type { TlsOptions } from '../src/transport/tls-options.js';
import type { AccountParts } from './runtime/admin/account-parts.js';
import { answerBrowseFolders } from './runtime/admin/browse-folders.js';
import { rememberDeployed } from './runtime/admin/deployed-accounts.js';
import { answerTestConnection } from './runtime/admin/test-connection.js';
import { Account } from './runtime/account.js';
import { numberOf, textOf, type RawConfig } from './runtime/config-values.js';
import { connectTo, connectToSandbox, type ServerSettings } from './runtime/connect-account.js';
import { positionsDirectory } from './runtime/positions.js';
import { proxySettings } from './runtime/proxy.js';
import { Texts } from './runtime/texts.js';

/** The ways to sign in that there are. */
const AUTHENTICATIONS: readonly Credentials['type'][] = ['basic', 'ntlm', 'negotiate'];
/** The default bound on an answer, in seconds. */
const DEFAULT_TIMEOUT_SECONDS = 60;
const MAX_TIMEOUT_SECONDS = 600;

/** What Node-RED hands over; a credential that was never set is missing. */
type AccountCredentials = RawConfig & Record<'username' | 'password', unknown>;

/** The address of the sandbox's own mailbox. */
const SANDBOX_EMAIL = 'demo@sandbox.example';

module.exports = function (RED: NodeAPI): void {
  const texts = new Texts(RED);

  function EwsAccountNode(this: Node<AccountCredentials>, config: NodeDef & RawConfig): void {
    RED.nodes.createNode(this, config);
    const credentials = (this.credentials as RawConfig | undefined) ?? {};
    rememberDeployed(this, { config, credentials });
    const parts = read(config, credentials);
    const problem = typeof parts === 'string' ? parts : undefined;
    const account = typeof parts === 'string' ? undefined : makeAccount(this, parts);
    Object.assign(this, { problem, account });
    // The nodes that use it say so too, each where it stands.
    if (problem) this.error(texts.problem(problem));
    this.on('close', (done: () => void) => {
      void (account?.close() ?? Promise.resolve()).finally(done);
    });
  }

  /** What a configuration means: of a node that is deployed, or as it stands in a dialog. */
  function read(config: RawConfig, credentials: RawConfig): AccountParts | ConfigurationProblem {
    const username = textOf(credentials, 'username');
    const password = typeof credentials.password === 'string' ? credentials.password : '';
    const problem = problemOf(config, username, password);
    if (problem) return problem;
    const sandbox = textOf(config, 'server') === 'sandbox';
    const settings: ServerSettings = {
      version: versionOf(config) ?? DEFAULT_REQUEST_VERSION,
      timeoutMs: numberOf(config, 'timeout', DEFAULT_TIMEOUT_SECONDS) * 1000,
      clock: systemClock,
    };
    const way = { tls: tlsOptions(textOf(config, 'tls')), proxies: proxySettings(RED, textOf(config, 'proxy')) };
    const type = authenticationOf(config) ?? 'basic';
    const email = sandbox ? SANDBOX_EMAIL : textOf(config, 'email') || (isSmtpAddress(username) ? username : '');
    return {
      email,
      version: settings.version,
      timeoutMs: settings.timeoutMs,
      connect: (bounds) =>
        sandbox
          ? connectToSandbox({ ...settings, ...bounds })
          : Promise.resolve().then(() =>
              connectTo(textOf(config, 'url'), { type, username, password }, way, { ...settings, ...bounds }),
            ),
    };
  }

  function makeAccount(node: Node, { email, connect }: AccountParts): Account {
    return new Account({
      email,
      clock: systemClock,
      random: Math.random,
      unwanted: new UnwantedSubscriptions(join(positionsDirectory(RED), `${nodeDigest(node.id)}.unwanted.json`)),
      connect,
      abandoned: (subscription) => {
        node.warn(texts.text('abandoned', { mailbox: subscription.mailbox || email }));
      },
    });
  }

  /** What a tls-config node fills in. Its type is Node-RED's own and not published. */
  function tlsOptions(id: string): TlsOptions {
    const node = id === '' ? null : RED.nodes.getNode(id);
    const options: TlsOptions = {};
    (node as { addTLSOptions?: (options: TlsOptions) => void } | null)?.addTLSOptions?.(options);
    return options;
  }

  answerTestConnection(RED, read);
  answerBrowseFolders(RED, read);

  RED.nodes.registerType('ews-account', EwsAccountNode, {
    credentials: { username: { type: 'text' }, password: { type: 'password' } },
  });
};

function versionOf(config: RawConfig): RequestVersion | undefined {
  const text = textOf(config, 'version', DEFAULT_REQUEST_VERSION) || DEFAULT_REQUEST_VERSION;
  return isRequestVersion(text) ? text : undefined;
}

function authenticationOf(config: RawConfig): Credentials['type'] | undefined {
  const text = textOf(config, 'auth', 'basic') || 'basic';
  return AUTHENTICATIONS.find((type) => type === text);
}

function problemOf(config: RawConfig, username: string, password: string): ConfigurationProblem | undefined {
  const timeout = numberOf(config, 'timeout', DEFAULT_TIMEOUT_SECONDS);
  if (!(timeout >= 1 && timeout <= MAX_TIMEOUT_SECONDS)) return 'bad-timeout';
  if (!versionOf(config)) return 'bad-version';
  const email = textOf(config, 'email');
  if (email !== '' && !isSmtpAddress(email)) return 'bad-mailbox';
  const server = textOf(config, 'server', 'url');
  if (server === 'sandbox') return undefined;
  if (server !== 'url') return 'server-not-supported';
  const url = textOf(config, 'url');
  if (url === '') return 'no-url';
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) return 'bad-url';
  const auth = authenticationOf(config);
  if (!auth) return 'auth-not-supported';
  // Kerberos knows by its ticket who signs in.
  if (auth === 'negotiate') return undefined;
  if (username === '') return 'no-username';
  // An attempt without one would count as a wrong one, and might lock the account.
  return password === '' ? 'no-password' : undefined;
}
