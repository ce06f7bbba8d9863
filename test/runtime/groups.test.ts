import assert from 'node:assert/strict';
import type { ResponseRecord } from '../../dist/src/sandbox/http/request-record.js';
import { startSandbox, type Sandbox } from '../../dist/src/sandbox/sandbox.js';
import { NamedHosts, sandboxAt, website } from '../support/named-hosts.js';
import { WITH_TLS_AND_PROXY } from '../support/on-premises.js';
import type { RuntimeLab } from '../support/runtime-lab.js';
import { withNodeRed } from '../support/shared-node-red.js';
import { streamNode } from '../support/stream-flows.js';

const AUTODISCOVER = 'autodiscover.sandbox.example';
const url = (host: string) => `https://${host}.sandbox.example/EWS/Exchange.asmx`;
const of = (name: string) => `${name}@sandbox.example`;
const NAMES = ['a', 'b', 'c', 'd'];

describe('an account whose mailboxes are at several servers', () => {
  const current = withNodeRed(WITH_TLS_AND_PROXY);
  let lab: RuntimeLab;
  let hosts: NamedHosts;
  let directory: Sandbox;
  let west: Sandbox;
  let westLog: ResponseRecord[];

  beforeEach(async () => {
    lab = current();
    hosts = await NamedHosts.start();
    directory = await startSandbox();
    west = await startSandbox({ seed: 2 });
    westLog = [];
    west.onResponse((record) => westLog.push(record));
    for (const server of [directory, west, lab.sandbox]) {
      for (const name of NAMES) server.addMailbox(of(name));
      server.allowImpersonation(server.user);
    }
    directory.setAutodiscover({ externalUrl: url('east') });
    for (const name of ['c', 'd']) directory.setAutodiscover({ externalUrl: url('west') }, of(name));
    await hosts.https(AUTODISCOVER, sandboxAt(directory));
    await hosts.https('east.sandbox.example', sandboxAt(lab.sandbox));
    await hosts.https('west.sandbox.example', sandboxAt(west));
  });

  afterEach(async () => {
    await hosts.close();
    await directory.close();
    await west.close();
  });

  const flows = (mailboxes = NAMES) => [
    ...[lab.tab(), lab.sink()],
    lab.account({ server: 'autodiscover', url: '', tls: lab.id('tls'), proxy: lab.id('proxy'), confirmedHosts: [] }),
    streamNode(lab, { mailbox: mailboxes.map(of).join(', '), access: 'impersonate' }),
    {
      ...{ id: lab.id('tls'), type: 'tls-config', name: '', cert: '', key: '', ca: '', certname: '', keyname: '' },
      ...{ caname: '', servername: '', verifyservercert: true, alpnprotocol: '' },
      credentials: { cadata: hosts.authority.ca },
    },
    { id: lab.id('proxy'), type: 'http proxy', name: '', url: hosts.proxy.origin, noproxy: [], credentials: {} },
  ];
  const shows = (text: string) => lab.red.until(() => lab.red.status(lab.id('stream')).text === text);
  const itemsOf = (name: string) =>
    lab.red
      .messages(lab.id('stream'))
      .filter(({ msg }) => msg.ews.mailbox === of(name))
      .map(({ msg }) => msg.payload.itemId.id);
  const opened = (log: readonly ResponseRecord[]) =>
    log.filter(({ operation, code }) => operation === 'GetStreamingEvents' && code === 'NoError');
  /** One stream a server, as those of its mailboxes have grown together. */
  const settled = (...servers: Sandbox[]) => lab.red.until(() => servers.every(({ streamCount }) => streamCount === 1));
  /** Delivers to a mailbox where it is, and waits for the events of just that. */
  const brings = async (server: Sandbox, name: string) => {
    const before = itemsOf(name);
    const { id } = server.mailbox(of(name)).deliver();
    await lab.red.until(() => itemsOf(name).length > before.length);
    assert.deepEqual(itemsOf(name), [...before, id]);
  };

  it('has a client at each, and a group with an anchor of its own', async () => {
    await lab.red.deploy(flows());
    await shows('4 connected');
    await settled(lab.sandbox, west);
    for (const name of ['a', 'b']) await brings(lab.sandbox, name);
    for (const name of ['c', 'd']) await brings(west, name);
    assert.deepEqual(
      [lab.responses, westLog].map((log) => opened(log).at(-1)?.impersonate),
      [of('a'), of('c')],
    );
    // Its mailboxes were asked for together.
    const questions = hosts.requests.filter(({ path, authorization }) => path.endsWith('.svc') && authorization);
    assert.equal(questions.length, 2);
    assert.deepEqual(lab.red.errors(), []);
  });

  it('groups those at one server by what Autodiscover tells', async () => {
    for (const name of ['c', 'd']) directory.setAutodiscover({ externalUrl: url('east'), grouping: 'other' }, of(name));
    await lab.red.deploy(flows());
    await shows('4 connected');
    await lab.red.until(() => lab.sandbox.streamCount === 2);
    for (const name of NAMES) await brings(lab.sandbox, name);
    const streams = opened(lab.responses).slice(-2);
    assert.deepEqual(streams.map(({ impersonate }) => impersonate).sort(), [of('a'), of('c')]);
    assert.equal(westLog.length, 0);
  });

  it('has a mailbox that moves follow to its server, loses nothing of it, and leaves the others alone', async () => {
    await hosts.https('west.sandbox.example', sandboxAt(lab.sandbox));
    await lab.red.deploy(flows());
    await shows('4 connected');
    await lab.red.until(() => lab.sandbox.streamCount === 2);
    for (const name of NAMES) await brings(lab.sandbox, name);
    const before = opened(lab.responses).length;

    directory.setAutodiscover({ externalUrl: url('east') }, of('c'));
    lab.sandbox.onRequest(({ operation, impersonate, body = '' }) => {
      const isLate = hosts.requests.filter(({ path }) => path.endsWith('.svc')).length > 4;
      if (operation === 'Subscribe' && impersonate === of('c') && !isLate && body.includes('StreamingSubscription')) {
        lab.sandbox.failNext({ operation, code: 'ErrorProxyRequestNotAllowed' });
      }
    });
    const ids = itemsOf('c');
    lab.sandbox.moveMailbox(of('c'));
    for (let count = 0; count < 5; count += 1) ids.push(lab.sandbox.mailbox(of('c')).deliver().id);
    await shows('4 connected');
    await lab.red.until(() => itemsOf('c').length >= ids.length);
    ids.push(lab.sandbox.mailbox(of('c')).deliver().id);
    await lab.red.until(() => itemsOf('c').includes(ids.at(-1)));
    assert.deepEqual(itemsOf('c'), ids);
    for (const name of ['a', 'b', 'd']) await brings(lab.sandbox, name);
    // Whose stream carried it opened it again without it; that of those it has come to was left as it is.
    const since = opened(lab.responses).slice(before);
    assert.ok(since.length > 0);
    assert.ok(since.every(({ subscriptionIds }) => subscriptionIds.length <= 2));
    assert.equal(
      hosts.requests.filter(({ path }) => path.endsWith('.svc')).length,
      6,
      'asked for once more, of that mailbox alone',
    );
  });

  it('is taken to be at its own server, in one group, while Autodiscover is away', async () => {
    await lab.connect(flows(['a']), 'stream');
    await hosts.https(AUTODISCOVER, website);
    await lab.red.restart();
    await lab.red.deploy(flows());
    await shows('4 connected');
    await settled(lab.sandbox);
    for (const name of NAMES) await brings(lab.sandbox, name);
    assert.equal(westLog.length, 0);
    assert.deepEqual(lab.red.errors(), []);
  });

  it('tells no host that is not confirmed who is calling, says so for that mailbox, and goes on with the others', async () => {
    directory.setAutodiscover({ externalUrl: 'https://mail.hoster.example/EWS/Exchange.asmx' }, of('b'));
    await hosts.https('mail.hoster.example', sandboxAt(west));
    await lab.red.deploy(flows());
    await shows('3 of 4 connected');
    const { text } = await lab.red.error(lab.id('stream'));
    assert.match(text, /b@sandbox\.example leads to mail\.hoster\.example, which is outside the domain of demo@/);
    assert.match(text, /confirm it in the account/);
    for (const name of ['c', 'd']) await brings(west, name);
    await brings(lab.sandbox, 'a');
    assert.ok(hosts.requests.every(({ origin }) => origin !== 'https://mail.hoster.example'));
  });
});
