import assert from 'node:assert/strict';
import { ask, asked, testConnection } from '../support/admin-questions.js';
import { answerXml, serve, type TestServer } from '../support/http-server.js';
import type { FlowNode } from '../support/node-red-process.js';
import type { RuntimeLab } from '../support/runtime-lab.js';
import { withNodeRed } from '../support/shared-node-red.js';
import { WITH_TLS_AND_PROXY } from '../support/on-premises.js';

const STORED = 'st0red-Secret';

/** A server that nobody's stored password may reach; it would be glad to ask for it. */
describe('a stored password', () => {
  const current = withNodeRed(WITH_TLS_AND_PROXY);
  let lab: RuntimeLab;
  let trap: TestServer;
  let caught: string[];
  let deployed: FlowNode;

  beforeEach(async () => {
    lab = current();
    caught = [];
    trap = await serve((request, response) => {
      caught.push(`${request.method ?? ''} ${request.headers.authorization ?? ''}`);
      response.writeHead(401, { 'www-authenticate': 'Basic realm="give it to me"' }).end();
    });
    lab.sandbox.setPassword(lab.sandbox.user, STORED);
    deployed = lab.account({ credentials: { username: lab.sandbox.user, password: STORED } });
    const proxy = { id: lab.id('proxy'), type: 'http proxy', name: '', url: trap.origin, noproxy: [], credentials: {} };
    const tls = { id: lab.id('tls'), type: 'tls-config', name: '', verifyservercert: true };
    await lab.red.deploy([lab.tab(), deployed, proxy, tls]);
  });

  afterEach(() => trap.close());

  const changed = (more: object): object => asked({ ...deployed, ...more }, true);
  const PATHS = ['ews-account/test', 'ews-account/folders'];

  it('goes with the account where the deployed one sends it', async () => {
    const steps = await testConnection(lab.red, changed({}));
    assert.equal(steps.mailbox!.state, 'ok');
    // What has no say in where it goes may be changed.
    const renamed = await testConnection(lab.red, changed({ name: 'Another', timeout: '5', version: 'Exchange2016' }));
    assert.equal(renamed.mailbox!.state, 'ok');
  });

  it('goes with it where the dialog of the account was not even opened', async () => {
    const { credentials: _unknown, ...config } = deployed;
    assert.equal((await testConnection(lab.red, { id: deployed.id, config })).mailbox!.state, 'ok');
    assert.equal((await testConnection(lab.red, { id: deployed.id })).mailbox!.state, 'ok');
  });

  it('never goes to another address, not even to be refused there', async () => {
    const elsewhere = `${trap.origin}/EWS/Exchange.asmx`;
    const path = new URL(lab.sandbox.url);
    path.pathname = '/another.asmx';
    for (const url of [elsewhere, path.href, lab.sandbox.url.replace('http:', 'https:')]) {
      for (const where of PATHS) {
        for (const question of [changed({ url }), { id: deployed.id, config: { ...deployed, url } }]) {
          const { status, text } = await ask(lab.red, where, question);
          assert.equal(status, 409, where);
          assert.deepEqual(JSON.parse(text), { error: 'type-password' });
        }
      }
    }
    assert.deepEqual(caught, []);
    assert.equal(lab.responses.length, 0);
  });

  it('never goes another way: by a proxy, with other TLS, in another scheme, of another kind', async () => {
    const ways = [
      { proxy: lab.id('proxy') },
      { tls: lab.id('tls') },
      { auth: 'ntlm' },
      { server: 'autodiscover' },
      { tokenUrl: `${trap.origin}/token` },
      { somethingNew: 'x' },
      { somethingElse: true },
    ];
    for (const way of ways) {
      for (const where of PATHS) {
        // A kind of server that is not known is objected to before the password is asked for.
        assert.match(
          (await ask(lab.red, where, changed(way))).text,
          /type-password|does not know/,
          JSON.stringify(way),
        );
      }
    }
    assert.deepEqual(caught, []);
    assert.equal(lab.responses.length, 0);
  });

  it('is asked for only after what else is wrong with the settings', async () => {
    const steps = await testConnection(lab.red, changed({ url: '' }));
    assert.match(steps.configuration!.text!, /Enter the address/);
  });

  it('is not there for an account that is not deployed, or is none', async () => {
    for (const id of [lab.id('nobody'), lab.id('tls')]) {
      assert.equal((await ask(lab.red, 'ews-account/test', asked({ ...deployed, id }, true))).status, 409);
    }
  });

  it('stays behind where another is typed for another address', async () => {
    const credentials = { username: 'anna', password: 'typed' };
    const url = `${trap.origin}/EWS/Exchange.asmx`;
    const steps = await testConnection(lab.red, asked({ ...deployed, url, credentials }));
    assert.equal(steps.signIn!.state, 'failed');
    const authorization = `Basic ${Buffer.from('anna:typed').toString('base64')}`;
    assert.deepEqual(caught, ['POST ', `POST ${authorization}`]);
  });

  it('is not sent by the folders of a server that sends on', async () => {
    const on = await serve((_request, response) => {
      response.writeHead(307, { location: `${trap.origin}/EWS/Exchange.asmx` }).end();
    });
    try {
      const account = lab.account({ url: on.origin, credentials: { username: 'anna', password: 'typed' } });
      const { text } = await ask(lab.red, 'ews-account/folders', asked(account));
      assert.match((JSON.parse(text) as { text: string }).text, /sends requests on/);
      assert.deepEqual(caught, []);
    } finally {
      await on.close();
    }
  });

  it('is nowhere to be read', async () => {
    await testConnection(lab.red, changed({}));
    const { text } = await ask(lab.red, 'ews-account/test', changed({}));
    assert.ok(!text.includes(STORED) && !lab.red.output.includes(STORED), 'it shows');
  });
});

describe('environment variables in an account that is tested', () => {
  const current = withNodeRed();

  it('stand for what they stand for when it is deployed', async () => {
    const lab = current();
    const seen: string[] = [];
    const server = await serve((request, response) => {
      seen.push(request.headers.authorization ?? '');
      answerXml(response, '<none/>');
    });
    try {
      const env = [
        { name: 'EWS_URL', value: server.origin, type: 'str' },
        { name: 'EWS_PASS', value: 'from-env', type: 'str' },
      ];
      await lab.red.deploy([lab.tab(), { id: lab.id('global'), type: 'global-config', name: '', env }, lab.account()]);
      const credentials = { username: 'anna', password: '${EWS_PASS}' };
      for (const id of [lab.id('account'), lab.id('new')]) {
        await testConnection(lab.red, asked({ ...lab.account(), id, url: '${EWS_URL}', credentials }));
        assert.equal(seen.splice(0).at(-1), `Basic ${Buffer.from('anna:from-env').toString('base64')}`);
      }
    } finally {
      await server.close();
    }
  });
});
