import assert from 'node:assert/strict';
import { NodeRed } from '../support/node-red-process.js';
import { pushFlow, pushNode } from '../support/push-flows.js';
import { RuntimeLab } from '../support/runtime-lab.js';

/** The settings of settings.js matter, so each test has a Node-RED of its own. */
describe('ews-push-in and the settings of Node-RED', () => {
  let red: NodeRed;
  let lab: RuntimeLab;
  afterEach(async () => {
    await lab.close();
    await red.close();
  });

  async function start(settings: object = {}): Promise<void> {
    red = await NodeRed.start(settings);
    lab = await RuntimeLab.open(red);
  }

  const place = async (id = lab.id('push')) =>
    (await (await fetch(`${red.address}/ews-push-in/${id}/path`)).json()) as Record<string, unknown>;

  it('listens below httpNodeRoot', async () => {
    await start({ httpNodeRoot: '/red' });
    await lab.connect(pushFlow(lab), 'push');
    await lab.assertExactly(lab.deliver(2), 'push');
    const { path, root, base } = await place();
    assert.equal(root, '/red');
    assert.equal(base, red.address);
    const response = await fetch(`${red.address}/red/ews/${path as string}/`);
    assert.equal(response.status, 405);
    assert.match(await response.text(), /Exchange delivers its notifications/);
  });

  it('says why it cannot be called where httpNodeRoot is false', async () => {
    await start({ httpNodeRoot: false });
    await red.deploy(pushFlow(lab));
    await red.until(() => red.status(lab.id('push')).text === 'not configured');
    assert.match((await red.error(lab.id('push'))).text, /httpNodeRoot is false/);
  });

  it('warns where httpNodeAuth keeps Exchange out, and says how to let it in', async () => {
    await start({ httpNodeAuth: { user: 'somebody', pass: '$2b$08$unused' } });
    await red.deploy(pushFlow(lab));
    await red.until(() => red.warnings(lab.id('push')).length > 0);
    assert.match(red.warnings(lab.id('push'))[0]!.text, /httpNodeAuth.*httpNodeMiddleware/);
  });

  it('has a path that is the same after each start, and another for each node', async () => {
    await start();
    await red.deploy([...pushFlow(lab), pushNode(lab, {}, 'other')]);
    const { path } = await place();
    assert.match(path as string, /^[A-Za-z0-9_-]{32}$/);
    assert.notEqual((await place(lab.id('other'))).path, path);
    await red.restart();
    assert.equal((await place()).path, path);
  });

  it('warns where the server is elsewhere and the address is good on this machine only', async () => {
    await start();
    // Reserved for documentation: nobody is there, and nothing is sent before the warning.
    const url = 'https://exchange.example.invalid/EWS/Exchange.asmx';
    await red.deploy([lab.tab(), lab.account({ url }), lab.sink(), pushNode(lab)]);
    await red.until(() => red.warnings(lab.id('push')).length > 0);
    assert.match(red.warnings(lab.id('push'))[0]!.text, /public URL/);
  });

  it('keeps its secrets to itself', async () => {
    await start();
    await lab.connect(pushFlow(lab), 'push');
    await lab.assertExactly(lab.deliver(2), 'push');
    const { path } = await place();
    assert.ok(!red.output.includes(path as string), 'the path shows');
  });
});
