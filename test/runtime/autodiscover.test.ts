import assert from 'node:assert/strict';
import { startSandbox, type Sandbox } from '../../dist/src/sandbox/sandbox.js';
import { ask } from '../support/admin-questions.js';
import { NamedHosts, redirectTo, sandboxAt, trap } from '../support/named-hosts.js';
import { WITH_TLS_AND_PROXY } from '../support/on-premises.js';
import type { RuntimeLab } from '../support/runtime-lab.js';
import { withNodeRed } from '../support/shared-node-red.js';
import { streamNode } from '../support/stream-flows.js';

const OLD = 'https://old.sandbox.example/EWS/Exchange.asmx';
const NEW = 'https://new.sandbox.example/EWS/Exchange.asmx';
const AUTODISCOVER = 'autodiscover.sandbox.example';

describe('an account whose server is found by its address', () => {
  const current = withNodeRed(WITH_TLS_AND_PROXY);
  let lab: RuntimeLab;
  let hosts: NamedHosts;
  let directory: Sandbox;

  beforeEach(async () => {
    lab = current();
    hosts = await NamedHosts.start();
    // One that tells where the mailboxes are, and one that has them.
    directory = await startSandbox();
    directory.setAutodiscover({ externalUrl: OLD });
    await hosts.https(AUTODISCOVER, sandboxAt(directory));
    await hosts.https('old.sandbox.example', sandboxAt(lab.sandbox));
  });

  afterEach(async () => {
    await hosts.close();
    await directory.close();
  });

  const account = (more: object = {}) =>
    lab.account({
      ...{ server: 'autodiscover', url: '', tls: lab.id('tls'), proxy: lab.id('proxy'), confirmedHosts: [] },
      ...more,
    });
  const flows = (more: object = {}) => [
    ...[lab.tab(), account(more), lab.sink(), lab.pull(), streamNode(lab)],
    {
      ...{ id: lab.id('tls'), type: 'tls-config', name: '', cert: '', key: '', ca: '', certname: '', keyname: '' },
      ...{ caname: '', servername: '', verifyservercert: true, alpnprotocol: '' },
      credentials: { cadata: hosts.authority.ca },
    },
    { id: lab.id('proxy'), type: 'http proxy', name: '', url: hosts.proxy.origin, noproxy: [], credentials: {} },
  ];
  const searches = () => hosts.requests.filter(({ path }) => path.includes('/autodiscover/')).length;

  it('finds it once for all its nodes, and keeps it for the next start', async () => {
    await lab.connect(flows(), 'pull', 'stream');
    await lab.assertExactly(lab.deliver(2), 'pull', 'stream');
    assert.equal(searches(), 2);
    assert.deepEqual(lab.red.errors(), []);

    // With Autodiscover away, it goes on all the same.
    await hosts.https(AUTODISCOVER, trap);
    await lab.red.restart();
    await lab.connected('pull', 'stream');
    await lab.settled('pull', 'stream');
    assert.equal(searches(), 2);
    assert.deepEqual(lab.red.errors(), []);
  });

  it('looks for it again when the mailbox has moved, and loses nothing', async () => {
    await lab.connect(flows(), 'pull', 'stream');
    const delivered = lab.deliver(2);
    await lab.red.until(() => lab.items().length === 2 && lab.items('stream').length === 2);
    directory.setAutodiscover({ externalUrl: NEW });
    await hosts.https('new.sandbox.example', sandboxAt(lab.sandbox));
    lab.sandbox.failNext({ operation: 'GetEvents', code: 'ErrorProxyRequestNotAllowed' });
    await lab.red.until(() => hosts.requests.some(({ origin }) => origin === 'https://new.sandbox.example'));
    delivered.push(...lab.deliver(2));
    await lab.assertExactly(delivered, 'pull', 'stream');
    const askedOld = () => hosts.requests.filter(({ origin }) => origin === 'https://old.sandbox.example').length;
    const before = askedOld();
    await lab.settled('pull', 'stream');
    assert.equal(askedOld(), before, 'the old server is asked no more');
    assert.equal(searches(), 4);
  });

  it('says once, at each node, which host has to be confirmed, and tells it nothing', async () => {
    await hosts.https(AUTODISCOVER, redirectTo('https://mail.hoster.example/autodiscover/autodiscover.xml'));
    await hosts.https('mail.hoster.example', trap);
    await lab.red.deploy(flows());
    for (const name of ['pull', 'stream']) {
      assert.match(
        (await lab.red.error(lab.id(name))).text,
        /leads to mail\.hoster\.example.*confirm it in the account/,
      );
      await lab.red.until(() => lab.red.status(lab.id(name)).text === 'host not confirmed');
      assert.equal(lab.red.errors(lab.id(name)).length, 1);
    }
    assert.deepEqual(hosts.told, []);

    await hosts.https('mail.hoster.example', sandboxAt(directory));
    await lab.red.deploy(flows({ confirmedHosts: ['mail.hoster.example'] }), 'nodes');
    await lab.connected('pull', 'stream');
  });

  it('tries a wrong password once', async () => {
    await lab.red.deploy(flows({ credentials: { username: lab.sandbox.user, password: 'wr0ng' } }));
    for (const name of ['pull', 'stream']) {
      await lab.red.until(() => lab.red.status(lab.id(name)).text === 'wrong password');
      await lab.red.error(lab.id(name));
    }
    assert.equal(hosts.requests.filter(({ authorization }) => authorization !== undefined).length, 1);
  });

  it('closes in the middle of a search', async () => {
    let asked = false;
    await hosts.https(AUTODISCOVER, (request) => {
      request.resume();
      asked = true;
    });
    await lab.red.deploy(flows());
    await lab.red.until(() => asked);
    await lab.red.deploy([]);
    assert.ok(!lab.red.output.includes('Error stopping node'));
  });

  describe('Find by e-mail address, in the dialog', () => {
    const STORED = '__PWRD__';
    const question = (more: object = {}, password = lab.sandbox.password) => {
      const { id, type: _, credentials: __, ...config } = account(more) as Record<string, unknown>;
      return { id, config, credentials: { username: lab.sandbox.user, password } };
    };
    async function find(about: object): Promise<{ steps: string[]; end: Record<string, unknown> }> {
      const { status, text } = await ask(lab.red, 'ews-account/find', about);
      assert.equal(status, 200, text);
      const lines = text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, string>);
      const end = lines.pop()!;
      return { steps: lines.map(({ outcome }) => outcome!), end };
    }
    /** The certificate's authority and the proxy, and perhaps an account; nothing that uses it. */
    const deploy = (...more: object[]) =>
      lab.red.deploy([
        ...flows().filter(({ type }) => type === 'tls-config' || type === 'http proxy'),
        ...more,
      ] as never);

    it('tells each step, and what was found', async () => {
      await deploy();
      const { steps, end } = await find(question());
      assert.deepEqual(steps.slice(-2), ['asks', 'found']);
      assert.deepEqual(end, { done: true, url: OLD });
      // Wherever the account's server is entered otherwise.
      assert.equal((await find(question({ server: 'url', url: 'https://x.example/' }))).end.url, OLD);
    });

    it('names the host to confirm, and takes it when it is', async () => {
      await deploy();
      directory.setAutodiscover({ externalUrl: 'https://mail.hoster.example/EWS/Exchange.asmx' });
      assert.deepEqual((await find(question())).end, { done: true, unconfirmed: ['mail.hoster.example'] });
      const { end } = await find(question({ confirmedHosts: ['mail.hoster.example'] }));
      assert.equal(end.url, 'https://mail.hoster.example/EWS/Exchange.asmx');
    });

    it('says that a password was refused, and tries it once', async () => {
      await deploy();
      const { steps, end } = await find(question({}, 'wr0ng'));
      assert.equal(steps.at(-1), 'refused');
      assert.match(String(end.text), /refuses the user name or the password/);
      assert.equal(hosts.requests.filter(({ authorization }) => authorization !== undefined).length, 1);
    });

    it('uses a stored password only as the deployed account does', async () => {
      await deploy(account());
      assert.equal((await find(question({}, STORED))).end.url, OLD);
      hosts.requests.length = 0;
      const changes = [{ email: 'demo@new.sandbox.example' }, { confirmedHosts: ['x.example'] }, { auth: 'ntlm' }];
      for (const change of changes) {
        const { end } = await find(question(change, STORED));
        assert.equal(end.anonymous, true, JSON.stringify(change));
      }
      await deploy(account({ server: 'url', url: OLD }));
      assert.equal((await find(question({}, STORED))).end.anonymous, true);
      assert.deepEqual(hosts.told, []);
    });

    it('says what is missing', async () => {
      await deploy();
      const { end } = await find({ ...question(), credentials: {} });
      assert.match(String(end.text), /Enter the e-mail address/);
      assert.equal((await ask(lab.red, 'ews-account/find', { id: 'x' })).status, 404);
    });
  });
});
