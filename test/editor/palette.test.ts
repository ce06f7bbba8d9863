import assert from 'node:assert/strict';
import { withEmptyFlow } from './support/with-editor.js';

describe('a node in the palette', () => {
  const editor = withEmptyFlow();

  for (const type of ['ews-pull', 'ews-push-in', 'ews-stream', 'ews-subscribe']) {
    it(`${type} can be dragged into a flow, and its dialog opens and closes`, async () => {
      const id = await editor().drag(type);
      assert.equal((await editor().node(id)).type, type);
      const dialog = await editor().edit(id);
      await editor().look(type);
      await dialog.cancel();
    });
  }
});
