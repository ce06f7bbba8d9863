import assert from 'node:assert/strict';
import { getEvents } from '../../dist/src/protocol/get-events.js';
import { subscribe } from '../../dist/src/protocol/subscribe.js';
import { PositionKeeper } from '../../dist/src/subscriptions/position-keeper.js';
import type { SubscriptionDescription } from '../../dist/src/subscriptions/subscription-description.js';
import { INBOX, PullLab } from '../support/pull-lab.js';
import { Recorder } from '../support/recorder.js';
import { StreamLab } from '../support/stream-lab.js';
import { ioTurns, until } from '../support/wait.js';

describe('grommunio', () => {
  describe('streaming', () => {
    let lab: StreamLab;

    beforeEach(async () => {
      lab = await StreamLab.open({ character: 'grommunio' });
    });
    afterEach(async () => {
      await lab.close();
    });

    it('is recognised, and named folders of one’s own mailbox bring all kinds of event', async () => {
      const { told } = await lab.connected({ description: INBOX });
      const mailbox = lab.sandbox.mailbox();
      const item = mailbox.deliver({ subject: 'one' });
      mailbox.modify(item, { subject: 'two' });
      mailbox.deliver({ subject: 'elsewhere' }, 'junkemail');
      const moved = mailbox.move(item, 'drafts');
      mailbox.hardDelete(moved);
      await lab.untilAfter(
        () => told.batches.flatMap(({ events }) => events).some(({ eventType }) => eventType === 'Moved'),
        1000,
      );
      await lab.clock.advance(20_000);
      await ioTurns(20);
      const events = told.batches.flatMap((batch) => batch.events);
      const inbox = mailbox.folder('inbox').id;
      assert.ok(
        events.every((event) => JSON.stringify(event).includes(inbox)),
        'nothing of other folders',
      );
      const ofItems = events.filter((event) => 'itemId' in event).map(({ eventType }) => eventType);
      assert.ok(ofItems.includes('Created') || ofItems.includes('NewMail'));
      assert.ok(ofItems.includes('Modified'));
      assert.ok(ofItems.includes('Moved'));
      assert.ok(!ofItems.includes('Deleted'), 'what was deleted was in another folder by then');
    });

    it('has one stream for each mailbox', async () => {
      const { user } = lab.sandbox;
      for (const name of ['a', 'b']) lab.sandbox.addMailbox(`${name}@sandbox.example`);
      lab.sandbox.allowImpersonation(user);
      const session = lab.session();
      const all = ['a', 'b'].map((name) => {
        const description: SubscriptionDescription = {
          ...INBOX,
          mailbox: `${name}@sandbox.example`,
          access: 'impersonate',
        };
        return session.run({ description });
      });
      for (const one of all) await lab.untilConnected(one);
      assert.equal(lab.sandbox.streamCount, 2);
      const sent = lab.deliver(1, 'b@sandbox.example');
      await lab.untilAfter(() => (all[1]?.told.items.length ?? 0) > 0, 1000);
      assert.deepEqual([...new Set(all[1]?.told.items)], sent);
      assert.deepEqual(all[0]?.told.items, []);
    });

    it('looks for what was changed in another’s mailbox that is opened as a delegate', async () => {
      const other = lab.sandbox.addMailbox('other@sandbox.example');
      lab.sandbox.allowDelegate('other@sandbox.example', lab.sandbox.user);
      const item = other.deliver({ subject: 'before' });
      await lab.clock.advance(60_000);
      const { told } = await lab.connected({ description: { ...INBOX, mailbox: 'other@sandbox.example' } });
      const events = () => told.batches.flatMap((batch) => batch.events).filter((event) => 'itemId' in event);
      await lab.clock.advance(60_000);
      const changed = other.modify(item, { subject: 'after' });
      await lab.untilAfter(() => events().length === 1, 1000);
      await lab.clock.advance(60_000);
      const added = other.deliver({ subject: 'new' });
      await lab.untilAfter(() => events().some(({ eventType }) => eventType === 'NewMail'), 1000);
      await lab.clock.advance(20_000);
      other.modify(changed, { subject: 'once more' });
      await lab.untilAfter(() => events().filter(({ eventType }) => eventType === 'Modified').length === 2, 1000);
      assert.deepEqual(
        events().map(({ eventType, ...event }) => [eventType, 'itemId' in event && event.itemId.id]),
        [
          ['Modified', item.id],
          ['Created', added.id],
          ['NewMail', added.id],
          ['Modified', item.id],
        ],
      );
    });

    it('finds what is new after a connection was lost, once, and says what cannot be found', async () => {
      const { told } = await lab.connected({ description: INBOX });
      lab.sandbox.resetConnections();
      await until(() => told.current === 'waiting');
      await lab.clock.advance(400);
      const [missed = '', gone = ''] = lab.deliver(2);
      const mailbox = lab.sandbox.mailbox();
      mailbox.hardDelete(mailbox.item(gone));
      await lab.untilAfter(() => told.current === 'connected' && told.gaps.length > 0, 200);
      assert.deepEqual(
        told.gaps.map(({ reason }) => reason),
        ['no-watermark'],
      );
      const sent = lab.deliver(1);
      await lab.untilAfter(() => told.items.includes(sent[0] ?? ''), 1000);
      const newMails = told.batches
        .flatMap(({ events }) => events)
        .flatMap((event) => (event.eventType === 'NewMail' && 'itemId' in event ? [event.itemId.id] : []));
      // The deletion came all the same, as the server had it in its queue; so did the mail that was found already.
      assert.deepEqual(
        newMails.filter((id) => id !== gone),
        [missed, ...sent],
      );
    });

    it('says nothing after a connection was lost in a time in which nothing happened', async () => {
      await lab.clock.advance(60_000);
      const { told } = await lab.connected({ description: INBOX });
      lab.sandbox.resetConnections();
      await until(() => told.current === 'waiting');
      await lab.untilAfter(() => told.current === 'connected', 200);
      assert.deepEqual([...told.gaps, ...told.errors], []);
      const sent = lab.deliver(1);
      await lab.untilAfter(() => told.items.includes(sent[0] ?? ''), 1000);
    });
  });

  describe('pull', () => {
    let lab: PullLab;

    beforeEach(async () => {
      lab = await PullLab.open({ character: 'grommunio' });
    });
    afterEach(async () => {
      await lab.close();
    });

    it('brings all kinds of event of named folders of one’s own mailbox', async () => {
      const { told } = await lab.connected({ description: INBOX });
      const mailbox = lab.sandbox.mailbox();
      const item = mailbox.deliver({ subject: 'one' });
      mailbox.deliver({ subject: 'elsewhere' }, 'junkemail');
      mailbox.move(item, 'drafts');
      await lab.next(told);
      const events = told.batches.flatMap((batch) => batch.events);
      const inbox = mailbox.folder('inbox').id;
      assert.ok(events.every((event) => JSON.stringify(event).includes(inbox)));
      const ofItems = events.filter((event) => 'itemId' in event).map(({ eventType }) => eventType);
      assert.ok(ofItems.includes('Moved'), ofItems.join());
      assert.deepEqual(told.errors, []);
    });

    it('goes on after a fault with a stray second answer behind it', async () => {
      const { told } = await lab.connected({ description: INBOX });
      await lab.sandbox.restart();
      await lab.next(told);
      const sent = lab.deliver(1);
      await lab.next(told);
      await lab.next(told);
      assert.deepEqual([...new Set(told.items)], sent);
    });

    for (const how of ['after a crash', 'closed'] as const) {
      it(`looks for what an answer may have brought when it is begun again ${how}`, async () => {
        const { engine } = await lab.connected({ description: INBOX });
        const atCrash = [...lab.store.records];
        const subscriptionId = engine.subscriptionId ?? '';
        await engine.close(true);
        if (how === 'after a crash') for (const [key, record] of atCrash) lab.store.records.set(key, record);
        await lab.clock.advance(2000);
        const missed = lab.deliver(2);
        if (how === 'after a crash') {
          // What is answered is not kept, and the answer came in the moment in which all ended.
          const { client } = await lab.account().connect();
          await client.call(getEvents, { subscriptionId });
        }
        await lab.clock.advance(2000);
        const searches = () => lab.requests.filter((operation) => operation === 'FindItem').length;
        const { told } = await lab.connected({ description: INBOX });
        assert.deepEqual([...new Set(told.items)], missed);
        assert.equal(searches(), how === 'closed' ? 0 : 1);
        assert.equal(told.gaps.length, how === 'closed' ? 0 : 1, 'what else happened cannot be found');
      });
    }

    it('finds at the next start what came in the moment of closing, when nobody took it any more', async () => {
      const { engine, told: before } = await lab.connected({ description: INBOX });
      await lab.clock.advance(1000);
      const missed = lab.deliver(2);
      before.onEvents = () => Promise.reject(new Error('closing'));
      let closed: Promise<void> | undefined;
      lab.sandbox.onRequest(({ operation }) => {
        if (operation === 'GetEvents') closed ??= engine.close(true);
      });
      await lab.clock.advanceToNext();
      await until(() => closed !== undefined);
      await closed;
      assert.equal(before.batches.length, 1, 'it came');
      await lab.clock.advance(2000);
      const { told } = await lab.connected({ description: INBOX });
      assert.deepEqual([...new Set(told.items)], missed);
      assert.ok(told.batches.every(({ recovered }) => recovered));
      assert.equal(told.gaps.length, 1, 'what else happened cannot be found');
    });

    it('finds what was in an answer that was lost, as it cannot be asked for again, and says what it cannot find', async () => {
      const { told } = await lab.connected({ description: INBOX });
      await lab.clock.advance(1000);
      const missed = lab.deliver(3);
      lab.sandbox.failNext({ operation: 'GetEvents', reset: 'before' });
      await lab.next(told);
      await lab.next(told);
      assert.deepEqual([...new Set(told.items)], missed);
      assert.ok(told.batches.every(({ recovered }) => recovered));
      assert.deepEqual(
        told.gaps.map(({ reason }) => reason),
        ['no-watermark'],
      );
      await lab.next(told);
      const sent = lab.deliver(1);
      await lab.next(told);
      assert.deepEqual([...new Set(told.items)], [...missed, ...sent]);
      assert.equal(told.gaps.length, 1);
    });

    it('subscribes anew where the server may have restarted, as its ids may mean other subscriptions by now', async () => {
      const { told } = await lab.connected({ description: INBOX });
      await lab.sandbox.stop();
      await lab.next(told);
      await lab.sandbox.start();
      const { length } = lab.requests;
      while (told.current !== 'connected') await lab.next(told);
      assert.equal(lab.requests[length], 'Subscribe');
      const sent = lab.deliver(1);
      await lab.next(told);
      assert.deepEqual([...new Set(told.items)], sent);
    });

    it('and where somebody else of the account has noticed it, between two questions of its own', async () => {
      const account = lab.account();
      const run = (part: string, interval: number) => {
        const told = new Recorder();
        const keeper = new PositionKeeper(lab.store, { node: 'node', mailbox: '', part }, () => undefined);
        lab.run({ account, keeper, interval, listener: told, description: INBOX });
        return told;
      };
      const first = run('first', 600);
      await until(() => first.current === 'connected');
      const second = run('second', 60);
      await until(() => second.current === 'connected');
      const subscribed = () => lab.requests.filter((operation) => operation === 'Subscribe').length;
      const before = subscribed();
      await lab.sandbox.restart();
      // The second is not known any more; its new one gets the id that the first had.
      const { client } = await lab.account().connect();
      const scope = { allFolders: true } as const;
      const another = { delivery: 'pull', scope, events: ['NewMail'], timeoutMinutes: 30 } as const;
      await client.call(subscribe, another);
      await lab.clock.advance(60_000);
      await until(() => subscribed() === before + 2);
      await lab.clock.untilTimer();
      const [id = ''] = lab.deliver();
      await lab.clock.advance(540_000);
      await until(() => first.items.length > 0 && second.items.length > 0);
      assert.deepEqual([[...new Set(first.items)], [...new Set(second.items)]], [[id], [id]]);
      assert.equal(subscribed(), before + 3, 'the first does not read what is the second’s now');
    });

    it('carries on after a restart with the subscription of before, in which what was missed is queued', async () => {
      const first = await lab.connected({ description: INBOX });
      await first.engine.close(true);
      const missed = lab.deliver(2);
      const { told } = await lab.connected({ description: INBOX });
      assert.deepEqual([...new Set(told.items)], missed);
      assert.deepEqual(told.gaps, []);
    });
  });
});
