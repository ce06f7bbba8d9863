import assert from 'node:assert/strict';
import type { RuntimeLab } from '../support/runtime-lab.js';
import { withNodeRed } from '../support/shared-node-red.js';
import { streamFlow, streamNode } from '../support/stream-flows.js';

describe('ews-stream', () => {
  const current = withNodeRed();
  let lab: RuntimeLab;
  beforeEach(() => (lab = current()));

  const shows = (text: string) => lab.red.until(() => lab.red.status(lab.id('stream')).text === text);
  const press = (properties: Record<string, unknown>) => lab.red.inject(lab.id('button'), properties);
  const others = ['a@sandbox.example', 'b@sandbox.example', 'c@sandbox.example'];
  /** New mail in mailboxes, one after the other; the ids. */
  const deliverTo = (mailboxes: readonly string[]) =>
    mailboxes.map((mailbox) => lab.sandbox.mailbox(mailbox).deliver().id);

  it('sends a message for each event, of the shape that all deliveries share', async () => {
    await lab.connect(streamFlow(lab), 'stream');
    const [id] = lab.deliver();
    await lab.red.until(() => lab.items('stream').length === 1);
    const { topic, payload, ews } = lab.red.messages(lab.id('stream'))[0]!.msg;
    assert.equal(topic, 'NewMail');
    const { timeStamp, itemId, parentFolderId, ...rest } = payload;
    assert.deepEqual(rest, { eventType: 'NewMail' });
    assert.equal(new Date(timeStamp).toISOString().slice(0, 19), timeStamp.slice(0, 19));
    assert.equal(itemId.id, id);
    assert.equal(typeof parentFolderId.id, 'string');
    const { subscriptionId, ...origin } = ews;
    assert.ok(typeof subscriptionId === 'string' && subscriptionId !== '');
    assert.deepEqual(origin, {
      ...{ account: lab.id('account'), accountName: 'Account', mailbox: lab.sandbox.user },
      ...{ delivery: 'streaming', recovered: false },
    });
  });

  it('sends one message for the events that come together, if it is set to that', async () => {
    await lab.connect(streamFlow(lab, { output: 'notification' }), 'stream');
    const delivered = lab.deliver(5);
    await lab.red.until(() => lab.items('stream').length === 5);
    assert.deepEqual(lab.items('stream'), delivered);
    for (const { msg } of lab.red.messages(lab.id('stream'))) {
      assert.equal(msg.topic, 'notification');
      assert.ok(Array.isArray(msg.payload));
    }
  });

  it('keeps up with a busy mailbox, in order', async () => {
    await lab.connect(streamFlow(lab), 'stream');
    await lab.assertExactly(lab.deliver(1000), 'stream');
  });

  it('after a restart brings what was delivered meanwhile, once and marked as recovered', async () => {
    await lab.connect(streamFlow(lab), 'stream');
    const before = [...lab.deliver(3), await lab.settled('stream')];
    await lab.red.stop();
    const missed = lab.deliver(120);
    await lab.red.start();
    await lab.red.until(() => lab.items('stream').length === before.length + missed.length);
    await lab.assertExactly([...before, ...missed], 'stream');
    assert.deepEqual(lab.recovered('stream'), [...before.map(() => false), ...missed.map(() => true), false]);
    assert.equal(lab.sandbox.subscriptionCount, 1, 'nothing is left behind');
    assert.deepEqual(lab.red.errors(), []);
  });

  it('after a deploy of a change loses nothing and sends nothing twice', async () => {
    await lab.connect(streamFlow(lab), 'stream');
    const delivery = lab.keepDelivering();
    for (const name of ['one', 'two']) {
      await lab.red.until(() => lab.items('stream').length > 20);
      await lab.red.deploy(streamFlow(lab, { name }), 'nodes');
    }
    const delivered = [...delivery.stop()];
    await lab.assertExactly(delivered, 'stream');
    assert.deepEqual(lab.red.errors(), []);
  });

  it('loses nothing and sends nothing twice when connections are reset', async () => {
    await lab.connect(streamFlow(lab), 'stream');
    const delivery = lab.keepDelivering();
    for (let round = 0; round < 3; round += 1) {
      const enough = lab.items('stream').length + 30;
      await lab.red.until(() => lab.items('stream').length > enough && lab.sandbox.streamCount === 1);
      await lab.connected('stream');
      const seen = lab.red.statuses(lab.id('stream')).length;
      lab.sandbox.resetConnections();
      // It may be connected again before anyone looks.
      const since = () => lab.red.statuses(lab.id('stream')).slice(seen);
      await lab.red.until(() => since().some(({ text }) => text === 'reconnecting'));
    }
    await lab.connected('stream');
    await lab.assertExactly(delivery.stop(), 'stream');
    assert.deepEqual(lab.red.errors(), [], 'each was over at the first retry');
  });

  it('loses nothing and sends nothing twice when they are reset again while it catches up', async () => {
    await lab.connect(streamFlow(lab), 'stream');
    const delivery = lab.keepDelivering();
    for (let round = 0; round < 3; round += 1) {
      const enough = lab.items('stream').length + 30;
      await lab.red.until(() => lab.items('stream').length > enough);
      lab.sandbox.resetConnections();
    }
    const enough = lab.items('stream').length + 30;
    await lab.red.until(() => lab.items('stream').length > enough);
    await lab.connected('stream');
    await lab.assertExactly(delivery.stop(), 'stream');
  });

  for (const access of ['impersonate', 'delegate'] as const) {
    it(`watches several mailboxes on one connection (${access})`, async () => {
      const { user } = lab.sandbox;
      for (const mailbox of others) {
        lab.sandbox.addMailbox(mailbox);
        if (access === 'delegate') lab.sandbox.allowDelegate(mailbox, user);
      }
      if (access === 'impersonate') lab.sandbox.allowImpersonation(user);
      await lab.red.deploy(streamFlow(lab, { mailbox: `${others.join(',\n')}\n A@sandbox.example`, access }));
      await shows('3 connected');
      assert.equal(lab.sandbox.subscriptionCount, 3);
      // One that is given up for another that holds more ends a moment after.
      await lab.red.until(() => lab.sandbox.streamCount === 1);
      const delivered = deliverTo([...others, ...others]);
      await lab.red.until(() => lab.items('stream').length === 6);
      for (const [at, mailbox] of others.entries()) {
        const its = lab.red.messages(lab.id('stream')).filter(({ msg }) => msg.ews.mailbox === mailbox);
        assert.deepEqual(
          its.map(({ msg }) => msg.payload.itemId.id),
          [delivered[at], delivered[at + 3]],
        );
      }

      // Each can be told apart by messages.
      await press({ action: 'pause', payload: { mailbox: others[0] } });
      await shows('2 of 3 connected');
      await press({ action: 'resume' });
      await shows('3 connected');
      await press({ action: 'pause', payload: { mailbox: 'nobody@sandbox.example' } });
      assert.match((await lab.red.error(lab.id('stream'))).text, /nobody@sandbox\.example/);
    });
  }

  it('goes on with the other mailboxes where one cannot be watched', async () => {
    lab.sandbox.addMailbox('a@sandbox.example');
    lab.sandbox.allowImpersonation(lab.sandbox.user);
    const mailbox = 'nobody@sandbox.example, a@sandbox.example';
    await lab.red.deploy(streamFlow(lab, { mailbox, access: 'impersonate' }));
    await shows('1 of 2 connected');
    assert.match((await lab.red.error(lab.id('stream'))).text, /looked for again every hour/);
    const delivered = deliverTo(['a@sandbox.example']);
    await lab.red.until(() => lab.items('stream').length === 1);
    assert.deepEqual(lab.items('stream'), delivered);
  });

  it('ends the subscription of a mailbox that is no longer watched', async () => {
    for (const mailbox of others) lab.sandbox.addMailbox(mailbox);
    lab.sandbox.allowImpersonation(lab.sandbox.user);
    await lab.red.deploy(streamFlow(lab, { mailbox: others.join(), access: 'impersonate' }));
    await shows('3 connected');
    await lab.red.deploy(streamFlow(lab, { mailbox: others.slice(1).join(), access: 'impersonate' }));
    await lab.red.until(() => lab.sandbox.subscriptionCount === 2);
    await shows('2 connected');
    deliverTo(['a@sandbox.example']);
    const delivered = deliverTo(others.slice(1));
    await lab.red.until(() => lab.items('stream').length === 2);
    assert.deepEqual(lab.items('stream').sort(), delivered.sort());
  });

  it('a pause outlasts a deploy, and what was missed comes at the end of it', async () => {
    await lab.connect(streamFlow(lab), 'stream');
    await press({ action: 'pause' });
    await shows('paused');
    await lab.red.until(() => lab.sandbox.streamCount === 0);
    const delivered = lab.deliver(2);
    await lab.red.deploy(streamFlow(lab));
    await shows('paused');
    assert.equal(lab.items('stream').length, 0);
    await press({ action: 'resume' });
    await lab.assertExactly(delivered, 'stream');
  });

  it('unsubscribe ends the subscription, and resume begins anew', async () => {
    await lab.connect(streamFlow(lab), 'stream');
    await press({ action: 'unsubscribe' });
    await lab.red.until(() => lab.sandbox.subscriptionCount === 0);
    lab.deliver(2);
    await press({ action: 'resume' });
    await lab.connected('stream');
    await lab.red.until(() => lab.sandbox.streamCount === 1);
    await lab.assertExactly([], 'stream');
  });

  it('is one of many without a warning', async () => {
    const names = Array.from({ length: 12 }, (_, at) => `stream${at}`);
    await lab.connect([...streamFlow(lab).slice(0, 3), ...names.map((name) => streamNode(lab, {}, name))], ...names);
    await lab.red.until(() => lab.sandbox.streamCount === 1);
    await lab.assertExactly(lab.deliver(2), ...names);
    assert.doesNotMatch(lab.red.output, /MaxListeners/);
  });

  it('has nothing to be asked for', async () => {
    await lab.connect(streamFlow(lab), 'stream');
    for (const properties of [{ payload: 'now' }, { action: 'ask' }]) {
      const before = lab.red.errors(lab.id('stream')).length;
      await press(properties);
      await lab.red.until(() => lab.red.errors(lab.id('stream')).length > before);
      assert.match(lab.red.errors(lab.id('stream')).at(-1)!.text, /nothing to ask for/);
    }
  });

  it('ends its stream and its subscription when it is deleted', async () => {
    await lab.connect([...streamFlow(lab), streamNode(lab, {}, 'doomed')], 'stream', 'doomed');
    await lab.red.deploy(streamFlow(lab), 'nodes');
    await lab.red.until(() => lab.sandbox.subscriptionCount === 1);
    await lab.assertExactly([], 'stream');
    await lab.red.deploy([]);
    await lab.red.until(() => lab.sandbox.streamCount === 0 && lab.sandbox.subscriptionCount === 0);
  });

  it('does not start where its configuration is wrong, and says why', async () => {
    await lab.red.deploy(streamFlow(lab, { connectionTimeout: '31' }));
    await shows('not configured');
    assert.match((await lab.red.error(lab.id('stream'))).text, /from 1 to 30/);
    assert.equal(lab.responses.length, 0);
  });
});
