import assert from 'node:assert/strict';
import { EMPTY_FLOW, flowWith, NODES } from './support/flows.js';
import type { Editor } from './support/editor.js';
import { withEditor } from './support/with-editor.js';

/** What is not a node's own: where it stands and what it is called by. */
function ownOf(node: Record<string, unknown>): Record<string, unknown> {
  const elsewhere = ['id', 'z', 'x', 'y', 'g'];
  return Object.fromEntries(Object.entries(node).filter(([property]) => !elsewhere.includes(property)));
}

async function select(editor: Editor, id: string): Promise<void> {
  await editor.page.evaluate((wanted) => {
    RED.view.select({ nodes: [RED.nodes.node(wanted)] });
  }, id);
}

const invoke = (editor: Editor, action: string) =>
  editor.page.evaluate((name) => {
    RED.actions.invoke(name);
  }, action);

/** What was pasted hangs on the mouse until it is let go of. */
async function drop(editor: Editor): Promise<void> {
  const chart = await editor.page.locator('#red-ui-workspace-chart').boundingBox();
  await editor.page.mouse.move((chart?.x ?? 0) + 400, (chart?.y ?? 0) + 300, { steps: 3 });
  await editor.page.mouse.click((chart?.x ?? 0) + 400, (chart?.y ?? 0) + 300);
}

const changed = {
  mailbox: 'info@example.com',
  access: 'impersonate',
  folders: [{ id: 'calendar', name: 'Calendar' }],
  events: ['Created', 'Deleted'],
};

describe('a node', () => {
  const editor = withEditor();

  for (const type of NODES) {
    it(`${type} is the same after it was copied and pasted`, async () => {
      await editor().begin(flowWith(type, changed));
      await select(editor(), 'node');
      await invoke(editor(), 'core:copy-selection-to-internal-clipboard');
      await invoke(editor(), 'core:paste-from-internal-clipboard');
      await drop(editor());
      const [copy = ''] = (await editor().ids(type)).filter((id) => id !== 'node');
      assert.deepEqual(ownOf(await editor().node(copy)), ownOf(await editor().node('node')));
      assert.deepEqual(await editor().errors(copy), []);
      // Each has lists of its own.
      const dialog = await editor().edit(copy);
      await dialog.form.getByRole('checkbox', { name: 'Moved' }).check();
      await dialog.done();
      assert.deepEqual((await editor().node('node')).events, changed.events);
      await editor().deploy();
    });

    it(`${type} is the same after it was exported and imported, which tells nothing of credentials`, async () => {
      await editor().begin(flowWith(type, { ...changed, account: 'account' }));
      const before = ownOf(await editor().node('node'));
      await select(editor(), 'node');
      await invoke(editor(), 'core:show-export-dialog');
      const text = await editor().page.locator('#red-ui-clipboard-dialog-export-text').inputValue();
      assert.ok(!text.includes('secret') && !text.includes('me@example.com'), text);
      await editor().page.keyboard.press('Escape');

      await editor().begin(EMPTY_FLOW);
      await invoke(editor(), 'core:show-import-dialog');
      const field = editor().page.locator('#red-ui-clipboard-dialog-import-text');
      await field.fill(text);
      // Node-RED looks at what is there when a key is let go of.
      await field.press('End');
      await editor().page.locator('#red-ui-clipboard-dialog-ok').click();
      await drop(editor());
      const [imported = ''] = await editor().ids(type);
      const after = ownOf(await editor().node(imported));
      assert.deepEqual({ ...after, account: '' }, { ...before, account: '' });
      assert.deepEqual(await editor().ids('ews-account'), [String(after.account)]);
    });
  }

  it('works in a subflow, and the dialog says what is different there', async () => {
    await editor().begin(flowWith('ews-push-in'));
    await select(editor(), 'node');
    await invoke(editor(), 'core:convert-to-subflow');
    await editor().page.waitForFunction(() => RED.nodes.node('node')?.z !== 'flow');
    await editor().page.evaluate(() => {
      RED.workspaces.show(String(RED.nodes.node('node')?.z));
    });
    const dialog = await editor().edit('node');
    assert.match((await dialog.notes('hint')).join(' '), /Each instance of the subflow has an address of its own/);
    await dialog.fill({ mailbox: 'info@example.com' });
    await dialog.done();
    await editor().deploy();
    assert.equal((await editor().red.deployed('node')).mailbox, 'info@example.com');
  });
});
