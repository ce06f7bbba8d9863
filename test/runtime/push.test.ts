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

  it('sends nothing twice and loses nothing when Node-RED is killed in the middle', async () => {
    await lab.connect(pushFlow(lab), 'push');
    const delivering = lab.keepDelivering();
    await lab.red.until(() => lab.items('push').length > 30);
    await lab.red.kill();
    // What was not answered comes again after half a minute; a deploy of a change subscribes at once.
    const ids = delivering.stop();
    await lab.red.start();
    await lab.red.deploy(pushFlow(lab, { statusFrequency: '2' }));
    await lab.red.until(() => ids.every((id) => lab.items('push').includes(id)));
    const sent = lab.items('push');
    const once = sent.filter((id, at) => sent.indexOf(id) === at);
    assert.deepEqual(once, ids);
    assert.ok(sent.length - once.length <= 50, 'one notification at the most comes twice');
  });

  it('answers what another part of Node-RED has read before', async () => {
    await lab.connect(pushFlow(lab), 'push');
    const { path } = (await (await fetch(`${lab.red.address}/ews-push-in/${lab.id('push')}/path`)).json()) as {
      path: string;
    };
    // The admin interface, at the same root, reads bodies of these types.
    for (const type of ['application/json', 'application/x-www-form-urlencoded']) {
      const headers = { 'content-type': type };
      const response = await fetch(`${lab.red.address}/ews/${path}/token`, {
        method: 'POST',
        headers,
        body: '{"a":1}',
      });
      assert.equal(response.status, 415);
    }
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
