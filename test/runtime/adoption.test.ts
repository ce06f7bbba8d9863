import assert from 'node:assert/strict';
import type { FlowNode } from '../support/node-red-process.js';
import type { RuntimeLab } from '../support/runtime-lab.js';
import { withNodeRed } from '../support/shared-node-red.js';

describe('subscriptions that ews-subscribe makes and ews-pull receives', () => {
  const current = withNodeRed();
  let lab: RuntimeLab;
  beforeEach(() => (lab = current()));

  const flows = (...receivers: string[]): FlowNode[] => {
    const names = receivers.length > 0 ? receivers : ['pull'];
    return [
      ...[lab.tab(), lab.account(), lab.sink(), lab.button('subscribe')],
      lab.subscribe({ wires: [names.map((name) => lab.id(name)), [lab.id('sink')]] }),
      ...names.map((name) => lab.pull({ source: 'input' }, name)),
    ];
  };
  const press = (properties: Record<string, unknown> = {}) => lab.red.inject(lab.id('button'), properties);
  const told = (port: number) =>
    lab.red
      .messages(lab.id('subscribe'))
      .filter((one) => one.port === port)
      .map(({ msg }) => msg);
  const status = (name = 'pull') => lab.red.status(lab.id(name)).text;

  async function adopt(): Promise<void> {
    await lab.red.deploy(flows());
    await lab.red.until(() => status() === 'no subscription yet');
    await press();
    await lab.connected();
  }

  it('bring events, and are listed', async () => {
    await adopt();
    await lab.assertExactly(lab.deliver(60));
    const [subscription] = told(0);
    assert.equal(subscription!.topic, 'subscribed');
    const { subscriptionId, watermark, ...rest } = subscription!.payload;
    const { subscriptionTimeout, subscriber, ...described } = rest;
    assert.deepEqual(described, {
      ...{ delivery: 'pull', mailbox: '', access: 'delegate', allFolders: false, events: ['NewMail'] },
      ...{ folders: [{ id: 'inbox', name: 'Inbox' }], account: lab.id('account') },
    });
    assert.ok(typeof subscriptionId === 'string' && typeof watermark === 'string');
    assert.ok(subscriptionTimeout && subscriber);

    const before = told(1).length;
    await press({ action: 'list' });
    await lab.red.until(() => told(1).length > before);
    const list = told(1).at(-1)!;
    assert.equal(list.topic, 'list');
    assert.deepEqual(
      list.payload.map((one: { subscriptionId: string }) => one.subscriptionId),
      [subscriptionId],
    );
  });

  it('are told as they are, also after flows have changed what they got', async () => {
    const spoil = lab.node('function', 'spoil', {
      func: 'const all = [msg.payload].flat(); for (const one of all) one.events.push("Deleted");',
      ...{ outputs: 1, timeout: 0, noerr: 0, initialize: '', finalize: '', libs: [], wires: [[]] },
    });
    // Whoever comes first gets what was sent, and others copies of it.
    const wired = { wires: [[lab.id('spoil'), lab.id('pull')], [lab.id('spoil')]] };
    const rest = flows().filter(({ type }) => type !== 'ews-subscribe');
    await lab.red.deploy([...rest, lab.subscribe(wired), spoil]);
    await lab.red.until(() => status() === 'no subscription yet');
    for (const count of [1, 2]) {
      await press();
      await lab.red.until(() => told(0).length === count);
    }
    for (const count of [1, 2]) {
      await press({ action: 'list' });
      await lab.red.until(() => told(1).filter(({ topic }) => topic === 'list').length === count);
    }
    const lists = told(1).filter(({ topic }) => topic === 'list');
    const all = [...told(0).map(({ payload }) => payload), ...lists.flatMap(({ payload }) => payload)];
    assert.deepEqual(
      all.map(({ events }) => events),
      [['NewMail'], ['NewMail'], ['NewMail'], ['NewMail']],
    );
  });

  it('take the place of the one that the node had itself, which is ended', async () => {
    await lab.connect();
    await lab.settled();
    await lab.red.deploy(flows(), 'nodes');
    await lab.red.until(() => lab.sandbox.subscriptionCount === 0);
    await lab.red.until(() => status() === 'no subscription yet');
    await lab.red.until(() => lab.asked('Unsubscribe') > 0);
    assert.equal(lab.asked('Unsubscribe'), 1);
    await press();
    await lab.connected();
    assert.equal(lab.sandbox.subscriptionCount, 1);
    assert.equal(lab.red.errors().length, 0);
  });

  it('are carried on when only their account is deployed, which the node that receives does not name', async () => {
    const changed = (more: object) => [
      ...flows().filter(({ type }) => type !== 'ews-account' && type !== 'ews-pull'),
      ...[lab.account(more), lab.pull({ source: 'input', account: '' })],
    ];
    await lab.red.deploy(changed({}));
    await lab.red.until(() => status() === 'no subscription yet');
    await press();
    await lab.connected();
    const delivered = [...lab.deliver(2), await lab.settled()];
    for (const timeout of ['20', '30']) {
      await lab.red.deploy(changed({ timeout }), 'nodes');
      delivered.push(...lab.deliver(60), await lab.settled());
    }
    await lab.assertExactly(delivered);
    assert.equal(lab.asked('Subscribe'), 1);
    assert.deepEqual(lab.red.errors(), []);
    // And is ended with it all.
    await lab.red.deploy([]);
    await lab.red.until(() => lab.sandbox.subscriptionCount === 0);
  });

  it('are carried on after a restart without being made again', async () => {
    await adopt();
    const before = [...lab.deliver(2), await lab.settled()];
    await lab.red.stop();
    const missed = lab.deliver(60);
    await lab.red.start();
    const delivered = [...before, ...missed];
    await lab.red.until(() => lab.items().length === delivered.length);
    assert.deepEqual(lab.recovered(), [...before.map(() => false), ...missed.map(() => true)]);

    // Firing again changes nothing.
    await press();
    await lab.red.until(() => told(0).length === 2);
    assert.equal(told(0)[1]!.payload.subscriptionId, told(0)[0]!.payload.subscriptionId);
    await lab.assertExactly(delivered);
    assert.equal(lab.asked('Subscribe'), 1);
    assert.equal(lab.asked('Unsubscribe'), 0);
    assert.equal(lab.red.errors().length, 0);
  });

  it('are carried on after a deploy and a kill', async () => {
    await adopt();
    const delivered = [...lab.deliver(2), await lab.settled()];
    await lab.red.deploy(flows());
    delivered.push(...lab.deliver(2), await lab.settled());
    await lab.red.kill();
    delivered.push(...lab.deliver(2));
    await lab.red.start();
    await lab.settled();
    const last = lab.items().at(-1)!;
    assert.deepEqual([...new Set(lab.items())], [...delivered, last]);
    assert.equal(lab.sandbox.subscriptionCount, 1);
  });

  it('are ended when that is asked for', async () => {
    await adopt();
    await lab.settled();
    await press({ action: 'unsubscribe' });
    await lab.red.until(() => told(0).some(({ topic }) => topic === 'unsubscribed'));
    await lab.red.until(() => status() === 'no subscription yet');
    await lab.red.until(() => lab.sandbox.subscriptionCount === 0);
    lab.deliver(2);
    const items = lab.items().length;

    // What is made after that begins then.
    await press();
    await lab.connected();
    await lab.settled();
    assert.equal(lab.items().length, items + 1);
  });

  it('stay ended after a restart', async () => {
    await adopt();
    await press({ action: 'unsubscribe' });
    await lab.red.until(() => status() === 'no subscription yet');
    await lab.red.restart();
    await lab.red.until(() => status() === 'no subscription yet');
    await press({ action: 'list' });
    await lab.red.until(() => told(1).some(({ topic }) => topic === 'list'));
    assert.deepEqual(told(1).find(({ topic }) => topic === 'list')!.payload, []);
    assert.equal(lab.asked('Subscribe'), 1);
    assert.equal(lab.sandbox.subscriptionCount, 0);
  });

  it('are received by one node only: another gets an error', async () => {
    await lab.red.deploy(flows('pull', 'second'));
    await press();
    await lab.connected();
    await lab.red.until(() => lab.red.errors().length > 0);
    const errors = lab.red.errors();
    assert.deepEqual(
      errors.map(({ id }) => id),
      [lab.id('second')],
    );
    assert.match(errors[0]!.text, /Another node is already receiving this subscription/);
    await lab.assertExactly(lab.deliver(2));
    assert.equal(lab.items('second').length, 0);
  });

  it('are exactly those that `set` names', async () => {
    lab.sandbox.addMailbox('info@sandbox.example');
    lab.sandbox.allowDelegate('info@sandbox.example', lab.sandbox.user);
    await adopt();
    await press({ action: 'set', payload: ['info@sandbox.example'] });
    const topics = () => told(0).map(({ topic }) => topic as string);
    await lab.red.until(() => topics().length === 3);
    assert.deepEqual(topics().sort(), ['subscribed', 'subscribed', 'unsubscribed']);
    await lab.red.until(() => lab.sandbox.subscriptionCount === 1);
    lab.deliver();
    const { id } = lab.sandbox.mailbox('info@sandbox.example').deliver();
    await lab.red.until(() => lab.items().length > 0);
    assert.deepEqual(lab.items(), [id]);
    assert.equal(lab.red.messages(lab.id('pull'))[0]!.msg.ews.mailbox, 'info@sandbox.example');
  });

  it('are ended when the node that receives them is deleted', async () => {
    await adopt();
    await lab.red.deploy(flows().filter(({ id }) => id !== lab.id('pull')));
    await lab.red.until(() => lab.sandbox.subscriptionCount === 0);
  });
});
