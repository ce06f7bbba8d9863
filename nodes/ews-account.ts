import { join } from 'node:path';
import type { Node, NodeAPI, NodeDef } from 'node-red';
import { systemClock } from '../src/clock.js';
import { nodeDigest } from '../src/subscriptions/position-store.js';
import { UnwantedSubscriptions } from '../src/subscriptions/unwanted-subscriptions.js';
import type { AccountParts, ReadAccount } from './runtime/admin/account-parts.js';
import { answerBrowseFolders } from './runtime/admin/browse-folders.js';
import { answerFindServer } from './runtime/admin/find-server.js';
import { rememberDeployed } from './runtime/admin/deployed-accounts.js';
import { answerTestConnection } from './runtime/admin/test-connection.js';
import { Account } from './runtime/account.js';
import type { RawConfig } from './runtime/config-values.js';
import { positionsDirectory } from './runtime/positions.js';
import { readAccount } from './runtime/read-account.js';
import { Texts } from './runtime/texts.js';

/** What Node-RED hands over; a credential that was never set is missing. */
type AccountCredentials = RawConfig & Record<'username' | 'password' | 'clientSecret' | 'clientKey' | 'token', unknown>;

module.exports = function (RED: NodeAPI): void {
  const texts = new Texts(RED);

  function EwsAccountNode(this: Node<AccountCredentials>, config: NodeDef & RawConfig): void {
    RED.nodes.createNode(this, config);
    const credentials = (this.credentials as RawConfig | undefined) ?? {};
    rememberDeployed(this, { config, credentials });
    const parts = readAccount(RED, config, credentials, fileOf(this, 'server'));
    const problem = typeof parts === 'string' ? parts : undefined;
    const account = typeof parts === 'string' ? undefined : makeAccount(this, parts);
    Object.assign(this, { problem, account });
    // The nodes that use it say so too, each where it stands.
    if (problem) this.error(texts.problem(problem));
    this.on('close', (done: () => void) => {
      void (account?.close() ?? Promise.resolve()).finally(done);
    });
  }

  function makeAccount(node: Node, parts: AccountParts): Account {
    return new Account({
      ...parts,
      clock: systemClock,
      random: Math.random,
      unwanted: new UnwantedSubscriptions(fileOf(node, 'unwanted')),
      abandoned: (subscription) => {
        node.warn(texts.text('abandoned', { mailbox: subscription.mailbox || parts.email }));
      },
    });
  }

  /** A file that belongs to a node. */
  function fileOf(node: Node, what: string): string {
    return join(positionsDirectory(RED), `${nodeDigest(node.id)}.${what}.json`);
  }

  const read: ReadAccount = (config, credentials) => readAccount(RED, config, credentials);
  answerTestConnection(RED, read);
  answerBrowseFolders(RED, read);
  answerFindServer(RED);

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
