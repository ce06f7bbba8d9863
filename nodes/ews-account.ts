import { join } from 'node:path';
import type { Node, NodeAPI, NodeDef } from 'node-red';
import { systemClock } from '../src/clock.js';
import { DEFAULT_REQUEST_VERSION, isRequestVersion, type RequestVersion } from '../src/protocol/server-version.js';
import { isSmtpAddress, type ConfigurationProblem } from '../src/subscriptions/configuration-problem.js';
import { nodeDigest } from '../src/subscriptions/position-store.js';
import { UnwantedSubscriptions } from '../src/subscriptions/unwanted-subscriptions.js';
import { isApplication, type Credentials } from '../src/transport/credentials.js';
import type { TlsOptions } from '../src/transport/tls-options.js';
import { readCredentials } from './runtime/account-credentials.js';
import { Account } from './runtime/account.js';
import { numberOf, textOf, type RawConfig } from './runtime/config-values.js';
import { connectTo, connectToSandbox, type ServerSettings } from './runtime/connect-account.js';
import { positionsDirectory } from './runtime/positions.js';
import { proxySettings } from './runtime/proxy.js';
import { Texts } from './runtime/texts.js';

/** The default bound on an answer, in seconds. */
const DEFAULT_TIMEOUT_SECONDS = 60;
const MAX_TIMEOUT_SECONDS = 600;

/** What Node-RED hands over; a credential that was never set is missing. */
type AccountSecrets = RawConfig & Record<'username' | 'password' | 'clientSecret' | 'clientKey' | 'token', unknown>;

/** The sandbox lets everybody in who knows its password. */
const NO_CREDENTIALS: Credentials = { type: 'basic', username: '', password: '' };

/** The address of the sandbox's own mailbox. */
const SANDBOX_EMAIL = 'demo@sandbox.example';

module.exports = function (RED: NodeAPI): void {
  const texts = new Texts(RED);

  function EwsAccountNode(this: Node<AccountSecrets>, config: NodeDef & RawConfig): void {
    RED.nodes.createNode(this, config);
    const sandbox = textOf(config, 'server') === 'sandbox';
    const read = sandbox ? { credentials: NO_CREDENTIALS } : readCredentials(config, secretsOf(this));
    const problem = problemOf(config) ?? ('problem' in read ? read.problem : undefined);
    const account =
      problem === undefined && 'credentials' in read ? makeAccount(this, config, read.credentials) : undefined;
    Object.assign(this, { problem, account });
    // The nodes that use it say so too, each where it stands.
    if (problem) this.error(texts.problem(problem));
    this.on('close', (done: () => void) => {
      void (account?.close() ?? Promise.resolve()).finally(done);
    });
  }

  function makeAccount(node: Node, config: RawConfig, credentials: Credentials): Account {
    const sandbox = textOf(config, 'server') === 'sandbox';
    const settings: ServerSettings = {
      version: versionOf(config) ?? DEFAULT_REQUEST_VERSION,
      timeoutMs: numberOf(config, 'timeout', DEFAULT_TIMEOUT_SECONDS) * 1000,
      clock: systemClock,
    };
    const way = { tls: tlsOptions(textOf(config, 'tls')), proxies: proxySettings(RED, textOf(config, 'proxy')) };
    const username = 'username' in credentials ? credentials.username : '';
    const email = sandbox ? SANDBOX_EMAIL : textOf(config, 'email') || (isSmtpAddress(username) ? username : '');
    return new Account({
      email,
      isApplication: isApplication(credentials),
      clock: systemClock,
      random: Math.random,
      unwanted: new UnwantedSubscriptions(join(positionsDirectory(RED), `${nodeDigest(node.id)}.unwanted.json`)),
      connect: () =>
        sandbox
          ? connectToSandbox(settings)
          : Promise.resolve().then(() => connectTo(textOf(config, 'url'), credentials, way, settings)),
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

  RED.nodes.registerType('ews-account', EwsAccountNode, {
    credentials: {
      username: { type: 'text' },
      password: { type: 'password' },
      clientSecret: { type: 'password' },
      clientKey: { type: 'password' },
      token: { type: 'password' },
    },
  });
};

/** Node-RED gives none to a node that never had any. */
function secretsOf(node: { readonly credentials?: RawConfig }): RawConfig {
  return node.credentials ?? {};
}

function versionOf(config: RawConfig): RequestVersion | undefined {
  const text = textOf(config, 'version', DEFAULT_REQUEST_VERSION) || DEFAULT_REQUEST_VERSION;
  return isRequestVersion(text) ? text : undefined;
}

function problemOf(config: RawConfig): ConfigurationProblem | undefined {
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
  return undefined;
}
