import assert from 'node:assert/strict';
import { OnPremises, WITH_TLS_AND_PROXY } from '../support/on-premises.js';
import type { RuntimeLab } from '../support/runtime-lab.js';
import { withNodeRed } from '../support/shared-node-red.js';

const SECRETS = { password: 'Pässwört-€', proxyPassword: 'Pröxy-€' };

describe('an account on a server of one’s own', () => {
  const current = withNodeRed(WITH_TLS_AND_PROXY);
  let lab: RuntimeLab;
  let site: OnPremises;

  beforeEach(async () => {
    lab = current();
    site = await OnPremises.start(lab.sandbox, SECRETS);
  });

  afterEach(() => site.close());

  const account = (more: object = {}) =>
    lab.account({
      ...{ url: site.url, auth: 'ntlm', tls: lab.id('tls'), proxy: lab.id('proxy'), email: lab.sandbox.user },
      credentials: { username: 'CORP\\anna', password: SECRETS.password },
      ...more,
    });
  const stream = () =>
    lab.node('ews-stream', 'stream', {
      ...{ account: lab.id('account'), source: 'self', mailbox: '', access: 'delegate', allFolders: false },
      ...{ folders: [{ id: 'inbox', name: '' }], events: ['NewMail'], output: 'event', missed: 'recover', store: '' },
      ...{ connectionTimeout: '30', wires: [[lab.id('sink')]] },
    });

  it('pulls and streams with NTLM, channel bindings, a private authority and a proxy, all at once', async () => {
    const flows = [lab.tab(), site.tls(lab.id('tls')), site.httpProxy(lab.id('proxy')), account()];
    await lab.connect([...flows, lab.pull(), stream(), lab.sink()], 'pull', 'stream');
    await lab.assertExactly(lab.deliver(3), 'pull', 'stream');
    assert.ok(site.front.proofs.length > 0 && site.front.proofs.every(({ right }) => right));
    assert.ok(site.proxy.asked.every((asked) => asked === 'CONNECT mail.corp.example:443'));
    assert.deepEqual(lab.red.errors(), []);
  });

  it('goes around the proxy to a host that is exempt from it', async () => {
    const tls = site.tls(lab.id('tls'));
    const flows = [lab.tab(), tls, site.httpProxy(lab.id('proxy'), ['127.0.0.1']), lab.pull(), lab.sink()];
    await lab.connect([...flows, lab.account({ proxy: lab.id('proxy') })]);
    await lab.assertExactly(lab.deliver(2));
    assert.deepEqual(site.proxy.asked, []);
  });

  it('says once, at each node, what the server offers', async () => {
    const flows = [lab.tab(), site.tls(lab.id('tls')), site.httpProxy(lab.id('proxy')), account({ auth: 'basic' })];
    await lab.red.deploy([...flows, lab.pull(), stream(), lab.sink()]);
    for (const node of ['pull', 'stream']) {
      const { text } = await lab.red.error(lab.id(node));
      assert.match(text, /offers Negotiate and NTLM; the account is set to Basic.*Choose one that the server offers/);
      await lab.red.until(() => lab.red.status(lab.id(node)).text === 'sign-in not offered');
      assert.equal(lab.red.errors(lab.id(node)).length, 1);
    }
    assert.equal(site.front.greetings.length, 0);
  });

  it('says what Negotiate needs that is not there', async () => {
    const flows = [lab.tab(), site.tls(lab.id('tls')), site.httpProxy(lab.id('proxy'))];
    const nameless = account({ auth: 'negotiate', credentials: {} });
    await lab.red.deploy([...flows, nameless, lab.pull(), lab.sink()]);
    assert.match((await lab.red.error(lab.id('pull'))).text, /npm install kerberos/);
  });
});
