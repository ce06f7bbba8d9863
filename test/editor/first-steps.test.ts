import assert from 'node:assert/strict';
import { withEmptyFlow } from './support/with-editor.js';

describe('somebody who has never seen these nodes', () => {
  const editor = withEmptyFlow();

  for (const type of ['ews-pull', 'ews-stream', 'ews-push-in']) {
    it(`watches the sandbox's mailbox after dragging ${type} in and choosing the sandbox`, async () => {
      const id = await editor().drag(type);
      const dialog = await editor().edit(id);
      const account = await editor().editFrom(dialog, 'account', 'add');
      await account.form.locator('#ews-preset').selectOption('sandbox');
      await account.done();
      await dialog.done();
      await editor().deploy();
      await editor()
        .page.locator('.red-ui-flow-node-status-label', { hasText: /^connected/ })
        .waitFor();
      const deployed = await editor().red.deployed(id);
      assert.deepEqual(deployed.events, ['NewMail']);
      assert.deepEqual(deployed.folders, [{ id: 'inbox', name: 'Inbox' }]);
      assert.equal(deployed.missed, 'recover');
    });
  }
});
