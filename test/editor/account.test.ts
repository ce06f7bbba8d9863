import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Dialog } from './support/dialog.js';
import { flowWith } from './support/flows.js';
import { withEditor } from './support/with-editor.js';

describe('the dialog of an account', () => {
  const editor = withEditor();

  const kind = (dialog: Dialog) => dialog.form.locator('#ews-preset');
  const stored = async () => JSON.parse(await editor().red.get('credentials/ews-account/account')) as object;

  it('fills in what a kind of server is known for', async () => {
    await editor().begin(flowWith('ews-pull'));
    const dialog = await editor().editConfig('account');
    await kind(dialog).selectOption('workmail-eu-west-1');
    assert.deepEqual(await dialog.values('url', 'auth', 'version'), {
      url: 'https://ews.mail.eu-west-1.awsapps.com/EWS/Exchange.asmx',
      auth: 'basic',
      version: 'Exchange2010_SP2',
    });
    await kind(dialog).selectOption('exchange');
    assert.deepEqual(await dialog.values('url', 'auth'), { url: '', auth: 'ntlm' });
    await dialog.fill({ url: 'mail.example.com', username: 'EXAMPLE\\me' });
    assert.deepEqual(await dialog.values('url'), { url: 'https://mail.example.com/EWS/Exchange.asmx' });
    await dialog.done();
    const { server, url, auth } = await editor().node('account');
    assert.deepEqual(
      { server, url, auth },
      { server: 'url', url: 'https://mail.example.com/EWS/Exchange.asmx', auth: 'ntlm' },
    );
  });

  it('tells the kind from the address, and says what is to be known of it', async () => {
    await editor().begin(flowWith('ews-pull'));
    const dialog = await editor().editConfig('account');
    assert.equal(await kind(dialog).inputValue(), 'grommunio');
    await dialog.fill({ url: 'https://outlook.office365.com/EWS/Exchange.asmx' });
    assert.equal(await kind(dialog).inputValue(), 'online');
    assert.match((await dialog.notes('hint')).join(' '), /1 April 2027/);
    await dialog.done();
    await editor().deploy();
    await editor().load();
    assert.equal(await kind(await editor().editConfig('account')).inputValue(), 'online');
  });

  it('asks a sandbox for nothing', async () => {
    await editor().begin(flowWith('ews-pull'));
    const dialog = await editor().editConfig('sandbox-account');
    assert.equal(await kind(dialog).inputValue(), 'sandbox');
    await dialog.openGroups();
    for (const row of ['url', 'sign-in', 'tls', 'proxy']) assert.ok(!(await dialog.row(row).isVisible()), row);
    await dialog.done();
    assert.equal((await editor().node('sandbox-account')).server, 'sandbox');
  });

  it('keeps a password that it never shows', async () => {
    await editor().begin(flowWith('ews-pull'));
    const dialog = await editor().editConfig('account');
    assert.deepEqual(await dialog.values('username', 'password'), { username: 'me@example.com', password: '__PWRD__' });
    assert.deepEqual(await dialog.notes('problem'), []);
    await dialog.fill({ name: 'Another name', username: 'you@example.com' });
    await dialog.done();
    await editor().deploy();
    await editor().load();
    const again = await editor().editConfig('account');
    assert.deepEqual(await again.values('name', 'username', 'password'), {
      ...{ name: 'Another name', username: 'you@example.com', password: '__PWRD__' },
    });
    assert.deepEqual(await stored(), {
      ...{ username: 'you@example.com', has_password: true },
      ...{ has_clientSecret: false, has_clientKey: false, has_token: false },
    });
    const files = ['flows.json', 'flows_cred.json'].map((file) =>
      readFileSync(join(editor().red.userDir, file), 'utf8'),
    );
    assert.ok(!files.join('').includes('secret of me'));
  });

  it('objects to a user name without a password, and to a password that was emptied', async () => {
    await editor().begin(flowWith('ews-pull'));
    const node = await editor().edit('node');
    const dialog = await editor().editFrom(node, 'account', 'add');
    await dialog.fill({ url: 'mail.example.com', username: 'me' });
    assert.equal((await dialog.notes('problem')).length, 0, 'not before somebody was there');
    await dialog.field('password').focus();
    await dialog.field('email').focus();
    assert.deepEqual(await dialog.notes('problem'), ['Enter the password of the account.']);
    await dialog.fill({ password: 'x' });
    assert.deepEqual(await dialog.notes('problem'), []);
    await dialog.fill({ password: '' });
    assert.deepEqual(await dialog.notes('problem'), ['Enter the password of the account.']);
    await dialog.fill({ auth: 'negotiate' });
    assert.deepEqual(await dialog.notes('problem'), []);
    await dialog.cancel();

    const existing = await editor().editConfig('account');
    await existing.fill({ password: '' });
    await existing.field('email').focus();
    assert.deepEqual(await existing.notes('problem'), ['Enter the password of the account.']);
  });
});
