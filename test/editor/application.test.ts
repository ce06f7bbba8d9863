import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { barriers } from './support/accessibility.js';
import type { Dialog } from './support/dialog.js';
import { flowWith } from './support/flows.js';
import { withEditor } from './support/with-editor.js';

const OF_USERS = ['username', 'password'];
const OF_APPLICATIONS = ['cloud', 'tenant', 'clientId', 'clientSecret', 'clientCertificate', 'tokenUrl', 'scope'];
const ROWS = [...OF_USERS, ...OF_APPLICATIONS, 'clientKey', 'token'];
const STORED = '__PWRD__';
const application = { auth: 'oauth2', tenant: 'example.onmicrosoft.com', clientId: 'an-id', email: 'me@example.com' };

describe('the dialog of an account that is no user’s', () => {
  const editor = withEditor();
  beforeEach(() => editor().begin(flowWith('ews-pull')));

  async function shown(dialog: Dialog): Promise<string[]> {
    await dialog.openGroups();
    const visible = await Promise.all(ROWS.map((row) => dialog.row(row).isVisible()));
    return ROWS.filter((_, at) => visible[at]);
  }
  const files = () =>
    ['flows.json', 'flows_cred.json'].map((file) => readFileSync(join(editor().red.userDir, file), 'utf8')).join('');

  it('shows what the way to sign in needs, and nothing else', async () => {
    const dialog = await editor().editConfig('account');
    assert.deepEqual(await shown(dialog), OF_USERS);
    await dialog.fill({ auth: 'oauth2' });
    assert.deepEqual(await shown(dialog), OF_APPLICATIONS);
    await editor().look('application');
    assert.deepEqual(await barriers(editor()), []);
    await dialog.fill({ clientCertificate: '-----BEGIN CERTIFICATE-----' });
    assert.deepEqual(await shown(dialog), [...OF_APPLICATIONS.filter((row) => row !== 'clientSecret'), 'clientKey']);
    await dialog.fill({ clientCertificate: '', auth: 'bearer' });
    assert.deepEqual(await shown(dialog), ['token']);
    await dialog.form.locator('#ews-preset').selectOption('sandbox');
    assert.deepEqual(await shown(dialog), []);
  });

  it('says what the e-mail address is for', async () => {
    const dialog = await editor().editConfig('account');
    const email = dialog.field('email');
    assert.match((await email.getAttribute('placeholder')) ?? '', /the user name/);
    await dialog.fill({ auth: 'oauth2' });
    assert.match((await email.getAttribute('placeholder')) ?? '', /mailbox/);
    await dialog.fill({ auth: 'ntlm' });
    assert.match((await email.getAttribute('placeholder')) ?? '', /the user name/);
  });

  it('says what is missing', async () => {
    const dialog = await editor().editConfig('account');
    await dialog.fill({ auth: 'oauth2' });
    for (const property of ['tenant', 'clientId', 'clientSecret', 'email']) await dialog.field(property).focus();
    const sentences = (await dialog.notes('problem')).join(' ');
    for (const words of ['Enter the tenant', 'Enter the client id', 'Enter the client secret']) {
      assert.ok(sentences.includes(words), words);
    }
    await dialog.fill({ ...application, clientSecret: 'x', tokenUrl: 'http://login.example.com/token' });
    assert.match((await dialog.notes('problem')).join(' '), /token URL must begin with https/);
  });

  it('keeps what an application signs in with, and never shows a secret', async () => {
    const dialog = await editor().editConfig('account');
    await dialog.fill({
      ...application,
      cloud: 'usgov',
      clientSecret: 'secret of the app',
      scope: 'https://x/.default',
    });
    await dialog.done();
    await editor().deploy();
    const { auth, cloud, tenant, clientId, scope } = await editor().red.deployed('account');
    assert.deepEqual(
      { auth, cloud, tenant, clientId, scope },
      { auth: 'oauth2', cloud: 'usgov', tenant: application.tenant, clientId: 'an-id', scope: 'https://x/.default' },
    );
    await editor().load();
    const again = await editor().editConfig('account');
    assert.deepEqual(await again.values('tenant', 'clientId', 'clientSecret'), {
      ...{ tenant: application.tenant, clientId: 'an-id', clientSecret: STORED },
    });
    assert.deepEqual(await again.notes('problem'), []);
    await again.done();
    assert.equal(await editor().page.evaluate(() => RED.nodes.dirty()), false, 'opening and closing changed something');
    assert.match(await editor().red.get('credentials/ews-account/account'), /"has_clientSecret":true/);
    assert.ok(!(files() + editor().red.output).includes('secret of the app'));
  });

  it('keeps a key and a token, and never shows them', async () => {
    const dialog = await editor().editConfig('account');
    await dialog.fill({ ...application, clientCertificate: 'a certificate', clientKey: 'secret key' });
    await dialog.fill({ auth: 'bearer', token: 'secret-token' });
    await dialog.done();
    await editor().deploy();
    await editor().load();
    const again = await editor().editConfig('account');
    assert.deepEqual(await again.values('auth', 'token', 'clientKey'), {
      ...{ auth: 'bearer', token: STORED, clientKey: STORED },
    });
    const answer = await editor().red.get('credentials/ews-account/account');
    assert.ok(!/secret/.test(answer.replace(/has_clientSecret/g, '')), answer);
    assert.ok(!/secret key|secret-token/.test(files() + editor().red.output));
  });
});
