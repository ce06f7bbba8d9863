import assert from 'node:assert/strict';
import { startSandbox, type Sandbox } from '../../dist/src/sandbox/sandbox.js';
import { NamedHosts, redirectTo, sandboxAt, trap } from '../support/named-hosts.js';
import { barriers } from './support/accessibility.js';
import type { Dialog } from './support/dialog.js';
import { withEmptyFlow } from './support/with-editor.js';

const FOUND = 'https://mail.sandbox.example/EWS/Exchange.asmx';
const HOSTER = 'mail.hoster.example';
const AUTODISCOVER = 'autodiscover.sandbox.example';

describe('Find by e-mail address, in the dialog of an account', () => {
  const editor = withEmptyFlow();
  let hosts: NamedHosts;
  let directory: Sandbox;
  beforeEach(async () => {
    hosts = await NamedHosts.start();
    directory = await startSandbox();
    directory.setAutodiscover({ externalUrl: FOUND });
    await hosts.https(AUTODISCOVER, sandboxAt(directory));
  });
  afterEach(() => Promise.all([hosts.close(), directory.close()]));

  /** The dialog of an account that is deployed and has signed in nowhere yet. */
  async function open(more: object = {}): Promise<Dialog> {
    const tls = {
      ...{ id: 'tls', type: 'tls-config', name: '', cert: '', key: '', ca: '', certname: '', keyname: '' },
      ...{ caname: '', servername: '', verifyservercert: true, alpnprotocol: '' },
      credentials: { cadata: hosts.authority.ca },
    };
    const proxy = { id: 'proxy', type: 'http proxy', name: '', url: hosts.proxy.origin, noproxy: [], credentials: {} };
    const account = {
      ...{ id: 'account', type: 'ews-account', name: 'Mail', server: 'autodiscover', url: '', auth: 'basic' },
      ...{ email: directory.user, version: 'Exchange2010_SP2', cloud: 'global', tenant: '', clientId: '' },
      ...{ clientCertificate: '', tokenUrl: '', scope: '', confirmedHosts: [], tls: 'tls', proxy: 'proxy' },
      ...{ timeout: '10', credentials: { username: directory.user, password: directory.password } },
      ...more,
    };
    const tab = { id: 'flow', type: 'tab', label: 'Flow', disabled: false };
    await editor().red.deploy([tab, tls, proxy, account]);
    await editor().load();
    return editor().editConfig('account');
  }
  const button = (dialog: Dialog) => dialog.form.getByRole('button', { name: 'Find by e-mail address' });
  const told = (dialog: Dialog, sentence: RegExp) =>
    dialog.row('discover').getByRole('status').filter({ hasText: sentence }).waitFor();
  const find = async (dialog: Dialog, sentence: RegExp) => {
    await button(dialog).click();
    await told(dialog, sentence);
  };
  const outcomes = (dialog: Dialog) =>
    dialog
      .row('discover')
      .locator('.ews-step')
      .evaluateAll((all) => all.map((one) => one.getAttribute('data-ews-outcome')));
  const confirmed = (dialog: Dialog) => dialog.form.locator('.ews-confirmed-host code').allInnerTexts();
  const isDirty = () => editor().page.evaluate(() => RED.nodes.dirty());

  it('shows what was asked and what came of it, with a stored password', async () => {
    const dialog = await open();
    await find(dialog, /EWS is at https:\/\/mail\.sandbox\.example/);
    assert.deepEqual((await outcomes(dialog)).slice(-2), ['asks', 'found']);
    await editor().look('discover');
    assert.deepEqual(await barriers(editor()), []);
    assert.equal(await dialog.form.getByRole('button', { name: 'Use this address' }).count(), 0, 'it is used anyway');
    const wide = await dialog.form.evaluate((form) => {
      const edge = form.getBoundingClientRect().right;
      return [...form.querySelectorAll('.ews-step *')].filter((one) => one.getBoundingClientRect().right > edge).length;
    });
    assert.equal(wide, 0, 'addresses fit into the dialog');
  });

  it('offers what it found where the address is entered', async () => {
    const dialog = await open({ server: 'url', url: 'https://old.sandbox.example/EWS/Exchange.asmx' });
    await dialog.fill({ username: directory.user, password: directory.password });
    await find(dialog, /EWS is at/);
    await dialog.form.getByRole('button', { name: 'Use this address' }).click();
    assert.deepEqual(await dialog.values('url', 'server'), { url: FOUND, server: 'url' });
    await dialog.done();
    assert.equal((await editor().node('account')).url, FOUND);
  });

  it('tells a host nothing before somebody has confirmed it, and keeps that with the account', async () => {
    await hosts.https(AUTODISCOVER, redirectTo(`https://${HOSTER}/autodiscover/autodiscover.xml`));
    await hosts.https(HOSTER, sandboxAt(directory));
    directory.setAutodiscover({ externalUrl: `https://${HOSTER}/EWS/Exchange.asmx` });
    const dialog = await open();
    await dialog.fill({ password: directory.password });
    await find(dialog, /leads outside the domain/);
    assert.ok((await outcomes(dialog)).includes('unconfirmed'));
    assert.deepEqual(hosts.told, []);
    await editor().look('discover-confirm');
    assert.deepEqual(await barriers(editor()), []);

    await dialog.form.getByRole('button', { name: `Confirm ${HOSTER}` }).click();
    await told(dialog, /EWS is at https:\/\/mail\.hoster\.example/);
    assert.deepEqual(hosts.told, [`https://${HOSTER}`]);
    assert.deepEqual(await confirmed(dialog), [HOSTER]);
    await dialog.done();
    await editor().deploy();
    assert.deepEqual((await editor().red.deployed('account')).confirmedHosts, [HOSTER]);

    // The account that is deployed finds it so, and the stored password may be used for it.
    await editor().load();
    const again = await editor().editConfig('account');
    assert.deepEqual(await confirmed(again), [HOSTER]);
    await find(again, /EWS is at https:\/\/mail\.hoster\.example/);
    await again.done();
    assert.equal(await isDirty(), false, 'opening and closing changed something');
  });

  it('has the account count as changed if nothing but a confirmed host was', async () => {
    const dialog = await open({ confirmedHosts: [HOSTER, 'old.hoster.example'] });
    await dialog.form.getByRole('button', { name: `Do not trust ${HOSTER} any more` }).click();
    await dialog.done();
    assert.equal(await isDirty(), true);
    assert.equal(await editor().page.evaluate(() => RED.nodes.node('account')?.changed), true);
    assert.deepEqual((await editor().node('account')).confirmedHosts, ['old.hoster.example']);
    await editor().deploy();
    assert.deepEqual((await editor().red.deployed('account')).confirmedHosts, ['old.hoster.example']);
  });

  it('leaves confirmed hosts as they were if the dialog is cancelled', async () => {
    const dialog = await open({ confirmedHosts: [HOSTER] });
    await dialog.form.getByRole('button', { name: `Do not trust ${HOSTER} any more` }).click();
    await dialog.cancel();
    assert.deepEqual((await editor().node('account')).confirmedHosts, [HOSTER]);
    assert.equal(await isDirty(), false);
  });

  it('asks for a password where the stored one may not be used, and counts each try', async () => {
    const dialog = await open({ auth: 'basic', server: 'url', url: FOUND });
    await find(dialog, /Nothing was found without signing in/);
    assert.deepEqual(hosts.told, []);
    await dialog.fill({ password: 'wr0ng' });
    await find(dialog, /refuses the user name or the password/);
    assert.equal(hosts.requests.filter(({ authorization }) => authorization !== undefined).length, 1);
    assert.equal((await outcomes(dialog)).at(-1), 'refused');
  });

  it('can be asked again by the keyboard, and says when nothing was found', async () => {
    await hosts.https(AUTODISCOVER, trap);
    const dialog = await open({ auth: 'ntlm' });
    await dialog.fill({ password: 'x', email: 'somebody@nowhere.example' });
    await button(dialog).press('Enter');
    await told(dialog, /Nothing was found/);
    await dialog.fill({ email: '' });
    await dialog.fill({ username: 'EXAMPLE\\me' });
    await button(dialog).press('Enter');
    await told(dialog, /Enter the e-mail address/);
    assert.deepEqual(await outcomes(dialog), []);
  });

  it('is over when the dialog closes', async () => {
    await hosts.https(AUTODISCOVER, (request) => request.resume());
    const dialog = await open();
    const asked = editor().page.waitForRequest((request) => request.url().endsWith('ews-account/find'));
    await button(dialog).click();
    await asked;
    const over = editor().page.waitForEvent('requestfailed', (request) => request.url().endsWith('ews-account/find'));
    await dialog.cancel();
    await over;
  });
});
