import assert from 'node:assert/strict';
import { makeSubscription } from '../../dist/src/subscriptions/make-subscription.js';
import { StreamHub } from '../../dist/src/subscriptions/stream-hub.js';
import { NO_PUSH } from '../support/no-push.js';
import { INBOX, PullLab } from '../support/pull-lab.js';
import { until } from '../support/wait.js';

for (const character of ['exchange', 'grommunio'] as const) {
  describe(`a pull subscription that is adopted (${character})`, () => {
    let lab: PullLab;
    beforeEach(async () => {
      lab = await PullLab.open({ character });
    });
    afterEach(() => lab.close());

    it('brings all kinds of event of the folders that it names, and of no others', async () => {
      const account = lab.account();
      const order = { ...INBOX, ...NO_PUSH, delivery: 'pull', subscriptionTimeout: 30, connectionTimeout: 30 } as const;
      const begins = await makeSubscription(account, new StreamHub(account), order, new AbortController().signal);
      const { told } = lab.run({
        account,
        description: INBOX,
        adopted: { account: 'account', subscriber: 'subscribe', begins },
      });
      await until(() => told.current === 'connected' && lab.clock.pending.length > 0);
      const mailbox = lab.sandbox.mailbox();
      const item = mailbox.deliver({ subject: 'one' });
      mailbox.deliver({ subject: 'elsewhere' }, 'junkemail');
      mailbox.move(mailbox.modify(item, { subject: 'two' }), 'drafts');
      mailbox.hardDelete(mailbox.deliver({ subject: 'gone' }));
      await lab.next(told);
      const inbox = mailbox.folder('inbox').id;
      const events = told.batches.flatMap((batch) => batch.events);
      assert.ok(events.every((event) => JSON.stringify(event).includes(inbox)));
      const kinds = new Set(events.filter((event) => 'itemId' in event).map(({ eventType }) => eventType));
      for (const kind of ['NewMail', 'Modified', 'Moved', 'Deleted'] as const) assert.ok(kinds.has(kind), kind);
      assert.equal(lab.sandbox.subscriptionCount, 1);
    });
  });
}
