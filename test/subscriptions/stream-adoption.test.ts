import assert from 'node:assert/strict';
import { AdoptionRegistry } from '../../dist/src/subscriptions/adoption-registry.js';
import type { Engine } from '../../dist/src/subscriptions/engine.js';
import type { LiveSubscription } from '../../dist/src/subscriptions/live-subscription.js';
import { StreamEngine } from '../../dist/src/subscriptions/stream-engine.js';
import { StreamHub } from '../../dist/src/subscriptions/stream-hub.js';
import { Subscriber } from '../../dist/src/subscriptions/subscriber.js';
import { SubscriptionAdopter } from '../../dist/src/subscriptions/subscription-adopter.js';
import { NO_PUSH, noPushHost } from '../support/no-push.js';
import { INBOX } from '../support/pull-lab.js';
import { Recorder } from '../support/recorder.js';
import { StreamLab } from '../support/stream-lab.js';
import { ioTurns } from '../support/wait.js';

for (const character of ['exchange', 'grommunio'] as const) {
  describe(`a streaming subscription that is adopted (${character})`, () => {
    let lab: StreamLab;
    let adopter: SubscriptionAdopter;
    let engines: Engine[];

    beforeEach(async () => {
      lab = await StreamLab.open({ character });
      engines = [];
    });
    afterEach(async () => {
      let closed = false;
      void adopter.close(true).then(() => (closed = true));
      await lab.untilAfter(() => closed, 500);
      await lab.close();
    });

    let order: (watermark?: string) => Promise<LiveSubscription>;
    let told: Recorder;
    let subscriber: Subscriber;

    beforeEach(() => {
      const link = lab.base.account();
      const hub = new StreamHub(link);
      const registry = new AdoptionRegistry(lab.clock, () => undefined);
      const names = { id: 'subscribe-node', accountId: 'account' };
      subscriber = new Subscriber({ ...names, account: link, hub, registry, pushHost: noPushHost });
      const wish = { ...INBOX, ...NO_PUSH, events: ['NewMail'] as const, delivery: 'streaming' as const };
      order = async (watermark) => {
        const made: LiveSubscription[] = [];
        const from = watermark === undefined ? {} : { watermark };
        await subscriber.subscribe([{ ...wish, ...from, subscriptionTimeout: 30, connectionTimeout: 7 }], {
          subscribed: (one) => void made.push(one),
          unsubscribed: () => undefined,
          failed: (error) => assert.fail(error),
          finished: () => undefined,
        });
        const [subscription] = made;
        assert.ok(subscription);
        return subscription;
      };
      told = new Recorder();
      adopter = new SubscriptionAdopter({
        id: 'stream-node',
        delivery: 'streaming',
        store: lab.base.store,
        account: () => ({ link, hub, registry }),
        listenerFor: () => told,
        makeEngine: ({ account, ...parts }) => {
          const connectionTimeout = parts.adopted?.connectionTimeout ?? 30;
          const common = { ...parts, account: account.link, hub: account.hub, owner: 'stream-node' };
          const engine = new StreamEngine({ ...common, connectionTimeout, missed: 'recover' }, parts.adopted?.begins);
          engines.push(engine);
          return engine;
        },
      });
    });

    it('is made as the engine that goes on with it would make it', async () => {
      const subscription = await order();
      assert.equal(subscription.connectionTimeout, 7);
      assert.equal(subscription.subscriptionTimeout, undefined);
      assert.equal(subscription.watermark !== undefined, character === 'exchange');
      const early = lab.deliver();
      const { length } = lab.base.requests;
      assert.equal(await adopter.adopt(subscription), true);
      await lab.untilAfter(() => told.current === 'connected', 50);
      const [kept] = lab.base.store.records.values();
      assert.equal(kept?.subscriptionId, subscription.subscriptionId, 'kept before anything has happened');
      assert.ok(kept.upTo, 'and since when it is watched');
      assert.equal(engines[0]?.subscriptionId, subscription.subscriptionId, 'not made again');
      lab.sandbox.mailbox().deliver({ subject: 'elsewhere' }, 'junkemail');
      const late = lab.deliver(2);
      await lab.untilAfter(() => told.items.length >= 3, 1000);
      await lab.clock.advance(20_000);
      await ioTurns(20);
      assert.deepEqual(told.items, [...early, ...late]);
      assert.deepEqual(told.gaps, []);
      assert.ok(!lab.base.requests.slice(length).includes('GetEvents'), 'nothing is looked for that the stream has');
      const [record] = lab.base.store.records.values();
      assert.equal(record?.adopted?.connectionTimeout, 7);
    });

    if (character === 'grommunio') return;

    it('is caught up where it was ordered to begin at a watermark', async () => {
      const { watermark } = await order();
      const output = { subscribed: () => undefined, unsubscribed: () => undefined, finished: () => undefined };
      await subscriber.unsubscribe({}, { ...output, failed: (error) => assert.fail(error) });
      const missed = lab.deliver(2);
      const ordered = await order(watermark);
      assert.equal(await adopter.adopt(ordered), true);
      await lab.untilAfter(() => told.items.length >= 2 && told.current === 'connected', 50);
      assert.deepEqual(told.items, missed);
    });
  });
}
