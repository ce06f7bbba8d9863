import assert from 'node:assert/strict';
import { AdoptionRegistry } from '../../dist/src/subscriptions/adoption-registry.js';
import { StreamHub } from '../../dist/src/subscriptions/stream-hub.js';
import type { SubscribeOrder } from '../../dist/src/subscriptions/subscribe-request.js';
import { Subscriber, type SubscriberOutput } from '../../dist/src/subscriptions/subscriber.js';
import { NO_PUSH, noPushHost } from '../support/no-push.js';
import { NEW_MAIL, PullLab } from '../support/pull-lab.js';
import { until } from '../support/wait.js';

const ORDER: SubscribeOrder = {
  ...NEW_MAIL,
  ...NO_PUSH,
  delivery: 'pull',
  subscriptionTimeout: 30,
  connectionTimeout: 30,
};

describe('Subscriber', () => {
  let lab: PullLab;
  let subscriber: Subscriber;
  let told: string[];

  const output: SubscriberOutput = {
    subscribed: () => told.push('subscribed'),
    unsubscribed: () => told.push('unsubscribed'),
    failed: () => told.push('failed'),
    finished: () => told.push('finished'),
  };

  beforeEach(async () => {
    lab = await PullLab.open();
    told = [];
    const account = lab.account();
    const registry = new AdoptionRegistry(lab.clock, () => undefined);
    subscriber = new Subscriber({
      id: 'node',
      accountId: 'account',
      account,
      registry,
      hub: new StreamHub(account),
      pushHost: noPushHost,
    });
  });
  afterEach(() => lab.close());

  it('does not wait for a server that hangs when it is closed, and begins nothing more', async () => {
    lab.sandbox.misbehave({ operation: 'Subscribe', silent: true });
    const orders = Array.from({ length: 40 }, (_, at) => ({ ...ORDER, mailbox: `user${at}@sandbox.example` }));
    const working = subscriber.subscribe(orders, output);
    await until(() => lab.requests.length > 0);
    const closing = subscriber.close();
    await lab.clock.untilTimer();
    await lab.clock.advance(2000);
    await closing;
    await working;
    assert.deepEqual(told, []);
    assert.ok(lab.requests.length < 40);
  });

  it('knows its own mailbox by its address too', async () => {
    await subscriber.subscribe([ORDER, { ...ORDER, mailbox: lab.sandbox.user.toUpperCase() }], output);
    assert.equal(subscriber.list().length, 1);
    await subscriber.unsubscribe({ mailbox: lab.sandbox.user }, output);
    assert.deepEqual(told, ['subscribed', 'finished', 'unsubscribed']);
    assert.deepEqual(subscriber.list(), []);
  });
});
