import assert from 'node:assert/strict';
import { serve } from '../support/http-server.js';
import { barriers } from './support/accessibility.js';
import type { Dialog } from './support/dialog.js';
import { withEmptyFlow } from './support/with-editor.js';

describe('the address in the dialog of ews-push-in', () => {
  const editor = withEmptyFlow();

  async function open(deployed = true): Promise<Dialog> {
    const node = { id: 'node', type: 'ews-push-in', z: 'flow', x: 200, y: 100, wires: [[]], name: '', publicUrl: '' };
    const rest = { mailbox: '', access: 'delegate', path: '', statusFrequency: '5', source: 'self' };
    const watched = { folders: [{ id: 'inbox', name: 'Inbox' }], events: ['NewMail'], allFolders: false };
    await editor().red.deploy([
      { id: 'flow', type: 'tab', label: 'Flow', disabled: false },
      { id: 'account', type: 'ews-account', name: '', server: 'sandbox' },
      ...(deployed ? [{ ...node, ...rest, ...watched, account: 'account' }] : []),
    ]);
    await editor().load();
    return editor().edit(deployed ? 'node' : await editor().drag('ews-push-in'));
  }
  const test = (dialog: Dialog) => dialog.form.getByRole('button', { name: 'Test from here' }).click();
  const told = (dialog: Dialog, text: RegExp) =>
    dialog.row('push-test').getByRole('status').filter({ hasText: text }).waitFor();

  it('is whole, and can be copied', async () => {
    const dialog = await open();
    await dialog.fill({ publicUrl: 'https://node-red.example.com/' });
    const address = await dialog.form.locator('#ews-push-address').inputValue();
    assert.match(address, /^https:\/\/node-red\.example\.com\/ews\/[\w-]{32}\/$/);
    await editor().context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await dialog.form.locator('#ews-push-copy').click();
    await editor().page.locator('.red-ui-popover', { hasText: 'opied' }).waitFor();
    assert.equal(await editor().page.evaluate(() => navigator.clipboard.readText()), address);
  });

  it('is called from here, and the call comes back', async () => {
    const dialog = await open();
    await test(dialog);
    await told(dialog, /came back to this Node-RED/);
    await editor().look('push-address');
    assert.deepEqual(await barriers(editor(), '.ews-dialog'), []);
  });

  it('is called by the public URL that stands in the dialog', async () => {
    const calls: string[] = [];
    const other = await serve((request, response) => {
      calls.push(request.url ?? '');
      response.writeHead(302, { location: 'https://elsewhere.example/' }).end();
    });
    try {
      const dialog = await open();
      await dialog.fill({ publicUrl: other.origin });
      await test(dialog);
      await told(dialog, /redirects to https:\/\/elsewhere\.example/);
      assert.equal(calls.length, 1);
    } finally {
      await other.close();
    }
  });

  it('cannot be called before it is deployed', async () => {
    const dialog = await open(false);
    await test(dialog);
    await told(dialog, /Deploy first/);
    editor().problems.length = 0;
  });
});
