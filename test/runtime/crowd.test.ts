import assert from 'node:assert/strict';
import type { ResponseRecord } from '../../dist/src/sandbox/http/request-record.js';
import type { SubscribeProgress } from '../../dist/src/subscriptions/subscriber.js';
import type { FlowNode } from '../support/node-red-process.js';
import type { RuntimeLab } from '../support/runtime-lab.js';
import { withNodeRed } from '../support/shared-node-red.js';
import { streamNode } from '../support/stream-flows.js';

/** As many mailboxes as show what goes with their number, in a few seconds. */
const CROWD = 1000;

const isStreaming = ({ operation, body = '' }: ResponseRecord): boolean =>
  operation === 'Subscribe' && body.includes('Streaming');

describe('a thousand mailboxes', () => {
  const current = withNodeRed();
  let lab: RuntimeLab;
  const mailboxes = Array.from({ length: CROWD }, (_, at) => `user${at}@sandbox.example`);

  beforeEach(() => {
    lab = current();
    for (const mailbox of mailboxes) lab.sandbox.addMailbox(mailbox);
    lab.sandbox.allowImpersonation(lab.sandbox.user);
  });

  const flows = (subscribe: object = {}, account: object = {}): FlowNode[] => [
    ...[lab.tab(), lab.account(account), lab.sink(), lab.button('subscribe')],
    lab.subscribe({
      ...{ delivery: 'streaming', connectionTimeout: '20', access: 'impersonate', ...subscribe },
      wires: [[lab.id('stream')], [lab.id('sink')]],
    }),
    streamNode(lab, { source: 'input' }),
  ];
  const press = (properties: Record<string, unknown> = {}) => lab.red.inject(lab.id('button'), properties);
  const status = (name = 'stream') => lab.red.status(lab.id(name)).text;
  const told = (topic: string) =>
    lab.red
      .messages(lab.id('subscribe'))
      .map(({ msg }) => msg)
      .filter((msg) => msg.topic === topic);
  /** How far orders have come. */
  const progress = () => told('progress').map(({ payload }) => payload as SubscribeProgress);
  const finished = () => progress().find(({ wanted, subscribed, failed }) => subscribed + failed === wanted);

  /** How many streaming subscriptions were made. */
  const streaming = () => lab.responses.filter((one) => isStreaming(one) && one.code === 'NoError').length;

  async function order(subscribe: object = {}, account: object = {}): Promise<void> {
    await lab.red.deploy(flows(subscribe, account));
    await lab.red.until(() => status() === 'no subscription yet');
    await press({ action: 'set', payload: mailboxes });
  }

  it('in one order survive that the server is busy in the middle of it: none is lost, and it is left in peace', async () => {
    let asked = 0;
    const end = lab.sandbox.onRequest(({ operation }) => {
      if (operation !== 'Subscribe' || (asked += 1) !== CROWD) return;
      lab.sandbox.misbehave({ code: 'ErrorServerBusy', backOffMs: 1500 });
      // So long is every request refused: those that come are a storm.
      setTimeout(() => lab.sandbox.behave(), 1000);
    });
    await order();
    await lab.red.until(() => lab.responses.some(({ code }) => code === 'ErrorServerBusy'));
    await lab.red.until(() => finished() !== undefined);
    end();
    const { subscribed, failed, wanted } = finished()!;
    assert.deepEqual([wanted, subscribed, failed], [CROWD, CROWD, 0]);
    const refused = lab.responses.filter(({ code }) => code === 'ErrorServerBusy').length;
    // No more than were under way when it began to refuse.
    assert.ok(refused <= 27, `${refused} requests were refused`);
    await lab.red.until(() => status() === '1,000 connected');
    assert.equal(streaming(), CROWD, 'none is made twice');
    const tooMany = lab.responses.filter(({ code }) => code === 'ErrorExceededConnectionCount');
    // How many streams it may have it learns by being refused, where the machine is so busy that it begins with small ones.
    const requests = tooMany.filter(({ operation }) => operation !== 'GetStreamingEvents');
    assert.equal(requests.length, 0, 'it asks for no more at once than it may');
    assert.equal(new Set(told('subscribed').map(({ payload }) => payload.mailbox)).size, CROWD);
  });

  it('ordered one by one are made together, each once, and a changed list changes what differs', async () => {
    await lab.red.deploy(flows());
    await lab.red.until(() => status() === 'no subscription yet');
    const some = mailboxes.slice(0, 200);
    // As rows of a table come, two of them twice.
    await Promise.all([...some, ...some.slice(0, 2)].map((mailbox) => press({ payload: { mailbox, access: '' } })));
    await lab.red.until(() => status() === '200 connected');
    assert.equal(told('progress').length, 202);
    assert.equal(lab.sandbox.subscriptionCount, 200);

    const made = streaming();
    await press({ action: 'set', payload: mailboxes.slice(50, 250) });
    await lab.red.until(() => told('unsubscribed').length === 50 && told('progress').length === 203);
    await lab.red.until(() => status() === '200 connected');
    await lab.red.until(() => lab.sandbox.subscriptionCount === 200);
    assert.deepEqual(told('progress').at(-1)!.payload, { wanted: 200, subscribed: 200, failed: 0 });
    assert.equal(streaming() - made, 50);
  });

  it('are left in the middle at a stop: what was taken over is used again, the rest is ended', async () => {
    await order();
    await lab.red.until(() => told('subscribed').length > 150);
    await lab.red.stop();
    const made = streaming();
    assert.ok(made < CROWD, 'it was in the middle of it');
    await lab.red.start();
    await lab.red.until(() => /^[\d,]+ connected$/.test(status() ?? ''));
    const kept = Number(status()!.replaceAll(/\D/g, ''));
    assert.ok(kept > 0);
    await lab.red.until(() => lab.sandbox.subscriptionCount === kept);
    assert.equal(streaming(), made, 'nothing is made a second time');
    assert.deepEqual(lab.red.errors(), []);
  });

  it('in an ews-stream begin few at a time, and all of them', async () => {
    let under = 0;
    let most = 0;
    const began = lab.sandbox.onRequest(({ operation }) => {
      if (operation !== 'GetStreamingEvents') most = Math.max(most, (under += 1));
    });
    const ended = lab.sandbox.onResponse(({ operation }) => {
      if (operation !== 'GetStreamingEvents') under -= 1;
    });
    const node = streamNode(lab, { mailbox: mailboxes.join('\n'), access: 'impersonate' });
    await lab.red.deploy([lab.tab(), lab.account({ concurrency: '6' }), lab.sink(), node]);
    await lab.red.until(() => status() === '1,000 connected');
    began();
    ended();
    assert.equal(lab.sandbox.subscriptionCount, CROWD);
    assert.ok(most <= 4, `${most} requests at once`);
    assert.deepEqual(lab.red.errors(), []);
  });
});
