import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import { startSandbox, type Sandbox } from '../../dist/src/sandbox/sandbox.js';
import { barriers } from './support/accessibility.js';
import type { Dialog } from './support/dialog.js';
import { withEmptyFlow } from './support/with-editor.js';

const OWNER = 'owner@sandbox.example';

describe('Browse, beside the list of folders', () => {
  const editor = withEmptyFlow();
  let sandbox: Sandbox;
  beforeEach(async () => {
    sandbox = await startSandbox();
    const mailbox = sandbox.mailbox();
    const projects = mailbox.createFolder('Projects');
    mailbox.createFolder('Invoices', mailbox.createFolder('Alpha', projects));
    mailbox.deliver();
  });
  afterEach(() => sandbox.close());

  async function open(more: object = {}, type = 'ews-pull', account: object = {}): Promise<Dialog> {
    const credentials = { username: sandbox.user, password: sandbox.password };
    const config = { name: '', email: '', version: 'Exchange2010_SP2', tls: '', proxy: '', timeout: '10' };
    const node = { id: 'node', type, z: 'flow', x: 200, y: 100, wires: [[]], name: '', account: 'account' };
    await editor().red.deploy([
      { id: 'flow', type: 'tab', label: 'Flow', disabled: false },
      {
        ...config,
        id: 'account',
        type: 'ews-account',
        server: 'url',
        url: sandbox.url,
        auth: 'basic',
        credentials,
        ...account,
      },
      {
        ...node,
        folders: [{ id: 'inbox', name: 'Inbox' }],
        events: ['NewMail'],
        mailbox: '',
        access: 'delegate',
        ...more,
      },
    ]);
    await editor().load();
    return editor().edit('node');
  }

  const browse = (dialog: Dialog) => dialog.form.getByRole('button', { name: 'Browse…' }).click();
  const item = (dialog: Dialog, name: string): Locator =>
    dialog.form.getByRole('treeitem', { name: new RegExp(`^${name}(,|$)`) });
  const told = (dialog: Dialog) => dialog.form.locator('.ews-browser-told');
  const folders = async () => (await editor().node('node')).folders;

  for (const type of ['ews-pull', 'ews-stream', 'ews-push-in', 'ews-subscribe']) {
    it(`puts the folders that were ticked into the list of ${type}`, async () => {
      const dialog = await open({}, type);
      await browse(dialog);
      await item(dialog, 'Inbox').click();
      await item(dialog, 'Calendar').click();
      await item(dialog, 'Projects').locator('.ews-tree-twist').first().click();
      await item(dialog, 'Alpha').click();
      if (type === 'ews-pull') {
        await editor().look('folder-tree');
        assert.deepEqual(await barriers(editor(), '.ews-dialog'), []);
      }
      await dialog.form.getByRole('button', { name: 'Add to the list' }).click();
      await dialog.done();
      assert.deepEqual(await folders(), [
        { id: 'inbox', name: 'Inbox' },
        { id: 'calendar', name: 'Calendar' },
        { id: sandbox.mailbox().folder('Alpha').id, name: 'Alpha' },
      ]);
    });
  }

  it('tells how much is in a folder', async () => {
    const dialog = await open();
    await browse(dialog);
    await item(dialog, 'Inbox').waitFor();
    assert.equal(await item(dialog, 'Inbox').getAttribute('aria-label'), 'Inbox, 1 item, 1 unread');
  });

  it('works with the keyboard alone', async () => {
    const dialog = await open();
    const { keyboard } = editor().page;
    await dialog.form.getByRole('button', { name: 'Browse…' }).focus();
    await keyboard.press('Enter');
    await item(dialog, 'Inbox').waitFor();
    await keyboard.press('Tab');
    await keyboard.press('Tab');
    await keyboard.press('End');
    await keyboard.press('Home');
    const focused = () => editor().page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '');
    const first = await focused();
    for (let steps = 0; !(await focused()).startsWith('Projects') && steps < 40; steps += 1)
      await keyboard.press('ArrowDown');
    assert.notEqual(first, await focused());
    await keyboard.press('ArrowRight');
    await item(dialog, 'Alpha').waitFor();
    await keyboard.press('ArrowRight');
    assert.match(await focused(), /^Alpha/);
    await keyboard.press('Space');
    assert.equal(await item(dialog, 'Alpha').getAttribute('aria-checked'), 'true');
    await keyboard.press('ArrowLeft');
    assert.match(await focused(), /^Projects/);
    await keyboard.press('ArrowLeft');
    assert.equal(await item(dialog, 'Projects').getAttribute('aria-expanded'), 'false');
    await keyboard.press('Tab');
    await keyboard.press('Enter');
    await dialog.done();
    assert.equal(((await folders()) as unknown[]).length, 2);
  });

  it('filters what is loaded as one types, and searches the whole mailbox', async () => {
    const dialog = await open();
    await browse(dialog);
    await item(dialog, 'Inbox').waitFor();
    const words = dialog.form.getByRole('textbox', { name: 'Search' });
    await words.fill('cal');
    await item(dialog, 'Inbox').waitFor({ state: 'hidden' });
    assert.ok(await item(dialog, 'Calendar').isVisible());
    await words.fill('invoices');
    await dialog.form.getByRole('button', { name: 'Search everywhere' }).click();
    await item(dialog, 'Invoices').click();
    assert.match(await item(dialog, 'Invoices').innerText(), /Projects \/ Alpha/);
    await editor().look('folder-search');
    // What was ticked stays so when all is shown again.
    await words.fill('');
    await item(dialog, 'Inbox').waitFor();
    await dialog.form.getByRole('button', { name: 'Add to the list' }).click();
    await dialog.done();
    const { id } = sandbox.mailbox().folder('Invoices');
    assert.deepEqual(((await folders()) as unknown[])[1], { id, name: 'Invoices' });
  });

  it('opens the mailbox that stands in the dialog', async () => {
    sandbox.addMailbox(OWNER).createFolder('Of the owner');
    sandbox.allowImpersonation(sandbox.user);
    const dialog = await open();
    await dialog.fill({ mailbox: OWNER, access: 'impersonate' });
    await browse(dialog);
    await item(dialog, 'Of the owner').waitFor();
  });

  it('says in words, where the tree would be, why there is none', async () => {
    const dialog = await open({ mailbox: OWNER });
    await browse(dialog);
    await told(dialog)
      .filter({ hasText: /no mailbox/ })
      .waitFor();
    assert.equal(await dialog.form.getByRole('treeitem').count(), 0);
    await dialog.form.getByRole('button', { name: 'Close' }).click();
    // Names can be typed all the same.
    await dialog.form
      .getByRole('button', { name: /Add a folder|folder/ })
      .last()
      .click();
    await dialog.form.locator('.ews-folder-id').last().fill('Tasks');
    await dialog.done();
    assert.deepEqual(((await folders()) as unknown[])[1], { id: 'tasks', name: 'Tasks' });
  });

  it('uses what stands in an account that was changed and not deployed', async () => {
    const dialog = await open({}, 'ews-pull', { url: 'http://127.0.0.1:9/' });
    const account = await editor().editFrom(dialog, 'account', 'edit');
    await account.fill({ url: sandbox.url, password: sandbox.password });
    await account.done();
    await browse(dialog);
    await item(dialog, 'Inbox').waitFor();
  });

  it('loads a long level in parts', async () => {
    const many = sandbox.mailbox().createFolder('Many');
    for (let at = 0; at < 230; at += 1) sandbox.mailbox().createFolder(`Folder ${at}`, many);
    const dialog = await open();
    await browse(dialog);
    await item(dialog, 'Many').locator('.ews-tree-twist').first().click();
    await dialog.form.getByRole('treeitem', { name: 'More folders…' }).click();
    await item(dialog, 'Folder 229').waitFor();
    assert.equal(await dialog.form.getByRole('treeitem', { name: 'More folders…' }).count(), 0);
  });
});
