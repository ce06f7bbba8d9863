import assert from 'node:assert/strict';
import { pushNode } from '../support/push-flows.js';
import type { FlowNode } from '../support/node-red-process.js';
import type { RuntimeLab } from '../support/runtime-lab.js';
import { withNodeRed } from '../support/shared-node-red.js';

const MAILBOXES = ['a@sandbox.example', 'b@sandbox.example', 'c@sandbox.example'];

describe('subscriptions that ews-subscribe makes and ews-push-in receives', () => {
  const current = withNodeRed({}, true);
  let lab: RuntimeLab;
  beforeEach(() => {
    lab = current();
    for (const mailbox of MAILBOXES) lab.sandbox.addMailbox(mailbox);
    lab.sandbox.allowImpersonation(lab.sandbox.user);
  });

  const flows = (subscribe: object = {}, push: object = {}): FlowNode[] => [
    ...[lab.tab(), lab.account(), lab.sink(), lab.button('subscribe')],
    lab.subscribe({
      ...{ delivery: 'push', pushIn: [lab.id('push')], access: 'impersonate', statusFrequency: '2', ...subscribe },
      wires: [[lab.id('sink')], [lab.id('sink')]],
    }),
    pushNode(lab, { source: 'input', ...push }),
  ];
  const press = (properties: Record<string, unknown> = {}) => lab.red.inject(lab.id('button'), properties);
  const told = (port: number) =>
    lab.red
      .messages(lab.id('subscribe'))
      .filter((one) => one.port === port)
      .map(({ msg }) => msg);
  const shows = (text: string, name = 'push') => lab.red.until(() => lab.red.status(lab.id(name)).text === text);

  async function adopt(): Promise<void> {
    await lab.red.deploy(flows());
    await shows('no subscription yet');
    await press({ payload: MAILBOXES });
    await shows('3 connected');
  }

  it('bring the events of many mailboxes to one node, and say whose they are', async () => {
    await adopt();
    await lab.red.until(() => told(1).length === 1);
    assert.deepEqual(told(1)[0]!.payload, { wanted: 3, subscribed: 3, failed: 0 });
    const delivered = MAILBOXES.map((mailbox) => lab.sandbox.mailbox(mailbox).deliver().id);
    await lab.red.until(() => lab.items('push').length === 3);
    for (const [at, mailbox] of MAILBOXES.entries()) {
      const { msg } = lab.red.messages(lab.id('push')).find((one) => one.msg.ews.mailbox === mailbox)!;
      assert.equal(msg.payload.itemId.id, delivered[at]);
      assert.equal(msg.ews.delivery, 'push');
      const { subscriptionId } = msg.ews;
      const made = told(0).find(({ payload }) => payload.subscriptionId === subscriptionId)!;
      assert.equal(made.topic, 'subscribed');
      assert.equal(made.payload.mailbox, mailbox);
      assert.equal(made.payload.statusFrequency, 2);
    }
    assert.deepEqual(lab.red.errors(), []);
  });

  it('bring what is asked for when they are ordered again', async () => {
    await adopt();
    const [mailbox = ''] = MAILBOXES;
    await press({ payload: { mailbox, include: 'summary' } });
    await lab.red.until(() => told(1).length === 2);
    await shows('3 connected');
    const { id } = lab.sandbox.mailbox(mailbox).deliver({ subject: 'with it' });
    await lab.red.until(() => lab.items('push').includes(id));
    const { msg } = lab.red.messages(lab.id('push')).find((one) => one.msg.payload.itemId.id === id)!;
    assert.equal(msg.payload.item.subject, 'with it');
    assert.equal(lab.asked('Subscribe'), 3);
    await press({ action: 'list' });
    await lab.red.until(() => told(1).length === 3);
    const listed = told(1)[2]!.payload as { mailbox: string; include?: string }[];
    assert.equal(listed.find((one) => one.mailbox === mailbox)?.include, 'summary');
    assert.deepEqual(lab.red.errors(), []);
  });

  it('are carried on after a restart without being made again', async () => {
    await adopt();
    await lab.red.restart();
    const delivered = MAILBOXES.map((mailbox) => lab.sandbox.mailbox(mailbox).deliver().id);
    await lab.red.until(() => lab.items('push').length === 3);
    assert.deepEqual(lab.items('push').sort(), delivered.sort());
    assert.equal(lab.asked('Subscribe'), 3);
    await press({ payload: MAILBOXES });
    await lab.red.until(() => told(1).length === 2);
    assert.equal(lab.asked('Subscribe'), 3, 'asking again makes no second one');
  });

  it('end when they are not in the list any more, at the next call', async () => {
    await adopt();
    await press({ action: 'set', payload: MAILBOXES.slice(0, 1) });
    await lab.connected('push');
    for (const mailbox of MAILBOXES) lab.sandbox.mailbox(mailbox).deliver();
    await lab.red.until(() => lab.sandbox.subscriptionCount === 1);
    await lab.red.until(() => told(0).filter(({ topic }) => topic === 'unsubscribed').length === 2);
    await lab.red.until(() => lab.items('push').length > 0);
    assert.equal(lab.items('push').length, 1);
  });

  it('begin at a watermark that is given by hand', async () => {
    const [mailbox = ''] = MAILBOXES;
    await lab.red.deploy(flows());
    await shows('no subscription yet');
    await press({ payload: mailbox });
    await lab.connected('push');
    lab.sandbox.mailbox(mailbox).deliver();
    await lab.red.until(() => lab.items('push').length === 1);
    const { watermark } = lab.red.messages(lab.id('push'))[0]!.msg.payload;
    await press({ action: 'unsubscribe' });
    await shows('no subscription yet');
    const missed = [1, 2, 3].map(() => lab.sandbox.mailbox(mailbox).deliver().id);
    await press({ payload: { mailbox, watermark } });
    await lab.red.until(() => lab.items('push').length >= 4);
    assert.deepEqual(lab.items('push').slice(1), missed);
    assert.deepEqual(lab.red.errors(), []);
  });

  it('that cannot be made are told of by ews-subscribe, once, and the others go on', async () => {
    await lab.red.deploy(flows());
    await shows('no subscription yet');
    await press({ payload: ['nobody@sandbox.example', MAILBOXES[0]] });
    await lab.connected('push');
    const { id, text } = await lab.red.error(lab.id('subscribe'));
    assert.equal(id, lab.id('subscribe'));
    assert.match(text, /looked for again|Check the e-mail address/);
    await lab.red.until(() => told(1).length === 1);
    assert.deepEqual(told(1)[0]!.payload, { wanted: 2, subscribed: 1, failed: 1 });
    assert.equal(lab.red.errors().length, 1);
  });

  it('are made anew with another account when ews-subscribe is given one', async () => {
    await adopt();
    const other = { ...lab.account(), id: lab.id('other'), name: 'Other' };
    await lab.red.deploy([...flows({ account: other.id }), other]);
    await shows('0 of 3 connected');
    await press({ payload: MAILBOXES.slice(0, 1) });
    await shows('1 of 3 connected');
    assert.equal(lab.asked('Subscribe'), 4);
    const delivered = lab.sandbox.mailbox(MAILBOXES[0]).deliver().id;
    await lab.red.until(() => lab.items('push').length === 1);
    const { msg } = lab.red.messages(lab.id('push'))[0]!;
    assert.equal(msg.payload.itemId.id, delivered);
    assert.equal(msg.ews.account, other.id);
    await lab.red.until(() => lab.sandbox.subscriptionCount === 3);
  });

  it('need a node that receives them', async () => {
    await lab.red.deploy(flows({}, { source: 'self' }));
    await press({ payload: MAILBOXES[0] });
    assert.match((await lab.red.error(lab.id('subscribe'))).text, /not set to receive/);
    lab.red.records = [];
    await lab.red.deploy(flows({ pushIn: [] }));
    await shows('not configured', 'subscribe');
    assert.match((await lab.red.error(lab.id('subscribe'))).text, /Choose the ews push in node/);
  });
});
