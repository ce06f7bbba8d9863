import assert from 'node:assert/strict';
import { startSandbox, type Sandbox } from '../../dist/src/sandbox/sandbox.js';
import type { SandboxOptions } from '../../dist/src/sandbox/sandbox-options.js';
import { ManualClock } from '../support/manual-clock.js';
import { until } from '../support/wait.js';
import { Client } from './client.js';
import { briefXml } from './events.js';
import { PushListener } from './push-listener.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

describe('sandbox: push', () => {
  let clock: ManualClock;
  let sandbox: Sandbox;
  let client: Client;
  let listener: PushListener;
  let url: string;

  async function start(options: SandboxOptions = {}): Promise<void> {
    clock = new ManualClock('2026-03-02T08:00:00Z');
    sandbox = await startSandbox({ clock, ...options });
    client = new Client(sandbox);
    listener = new PushListener();
    url = await listener.listen();
  }

  const subscribe = (statusFrequencyMinutes = 5) =>
    client.subscribe({ delivery: 'push', statusFrequencyMinutes, url, events: ['NewMail'] });

  /** Waits until the answer to the last notification has come to the sandbox, which then waits for something. */
  const settled = (ms: number) => clock.untilTimer(ms, ms);

  afterEach(async () => {
    await client.close();
    await sandbox.close();
    listener.close();
  });

  it('begins with a StatusEvent, whose PreviousWatermark is that of Subscribe', async () => {
    await start();
    const { subscriptionId, watermark } = await subscribe();
    const first = await listener.until(1);
    assert.match(first, /<m:SendNotification .*<m:SendNotificationResponseMessage ResponseClass="Success">/);
    assert.ok(first.includes(`<t:SubscriptionId>${subscriptionId}</t:SubscriptionId>`));
    assert.ok(first.includes(`<t:PreviousWatermark>${watermark}</t:PreviousWatermark>`));
    assert.match(first, /<t:StatusEvent>/);
  });

  it('calls before it answers Subscribe, if it is told to', async () => {
    await start({ push: { firstCall: 'before' } });
    let answered = false;
    sandbox.onResponse(() => (answered = true));
    const subscribed = subscribe();
    await listener.until(1);
    assert.equal(answered, false);
    await subscribed;
    assert.equal(listener.received.length, 1);
  });

  it('delivers in order, at most 50 events at a time, each notification after the one before', async () => {
    await start();
    await subscribe();
    await listener.until(1);
    await settled(5 * MINUTE);
    for (let mail = 0; mail < 120; mail++) sandbox.mailbox().deliver();
    await listener.until(4);
    const [first, ...all] = listener.received;
    assert.deepEqual(
      all.map((one) => [briefXml(one).length, /<t:MoreEvents>(\w+)/.exec(one)?.[1]]),
      [
        [50, 'true'],
        [50, 'true'],
        [20, 'false'],
      ],
    );
    let last = [...(first ?? '').matchAll(/<t:Watermark>([^<]*)/g)].at(-1)?.[1];
    for (const one of all) {
      assert.equal(/<t:PreviousWatermark>([^<]*)/.exec(one)?.[1], last);
      last = [...one.matchAll(/<t:Watermark>([^<]*)/g)].at(-1)?.[1];
    }
  });

  it('sends a StatusEvent whenever StatusFrequency has passed without anything', async () => {
    await start();
    await subscribe(2);
    await listener.until(1);
    for (const count of [2, 3]) {
      await settled(2 * MINUTE);
      await clock.advance(2 * MINUTE - 1);
      assert.equal(listener.received.length, count - 1);
      await clock.advance(1);
      assert.equal(await listener.until(count), listener.received[0]);
    }
  });

  for (const reply of ['error', 'hang up'] as const) {
    it(`tries again after 30, 60 and 120 seconds, the same notification each time (${reply})`, async () => {
      await start();
      await subscribe(5);
      await listener.until(1);
      await settled(5 * MINUTE);
      listener.reply = reply;
      sandbox.mailbox().deliver();
      const sent = await listener.until(2);
      await settled(30 * SECOND);
      sandbox.mailbox().deliver();
      await clock.advance(30 * SECOND);
      assert.equal(await listener.until(3), sent);
      await settled(60 * SECOND);
      listener.reply = 'OK';
      await clock.advance(60 * SECOND);
      assert.equal(await listener.until(4), sent);
      const next = await listener.until(5);
      assert.equal(briefXml(next).length, 1);
      assert.notEqual(next, sent);
    });
  }

  it('gives up when StatusFrequency is used up, and the subscription is gone', async () => {
    await start();
    await subscribe(3);
    await listener.until(1);
    await settled(3 * MINUTE);
    listener.reply = 'error';
    sandbox.mailbox().deliver();
    await listener.until(2);
    for (const [count, seconds] of [
      [3, 30],
      [4, 60],
    ] as const) {
      await settled(seconds * SECOND);
      await clock.advance(seconds * SECOND);
      await listener.until(count);
    }
    await until(() => sandbox.subscriptionCount === 0);
    assert.deepEqual(clock.pending, []);
  });

  it('ends when Unsubscribe is answered, and not by the operation', async () => {
    await start();
    const { subscriptionId } = await subscribe();
    await listener.until(1);
    await settled(5 * MINUTE);
    await assert.rejects(client.unsubscribe(subscriptionId), { code: 'ErrorInvalidSubscription' });
    listener.reply = 'Unsubscribe';
    sandbox.mailbox().deliver();
    await listener.until(2);
    await until(() => sandbox.subscriptionCount === 0);
    sandbox.mailbox().deliver();
    assert.deepEqual(clock.pending, []);
    assert.equal(listener.received.length, 2);
  });

  it('delivers what came after a watermark', async () => {
    await start();
    const { watermark } = await client.subscribe();
    sandbox.mailbox().deliver();
    await client.subscribe({ delivery: 'push', statusFrequencyMinutes: 5, url, events: ['NewMail'], watermark });
    assert.deepEqual(briefXml(await listener.until(1)), ['NewMail item']);
  });

  it('says so without a Notification when events cannot be read, and ends', async () => {
    await start({ limits: { historyEvents: 10 } });
    await subscribe();
    await listener.until(1);
    await settled(5 * MINUTE);
    for (let mail = 0; mail < 10; mail++) sandbox.mailbox().deliver();
    const last = await listener.until(2);
    assert.match(last, /ResponseClass="Error".*ErrorReadEventsFailed/);
    assert.doesNotMatch(last, /<m:Notification>/);
    await until(() => sandbox.subscriptionCount === 0);
  });

  it('repeats what was delivered when the answer to it is lost', async () => {
    await start();
    await subscribe();
    await listener.until(1);
    await settled(5 * MINUTE);
    sandbox.failNext({ operation: 'SendNotification', reset: 'after' });
    sandbox.mailbox().deliver();
    const sent = await listener.until(2);
    await settled(30 * SECOND);
    await clock.advance(30 * SECOND);
    assert.equal(await listener.until(3), sent);
  });

  it('refuses what is no URL', async () => {
    await start();
    for (const wrong of ['nowhere', 'ftp://127.0.0.1/', `http://127.0.0.1/${'x'.repeat(2100)}`]) {
      const { body } = await client.send(
        '<m:Subscribe><m:PushSubscriptionRequest SubscribeToAllFolders="true"><t:EventTypes>' +
          '<t:EventType>NewMailEvent</t:EventType></t:EventTypes><t:StatusFrequency>1</t:StatusFrequency>' +
          `<t:URL>${wrong}</t:URL></m:PushSubscriptionRequest></m:Subscribe>`,
      );
      assert.match(body, /ErrorInvalidPushSubscriptionUrl/);
    }
  });

  it('forgets push subscriptions when it restarts', async () => {
    await start();
    await subscribe();
    await listener.until(1);
    await settled(5 * MINUTE);
    await sandbox.restart();
    assert.equal(sandbox.subscriptionCount, 0);
    assert.deepEqual(clock.pending, []);
  });
});
