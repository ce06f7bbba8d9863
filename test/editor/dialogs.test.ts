import assert from 'node:assert/strict';
import type { Entries } from './support/dialog.js';
import { flowWith, NODES, type NodeType } from './support/flows.js';
import { withEditor } from './support/with-editor.js';

const common: Entries = { name: 'Changed', account: 'account', mailbox: 'info@example.com', access: 'impersonate' };
const more: Entries = { output: 'notification', missed: 'skip', store: 'memory' };

/** Something else than the usual, for every plain field of a dialog. */
const entries: Record<NodeType, Entries> = {
  'ews-pull': { ...common, interval: '90', ...more, subscriptionTimeout: '45' },
  'ews-push-in': {
    ...{ ...common, publicUrl: 'https://node-red.example.com', path: 'orders', statusFrequency: '2' },
    ...more,
  },
  'ews-stream': {
    ...common,
    mailbox: 'info@example.com\nsales@example.com',
    ...more,
    connectionTimeout: '20',
    share: '2/3',
  },
  'ews-subscribe': { ...common, delivery: 'streaming', connectionTimeout: '20', share: '${SHARE}' },
};

/** `memory` has a name, so that the dialogs can offer it. */
const contextStorage = { default: { module: 'memory' }, memory: { module: 'memory' } };

describe('a dialog', () => {
  const editor = withEditor({ contextStorage });

  for (const type of NODES) {
    it(`of ${type} shows after a deploy and a reload what was entered`, async () => {
      await editor().begin(flowWith(type));
      const dialog = await editor().edit('node');
      await dialog.fill(entries[type]);
      await dialog.form.getByRole('checkbox', { name: 'Moved' }).check();
      await dialog.form.getByRole('checkbox', { name: 'New mail' }).uncheck();
      await dialog.form.getByRole('button', { name: 'Add a folder' }).click();
      await dialog.form.locator('.ews-folder-id').last().fill('Calendar');
      await editor().look(`${type}-filled`);
      await dialog.done();
      await editor().deploy();

      const deployed = await editor().red.deployed('node');
      const expected = {
        ...entries[type],
        folders: [
          { id: 'inbox', name: 'Inbox' },
          { id: 'calendar', name: 'Calendar' },
        ],
        events: ['Moved'],
      };
      assert.deepEqual(
        Object.fromEntries(Object.keys(expected).map((property) => [property, deployed[property]])),
        expected,
      );

      await editor().load();
      const again = await editor().edit('node');
      assert.deepEqual(await again.values(...Object.keys(entries[type])), entries[type]);
      assert.deepEqual(
        await again.form
          .locator('.ews-events input:checked')
          .evaluateAll((all) => all.map((one) => (one as HTMLInputElement).value)),
        ['Moved'],
      );
      assert.deepEqual(
        await again.form
          .locator('.ews-folder-id')
          .evaluateAll((all) => all.map((one) => (one as HTMLInputElement).value)),
        ['Inbox', 'Calendar'],
      );
      await again.done();
      assert.equal(
        await editor().page.evaluate(() => RED.nodes.dirty()),
        false,
        'opening and closing changed something',
      );
    });

    it(`of ${type} asks for no more than the usual at first`, async () => {
      await editor().begin(flowWith(type));
      const dialog = await editor().edit('node');
      assert.equal(await dialog.form.locator('details').getAttribute('open'), null);
      assert.deepEqual(await dialog.notes('problem'), []);
      await dialog.cancel();
      assert.deepEqual(await editor().errors('node'), []);
    });
  }

  it('opens the rare settings if one of them was changed', async () => {
    await editor().begin(flowWith('ews-pull', { missed: 'skip' }));
    const dialog = await editor().edit('node');
    assert.notEqual(await dialog.form.locator('details').getAttribute('open'), null);
    await dialog.field('missed').waitFor();
  });

  it('takes a folder out of the list also if Done is pressed at once', async () => {
    await editor().begin(
      flowWith('ews-pull', {
        folders: [
          { id: 'inbox', name: 'Inbox' },
          { id: 'drafts', name: 'Drafts' },
        ],
      }),
    );
    const dialog = await editor().edit('node');
    await dialog.form.getByRole('button', { name: 'Remove this folder' }).first().click();
    await dialog.done();
    assert.deepEqual((await editor().node('node')).folders, [{ id: 'drafts', name: 'Drafts' }]);
  });

  it('takes the usual for what a flow leaves out, as the runtime does', async () => {
    const left = { source: undefined, output: undefined, missed: undefined, interval: undefined, access: undefined };
    await editor().begin(flowWith('ews-pull', left));
    const dialog = await editor().edit('node');
    assert.equal(await dialog.form.locator('details').getAttribute('open'), null);
    assert.deepEqual(await dialog.values('source', 'output', 'missed', 'access'), {
      ...{ source: 'self', output: 'event', missed: 'recover', access: 'delegate' },
    });
    await dialog.cancel();
    const account = await editor().editConfig('sandbox-account');
    assert.deepEqual(await account.values('server', 'auth', 'version'), {
      ...{ server: 'sandbox', auth: 'basic', version: 'Exchange2010_SP2' },
    });
  });

  it('leaves the node as it was if it is cancelled', async () => {
    await editor().begin(flowWith('ews-stream'));
    const before = await editor().node('node');
    const dialog = await editor().edit('node');
    await dialog.fill(entries['ews-stream']);
    await dialog.form.getByRole('checkbox', { name: 'Moved' }).check();
    await dialog.cancel();
    assert.deepEqual(await editor().node('node'), before);
  });
});

describe('fields that do not apply', () => {
  const editor = withEditor();

  /** The rows of a dialog that show, of those named. */
  async function shown(rows: readonly string[]): Promise<string[]> {
    const dialog = await editor().edit('node');
    await dialog.openGroups();
    const visible = await Promise.all(rows.map((row) => dialog.row(row).isVisible()));
    return rows.filter((_, at) => visible[at]);
  }
  const rows = ['account', 'mailbox', 'access', 'folders', 'folder-list', 'events', 'interval', 'subscriptionTimeout'];

  it('are not there for a node that receives what ews subscribe subscribes to', async () => {
    await editor().begin(flowWith('ews-pull', { source: 'input' }));
    assert.deepEqual(await shown(rows), ['interval']);
  });

  it('come and go with what is chosen', async () => {
    await editor().begin(flowWith('ews-pull'));
    assert.deepEqual(
      await shown(rows),
      rows.filter((row) => row !== 'access'),
    );
  });

  it('come with what is entered', async () => {
    await editor().begin(flowWith('ews-pull'));
    const dialog = await editor().edit('node');
    await dialog.fill({ mailbox: 'info@example.com' });
    assert.ok(await dialog.row('access').isVisible());
    await dialog.fill({ allFolders: true });
    assert.ok(!(await dialog.row('folder-list').isVisible()));
  });

  it('follow the delivery that ews subscribe is set to', async () => {
    await editor().begin(flowWith('ews-subscribe'));
    const dialog = await editor().edit('node');
    await dialog.openGroups();
    const times = ['subscriptionTimeout', 'connectionTimeout', 'statusFrequency', 'pushIn'];
    for (const [delivery, expected] of [
      ['pull', ['subscriptionTimeout']],
      ['streaming', ['connectionTimeout']],
      ['push', ['statusFrequency', 'pushIn']],
    ] as const) {
      await dialog.fill({ delivery });
      const visible = await Promise.all(times.map((row) => dialog.row(row).isVisible()));
      assert.deepEqual(
        times.filter((_, at) => visible[at]),
        expected,
      );
    }
  });
});
