import assert from 'node:assert/strict';
import { startSandbox, type Sandbox } from '../../dist/src/sandbox/sandbox.js';
import { serve, type TestServer } from '../support/http-server.js';
import { barriers } from './support/accessibility.js';
import type { Dialog } from './support/dialog.js';
import { withEmptyFlow } from './support/with-editor.js';

const STEPS = ['name', 'connection', 'certificate', 'signIn', 'mailbox', 'server', 'pull', 'streaming', 'push'];

describe('Test connection, in the dialog of an account', () => {
  const editor = withEmptyFlow();
  let sandbox: Sandbox;
  let trap: TestServer;
  let caught: (string | undefined)[];
  before(async () => {
    sandbox = await startSandbox();
    trap = await serve((request, response) => {
      caught.push(request.headers.authorization);
      response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
    });
  });
  after(() => Promise.all([sandbox.close(), trap.close()]));
  beforeEach(() => (caught = []));

  async function open(more: object = {}): Promise<Dialog> {
    const credentials = { username: sandbox.user, password: sandbox.password };
    const account = { id: 'account', type: 'ews-account', server: 'url', url: sandbox.url, auth: 'basic', ...more };
    const tab = { id: 'flow', type: 'tab', label: 'Flow', disabled: false };
    const config = { name: '', email: '', version: 'Exchange2010_SP2', tls: '', proxy: '', timeout: '10' };
    await editor().red.deploy([tab, { ...config, ...account, credentials }]);
    await editor().load();
    return editor().editConfig('account');
  }
  const test = async (dialog: Dialog, summary: RegExp) => {
    await dialog.form.getByRole('button', { name: 'Test connection' }).click();
    await dialog.row('test').getByRole('status').filter({ hasText: summary }).waitFor();
  };
  const passwords = () => caught.filter((one) => one !== undefined).length;
  const step = (dialog: Dialog, name: string) => dialog.form.locator(`[data-ews-step="${name}"]`);

  it('shows how each step went, with a stored password', async () => {
    const dialog = await open();
    await test(dialog, /The account works/);
    const steps = await dialog.form
      .locator('.ews-step')
      .evaluateAll((all) => all.map((one) => one.getAttribute('data-ews-step')));
    assert.deepEqual(steps, STEPS);
    assert.match(await step(dialog, 'signIn').innerText(), /Signed in with Basic/);
    assert.match(await step(dialog, 'mailbox').innerText(), /demo@sandbox\.example/);
    await editor().look('test-connection');
    assert.deepEqual(await barriers(editor(), '.ews-dialog'), []);
  });

  it('asks for the password again where it would go elsewhere, and sends nothing there', async () => {
    const dialog = await open();
    await dialog.fill({ url: `${trap.origin}/EWS/Exchange.asmx` });
    await test(dialog, /Type the password again/);
    assert.equal(caught.length, 0);
    await dialog.fill({ password: 'typed' });
    await test(dialog, /failed/);
    assert.match(await step(dialog, 'signIn').innerText(), /refuses the user name or the password.*counts as a try/s);
    assert.match(await step(dialog, 'signIn').innerText(), /^\s*Sign-in\s*failed:/);
    assert.equal(passwords(), 1);
    await editor().look('test-connection-failed');
    // The browser itself tells of an answer that is an error.
    editor().problems.length = 0;
    assert.deepEqual(await barriers(editor(), '.ews-dialog'), []);
  });

  it('can be asked again, by the keyboard', async () => {
    const dialog = await open();
    await dialog.fill({ password: 'wrong' });
    await test(dialog, /failed/);
    await dialog.fill({ password: sandbox.password });
    await dialog.form.getByRole('button', { name: 'Test connection' }).press('Enter');
    await dialog.row('test').getByRole('status').filter({ hasText: 'The account works' }).waitFor();
    assert.equal(await dialog.form.locator('.ews-step').count(), STEPS.length);
  });

  it('says what the settings lack', async () => {
    const dialog = await open();
    await dialog.fill({ url: '' });
    await test(dialog, /failed/);
    assert.match(await step(dialog, 'configuration').innerText(), /Enter the address/);
  });

  it('is over when the dialog closes', async () => {
    const hangs = await serve(() => undefined);
    try {
      const dialog = await open();
      await dialog.fill({ url: `${hangs.origin}/`, password: 'typed' });
      await dialog.form.getByRole('button', { name: 'Test connection' }).click();
      await step(dialog, 'connection').waitFor();
      const over = editor().page.waitForEvent('requestfailed', (request) => request.url().endsWith('ews-account/test'));
      await dialog.cancel();
      await over;
    } finally {
      await hangs.close();
    }
  });
});
