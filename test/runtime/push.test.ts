import assert from 'node:assert/strict';
import type { RuntimeLab } from '../support/runtime-lab.js';
import { withNodeRed } from '../support/shared-node-red.js';
import { pushFlow, pushNode } from '../support/push-flows.js';

describe('ews-push-in', () => {
  const current = withNodeRed({}, true);
  let lab: RuntimeLab;
  beforeEach(() => (lab = current()));

  const shows = (text: string, name = 'push') => lab.red.until(() => lab.red.status(lab.id(name)).text === text);

  it('sends a message for each event, of the shape that all deliveries share', async () => {
    await lab.connect(pushFlow(lab), 'push');
    const [id] = lab.deliver();
    await lab.red.until(() => lab.items('push').length === 1);
    const { topic, payload, ews } = lab.red.messages(lab.id('push'))[0]!.msg;
    assert.equal(topic, 'NewMail');
    const { timeStamp, itemId, parentFolderId, watermark, ...rest } = payload;
    assert.deepEqual(rest, { eventType: 'NewMail' });
    assert.equal(new Date(timeStamp).toISOString().slice(0, 19), timeStamp.slice(0, 19));
    assert.equal(itemId.id, id);
    assert.equal(typeof parentFolderId.id, 'string');
    assert.ok(typeof watermark === 'string' && watermark !== '');
    const { subscriptionId, ...origin } = ews;
    assert.ok(typeof subscriptionId === 'string' && subscriptionId !== '');
    assert.deepEqual(origin, {
      ...{ account: lab.id('account'), accountName: 'Account', mailbox: lab.sandbox.user },
      ...{ delivery: 'push', recovered: false },
    });
  });

  it('keeps up with a busy mailbox, in order', async () => {
    await lab.connect(pushFlow(lab), 'push');
    await lab.assertExactly(lab.deliver(1000), 'push');
    assert.deepEqual(lab.red.errors(), []);
  });

  it('uses its subscription again after a deploy and a restart, and is called at the same address', async () => {
    await lab.connect(pushFlow(lab), 'push');
    const delivered = [...lab.deliver(3), await lab.settled('push')];
    await lab.red.deploy(pushFlow(lab));
    delivered.push(...lab.deliver(2), await lab.settled('push'));
    await lab.red.restart();
    await lab.assertExactly([...delivered, ...lab.deliver(2)], 'push');
    assert.equal(lab.asked('Subscribe'), 1);
    assert.deepEqual(lab.red.errors(), []);
  });

  it('two nodes have an address each', async () => {
    await lab.connect([...pushFlow(lab), pushNode(lab, {}, 'other')], 'push', 'other');
    await lab.assertExactly(lab.deliver(2), 'push', 'other');
  });

  it('tells the server that its subscription has ended when it is deleted', async () => {
    await lab.connect([...pushFlow(lab), pushNode(lab, {}, 'doomed')], 'push', 'doomed');
    await lab.red.deploy(pushFlow(lab), 'nodes');
    assert.equal(lab.sandbox.subscriptionCount, 2);
    await lab.assertExactly(lab.deliver(), 'push');
    await lab.red.until(() => lab.sandbox.subscriptionCount === 1);
  });

  it('does not start where its configuration is wrong, and says why', async () => {
    for (const [wrong, sentence] of [
      [{ statusFrequency: '0' }, /from 1 to 1440/],
      [{ publicUrl: 'node-red.example.com' }, /must begin with https/],
      [{ path: 'a/b' }, /letters, digits/],
    ] as const) {
      lab.red.records = [];
      await lab.red.deploy(pushFlow(lab, wrong));
      await shows('not configured');
      assert.match((await lab.red.error(lab.id('push'))).text, sentence);
    }
    await lab.red.deploy([...pushFlow(lab, { path: 'same' }), pushNode(lab, { path: 'same' }, 'other')]);
    await shows('not configured', 'other');
    assert.match((await lab.red.error(lab.id('other'))).text, /has the same path/);
  });
});
