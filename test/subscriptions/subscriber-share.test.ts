import assert from 'node:assert/strict';
import { AdoptionRegistry } from '../../dist/src/subscriptions/adoption-registry.js';
import type { LiveSubscription } from '../../dist/src/subscriptions/live-subscription.js';
import { PullEngine } from '../../dist/src/subscriptions/pull-engine.js';
import { ownerOf, type Share } from '../../dist/src/subscriptions/share.js';
import { StreamHub } from '../../dist/src/subscriptions/stream-hub.js';
import { readOrders, type SubscribeOrder } from '../../dist/src/subscriptions/subscribe-request.js';
import { Subscriber, type SubscribeProgress } from '../../dist/src/subscriptions/subscriber.js';
import { SubscriptionAdopter } from '../../dist/src/subscriptions/subscription-adopter.js';
import { NO_PUSH, noPushHost } from '../support/no-push.js';
import { NEW_MAIL, PullLab } from '../support/pull-lab.js';
import { Recorder } from '../support/recorder.js';
import { until } from '../support/wait.js';

const DEFAULTS: SubscribeOrder = {
  ...NEW_MAIL,
  ...NO_PUSH,
  ...{ delivery: 'pull', subscriptionTimeout: 30, connectionTimeout: 30 },
};
const MAILBOXES = Array.from({ length: 9 }, (_, at) => `m${at}@sandbox.example`);
const inShare = ({ index, count }: Share, of = MAILBOXES) => of.filter((one) => ownerOf(one, count) === index);

describe('what is ordered of mailboxes that are shared', () => {
  let lab: PullLab;
  let close: (() => Promise<void>)[];
  beforeEach(async () => {
    lab = await PullLab.open();
    close = [];
    for (const mailbox of MAILBOXES) {
      lab.sandbox.addMailbox(mailbox);
      lab.sandbox.allowDelegate(mailbox, lab.sandbox.user);
    }
  });
  afterEach(async () => {
    await Promise.all(close.map((one) => one()));
    await lab.close();
  });

  /** A Node-RED whose ews-subscribe node has this share; positions are in the store that all have. */
  function instance(first: Share) {
    let share = first;
    const link = lab.account();
    const hub = new StreamHub(link);
    const registry = new AdoptionRegistry(lab.clock, () => undefined);
    const told = new Recorder();
    const progress: SubscribeProgress[] = [];
    const gone: string[] = [];
    const account = { link, hub, registry };
    const adopter = new SubscriptionAdopter({
      id: 'pull',
      delivery: 'pull',
      store: lab.store,
      account: () => account,
      listenerFor: () => told,
      makeEngine: ({ description, keeper, listener, adopted }) =>
        new PullEngine({
          ...{ account: link, description, keeper, listener, missed: 'recover', interval: 60, subscriptionTimeout: 30 },
          ...(adopted ? { adopted } : {}),
        }),
      isShared: (_subscriber, mailbox) => ownerOf(mailbox, share.count) === share.index,
    });
    const subscriber = () =>
      new Subscriber({ id: 'subscribe', accountId: 'a', account: link, hub, registry, share, pushHost: noPushHost });
    const output = {
      subscribed: (one: LiveSubscription) => void adopter.adopt(one),
      unsubscribed: (one: LiveSubscription) => void gone.push(one.mailbox),
      failed: (error: Error) => assert.fail(error),
      finished: (one: SubscribeProgress) => void progress.push(one),
    };
    close.push(() => adopter.close(true));
    return {
      ...{ adopter, progress, gone, told },
      set: (mailboxes: readonly string[]) => subscriber().set(readOrders(mailboxes, DEFAULTS), output),
      unsubscribe: (mailbox: string) => subscriber().unsubscribe({ mailbox }, output),
      listed: () =>
        subscriber()
          .list()
          .map(({ mailbox }) => mailbox)
          .sort(),
      watched: () => adopter.engines.map(({ description }) => description.mailbox).sort(),
      change: (next: Share) => {
        share = next;
        return adopter.shareAnew();
      },
    };
  }
  const connected = (one: ReturnType<typeof instance>, count: number) =>
    until(() => one.told.states.filter(({ name }) => name === 'connected').length >= count);

  it('is made for the share alone, counted and listed so, and nothing of others is a failure', async () => {
    const share = { index: 2, count: 3 };
    const one = instance(share);
    await one.set(MAILBOXES);
    const ours = inShare(share);
    assert.ok(ours.length > 0 && ours.length < MAILBOXES.length);
    assert.deepEqual(one.progress, [{ wanted: ours.length, subscribed: ours.length, failed: 0 }]);
    assert.deepEqual(one.listed(), ours);
    await until(() => one.adopter.engines.length === ours.length);
    assert.deepEqual(one.watched(), ours);
  });

  it('is told apart by the account’s own address too', async () => {
    const index = ownerOf(lab.sandbox.user, 2);
    const [mine, others] = [instance({ index, count: 2 }), instance({ index: 3 - index, count: 2 })];
    for (const one of [mine, others]) await one.set(['', lab.sandbox.user.toUpperCase()]);
    assert.deepEqual(mine.listed(), ['']);
    assert.deepEqual(others.listed(), []);
    assert.deepEqual(others.progress, [{ wanted: 0, subscribed: 0, failed: 0 }]);
  });

  it('ends by difference within the share', async () => {
    const share = { index: 1, count: 2 };
    const one = instance(share);
    await one.set(MAILBOXES);
    const [dropped = '', ...kept] = inShare(share);
    const foreign = MAILBOXES.find((mailbox) => !inShare(share).includes(mailbox)) ?? '';
    await one.set(MAILBOXES.filter((mailbox) => mailbox !== dropped && mailbox !== foreign));
    assert.deepEqual(one.gone, [dropped]);
    assert.deepEqual(one.listed(), kept);
    await one.unsubscribe(foreign);
    assert.deepEqual(one.gone, [dropped], 'what another one has is for that one to end');
  });

  it('is carried on by whom it belongs to when shares change, with the subscription that there is', async () => {
    const first = instance({ index: 1, count: 1 });
    await first.set(MAILBOXES);
    await connected(first, MAILBOXES.length);
    const subscriptions = lab.sandbox.subscriptionCount;
    assert.equal(subscriptions, MAILBOXES.length);

    const second = instance({ index: 2, count: 2 });
    await first.change({ index: 1, count: 2 });
    await second.adopter.resume();
    assert.deepEqual(first.watched(), inShare({ index: 1, count: 2 }));
    assert.deepEqual(first.listed(), first.watched());
    assert.deepEqual(second.watched(), inShare({ index: 2, count: 2 }));
    await connected(second, second.watched().length);
    assert.equal(lab.sandbox.subscriptionCount, subscriptions, 'none was ended, none was made');

    // And back: what is kept is taken up without being ordered again.
    await second.change({ index: 2, count: 3 });
    await first.change({ index: 1, count: 1 });
    assert.deepEqual(first.watched(), MAILBOXES);
  });
});
