import assert from 'node:assert/strict';
import { barriers } from './support/accessibility.js';
import { flowWith, NODES } from './support/flows.js';
import { withEditor } from './support/with-editor.js';

describe('the help in the sidebar', () => {
  const editor = withEditor({}, { viewport: { width: 1400, height: 2600 } });

  for (const type of NODES) {
    it(`of ${type} shows when the node is selected`, async () => {
      await editor().begin(flowWith(type));
      await editor().page.evaluate(() => {
        RED.actions.invoke('core:show-help-tab');
        RED.view.select({ nodes: [RED.nodes.node('node')] });
      });
      const help = editor().page.locator('.red-ui-help .red-ui-help').last();
      await help.getByRole('heading', { name: 'Outputs' }).waitFor();
      await help.getByRole('heading', { name: 'References' }).waitFor();
      assert.match(await help.innerText(), /^(?:Watches|Lets|Subscribes)/m);
      await editor().look(`help-${type}`);
      assert.deepEqual(await barriers(editor(), '.red-ui-help .red-ui-help'), []);
    });
  }
});
