import assert from 'node:assert/strict';
import { barriers } from './support/accessibility.js';
import type { Dialog } from './support/dialog.js';
import { flowWith, NODES } from './support/flows.js';
import { withEditor } from './support/with-editor.js';

describe('with a keyboard, a screen reader, a small or a dark screen', () => {
  const editor = withEditor();

  /** Everything in a dialog that can be used, as its name or id, in order. */
  const usable = (dialog: Dialog) =>
    dialog.form
      .locator('.ews-dialog')
      .locator(
        'input:visible, select:visible, textarea:visible, summary:visible, button:visible, a.red-ui-button:visible:not(.disabled)',
      )
      .evaluateAll((all) =>
        all.map(
          (one) =>
            one.id || one.getAttribute('aria-label') || (one as HTMLInputElement).value || one.textContent.trim(),
        ),
      );

  /** What the tab key reaches from the first field on, until it leaves the dialog. */
  async function tabbed(dialog: Dialog): Promise<string[]> {
    const reached: string[] = [];
    await dialog.field('name').focus();
    for (;;) {
      const name = await editor().page.evaluate(() => {
        const one = document.activeElement;
        if (!one?.closest('.ews-dialog')) return undefined;
        return one.id || one.getAttribute('aria-label') || (one as HTMLInputElement).value || one.textContent.trim();
      });
      if (name === undefined) return reached;
      reached.push(name);
      await editor().page.keyboard.press('Tab');
    }
  }

  for (const type of [...NODES, 'ews-account'] as const) {
    const open = async (): Promise<Dialog> => {
      await editor().begin(flowWith(type === 'ews-account' ? 'ews-pull' : type, { mailbox: 'info@example.com' }));
      return type === 'ews-account' ? editor().editConfig('account') : editor().edit('node');
    };

    it(`the tab key reaches everything in the dialog of ${type}, in order`, async () => {
      const dialog = await open();
      await dialog.openGroups();
      assert.deepEqual(await tabbed(dialog), await usable(dialog));
    });

    for (const theme of ['light', 'dark'] as const) {
      it(`the ${theme} dialog of ${type} has no barrier`, async () => {
        const dialog = await open();
        // Node-RED 5 has both; Node-RED 4 is light all the same.
        await editor().page.evaluate(
          (dark) => document.documentElement.classList.toggle('nr-theme-dark', dark),
          theme === 'dark',
        );
        await dialog.openGroups();
        await editor().look(`${type}-${theme}`);
        assert.deepEqual(await barriers(editor()), []);
      });
    }

    it(`the dialog of ${type} fits a narrow screen`, async () => {
      const dialog = await open();
      await dialog.openGroups();
      // As narrow as a tray on a telephone.
      await editor().page.addStyleTag({ content: '.ews-dialog { width: 290px !important; min-width: 0 !important; }' });
      await editor().look(`${type}-narrow`);
      const outside = await dialog.form.locator('.ews-dialog').evaluate((root) => {
        const { left, right } = root.getBoundingClientRect();
        return [...root.querySelectorAll('input, select, textarea, button, a, label, .ews-note')]
          .filter((one) => one.getClientRects().length > 0)
          .filter((one) => one.getBoundingClientRect().right > right + 1 || one.getBoundingClientRect().left < left - 1)
          .map((one) => one.outerHTML);
      });
      assert.deepEqual(outside, []);
    });
  }

  it('an account can be added, a folder added and removed, and an event chosen without a mouse', async () => {
    await editor().begin(flowWith('ews-pull'));
    const dialog = await editor().edit('node');
    const { keyboard } = editor().page;

    await dialog.form.getByRole('button', { name: 'Add a folder' }).focus();
    await keyboard.press('Enter');
    await keyboard.type('Calendar');
    await dialog.form.getByRole('button', { name: 'Remove this folder' }).first().focus();
    await keyboard.press('Space');
    await dialog.form.getByRole('checkbox', { name: 'Moved' }).focus();
    await keyboard.press('Space');
    await dialog.form.locator('summary').focus();
    await keyboard.press('Enter');
    await dialog.field('output').waitFor();

    await dialog.form.getByRole('button', { name: 'Account: add a new one' }).focus();
    await keyboard.press('Enter');
    await editor().page.locator('#node-config-input-name').fill('By keyboard');
    await keyboard.press('Control+Enter');
    await dialog.field('account').waitFor();
    assert.equal(await dialog.field('account').locator('option:checked').innerText(), 'By keyboard');
    await dialog.done();
    const { folders, events } = await editor().node('node');
    assert.deepEqual(
      { folders, events },
      { folders: [{ id: 'calendar', name: 'Calendar' }], events: ['NewMail', 'Moved'] },
    );
  });
});
