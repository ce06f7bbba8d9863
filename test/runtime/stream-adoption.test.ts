import assert from 'node:assert/strict';
import type { FlowNode } from '../support/node-red-process.js';
import type { RuntimeLab } from '../support/runtime-lab.js';
import { withNodeRed } from '../support/shared-node-red.js';
import { streamNode } from '../support/stream-flows.js';

describe('subscriptions that ews-subscribe makes and ews-stream receives', () => {
  const current = withNodeRed();
  let lab: RuntimeLab;
  beforeEach(() => (lab = current()));

  const flows = (more: object = {}): FlowNode[] => [
    ...[lab.tab(), lab.account(), lab.sink(), lab.button('subscribe')],
    lab.subscribe({
      ...{ delivery: 'streaming', connectionTimeout: '20', ...more },
      wires: [[lab.id('stream')], [lab.id('sink')]],
    }),
    streamNode(lab, { source: 'input' }),
  ];
  const press = (properties: Record<string, unknown> = {}) => lab.red.inject(lab.id('button'), properties);
  const made = () =>
    lab.red
      .messages(lab.id('subscribe'))
      .filter(({ port, msg }) => port === 0 && msg.topic === 'subscribed')
      .map(({ msg }) => msg.payload);
  const status = () => lab.red.status(lab.id('stream')).text;

  async function adopt(): Promise<void> {
    await lab.red.deploy(flows());
    await lab.red.until(() => status() === 'no subscription yet');
    await press();
    await lab.connected('stream');
  }

  it('bring events, and say of what kind they are', async () => {
    await adopt();
    await lab.assertExactly(lab.deliver(60), 'stream');
    const { subscriptionId, watermark, subscriber, ...described } = made()[0];
    assert.deepEqual(described, {
      ...{ delivery: 'streaming', mailbox: '', access: 'delegate', allFolders: false, events: ['NewMail'] },
      ...{ folders: [{ id: 'inbox', name: 'Inbox' }], account: lab.id('account'), connectionTimeout: 20 },
    });
    assert.ok(subscriptionId && watermark && subscriber);
    assert.equal(lab.sandbox.subscriptionCount, 1);
    assert.equal(lab.red.messages(lab.id('stream'))[0]!.msg.ews.subscriptionId, subscriptionId);
  });

  it('take the place of the one that the node had itself, which is ended', async () => {
    await lab.connect([lab.tab(), lab.account(), lab.sink(), streamNode(lab)], 'stream');
    await lab.settled('stream');
    await lab.red.deploy(flows(), 'nodes');
    await lab.red.until(() => lab.sandbox.subscriptionCount === 0);
    await lab.red.until(() => status() === 'no subscription yet');
    await press();
    await lab.connected('stream');
    assert.equal(lab.sandbox.subscriptionCount, 1);
    assert.equal(lab.red.errors().length, 0);
  });

  it('are carried on after a restart without being made again', async () => {
    await adopt();
    const before = [...lab.deliver(2), await lab.settled('stream')];
    await lab.red.stop();
    const missed = lab.deliver(60);
    await lab.red.start();
    const delivered = [...before, ...missed];
    await lab.red.until(() => lab.items('stream').length === delivered.length);
    assert.deepEqual(lab.recovered('stream'), [...before.map(() => false), ...missed.map(() => true)]);

    // Firing again changes nothing.
    await press();
    await lab.red.until(() => made().length === 2);
    assert.equal(made()[1].subscriptionId, made()[0].subscriptionId);
    assert.equal(made()[1].connectionTimeout, 20);
    await lab.assertExactly(delivered, 'stream');
    assert.equal(lab.sandbox.subscriptionCount, 1);
    assert.equal(lab.red.errors().length, 0);
  });

  it('share a connection', async () => {
    const mailboxes = ['a@sandbox.example', 'b@sandbox.example', 'c@sandbox.example'];
    for (const mailbox of mailboxes) lab.sandbox.addMailbox(mailbox);
    lab.sandbox.allowImpersonation(lab.sandbox.user);
    await lab.red.deploy(flows({ access: 'impersonate' }));
    await press({ action: 'set', payload: mailboxes });
    await lab.red.until(() => status() === '3 connected');
    await lab.red.until(() => lab.sandbox.subscriptionCount === 3);
    assert.ok(lab.sandbox.streamCount <= 3);
    const delivered = mailboxes.map((mailbox) => lab.sandbox.mailbox(mailbox).deliver().id);
    await lab.red.until(() => lab.items('stream').length === 3);
    assert.deepEqual(lab.items('stream').sort(), delivered.sort());

    await press({ action: 'set', payload: mailboxes.slice(1) });
    await lab.red.until(() => lab.sandbox.subscriptionCount === 2);
    await lab.red.until(() => status() === '2 connected');
  });

  it('begin at a watermark that is given by hand', async () => {
    await adopt();
    const { watermark } = made()[0];
    await lab.settled('stream');
    const missed = lab.deliver(3);
    await lab.red.until(() => lab.items('stream').length === 4);
    await press({ action: 'unsubscribe' });
    await lab.red.until(() => status() === 'no subscription yet');
    const before = lab.items('stream').length;
    await press({ payload: { watermark } });
    await lab.red.until(() => lab.items('stream').length === before + 4);
    assert.deepEqual(lab.items('stream').slice(before + 1), missed);
  });

  it('are not for an ews-pull', async () => {
    const wrong = flows().filter(({ type }) => type !== 'ews-stream');
    await lab.red.deploy([...wrong, { ...lab.pull({ source: 'input' }), id: lab.id('stream') }]);
    await press();
    assert.match((await lab.red.error(lab.id('stream'))).text, /delivered by “streaming”/);
  });

  it('are ended when the node that receives them is deleted', async () => {
    await adopt();
    await lab.red.deploy(flows().filter(({ id }) => id !== lab.id('stream')));
    await lab.red.until(() => lab.sandbox.subscriptionCount === 0);
  });
});
