import assert from 'node:assert/strict';
import { KeptSubscription } from '../../dist/src/subscriptions/kept-subscription.js';
import type { LiveSubscription } from '../../dist/src/subscriptions/live-subscription.js';

describe('KeptSubscription', () => {
  const live = (more: object): LiveSubscription => ({
    ...{ mailbox: 'Anna@example.com', access: 'impersonate', allFolders: false },
    ...{ folders: [{ id: 'inbox', name: 'Inbox' }], events: ['NewMail'], delivery: 'streaming' },
    ...more,
    ...{ subscriptionId: 'one', account: 'account', subscriber: 'subscribe', connectionTimeout: 30 },
  });

  it('tells again what it was given, in the same order', () => {
    for (const more of [
      {},
      { watermark: 'w' },
      { watermark: '' },
      { pushIn: [], include: 'summary', filter: [{ property: 'subject', value: 'x' }] },
    ]) {
      const subscription = live(more);
      const kept = new KeptSubscription(subscription);
      assert.deepEqual(kept.subscription, subscription);
      assert.equal(JSON.stringify(kept.subscription), JSON.stringify(subscription));
    }
  });

  it('is what it was given last', () => {
    const kept = new KeptSubscription(live({ watermark: 'w', include: 'summary' }));
    kept.subscription = { ...live({ calm: 5 }), mailbox: 'bert@example.com', subscriptionId: 'two' };
    assert.deepEqual(kept.subscription, { ...live({ calm: 5 }), mailbox: 'bert@example.com', subscriptionId: 'two' });
    assert.deepEqual([kept.mailbox, kept.subscriptionId, kept.subscriber], ['bert@example.com', 'two', 'subscribe']);
  });

  it('is not changed by what becomes of a message', () => {
    const subscription = live({}) as { mailbox: string };
    const kept = new KeptSubscription(subscription as LiveSubscription);
    subscription.mailbox = 'other@example.com';
    (kept.subscription as { mailbox: string }).mailbox = 'other@example.com';
    assert.equal(kept.subscription.mailbox, 'Anna@example.com');
  });
});
