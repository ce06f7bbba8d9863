import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../support/fixture.js';
import { NodeRed, type FlowNode } from '../support/node-red-process.js';

const folder = join(projectRoot, 'examples');
const examples = readdirSync(folder).filter((name) => name.endsWith('.json'));

describe('the examples bring events as they are', () => {
  let red: NodeRed;
  before(async () => {
    red = await NodeRed.start();
  });
  after(() => red.close());
  afterEach(() => {
    red.records = [];
  });

  for (const example of examples) {
    const flows = JSON.parse(readFileSync(join(folder, example), 'utf8')) as FlowNode[];
    const accounts = flows.filter(({ type }) => type === 'ews-account');
    it(example, async function () {
      if (!accounts.every(({ server }) => server === 'sandbox')) this.skip();
      await red.deploy(flows);
      // Where there are buttons, the first is the one to begin with.
      const button = flows.find(({ type, once }) => type === 'inject' && once === false);
      if (button) await red.press(button.id);
      const account = accounts[0]?.id;
      await red.until(() => red.messages().some(({ msg }) => msg.ews?.account === account && msg.payload?.eventType));
    });
  }
});
