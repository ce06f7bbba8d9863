import assert from 'node:assert/strict';
import type { MailboxEvent } from '../../dist/src/protocol/mailbox-event.js';
import type { AccountLink } from '../../dist/src/subscriptions/account-link.js';
import type { PositionRecord } from '../../dist/src/subscriptions/position-record.js';
import type { SubscriptionDescription } from '../../dist/src/subscriptions/subscription-description.js';
import { INBOX, NEW_MAIL, PullLab } from '../support/pull-lab.js';
import type { Recorder } from '../support/recorder.js';
import { StreamLab } from '../support/stream-lab.js';
import { ioTurns, until } from '../support/wait.js';

/** Kind and item of each event of an item, in order. */
const told = ({ batches }: Recorder): string[] =>
  batches
    .flatMap(({ events }) => events)
    .flatMap((event: MailboxEvent) => ('itemId' in event ? [`${event.eventType} ${event.itemId.id}`] : []));

/** An engine that catches up, and then a position as it was when so many notifications were sent. Returns what was sent until then. */
async function crashAfter(lab: PullLab, count: number, description: SubscriptionDescription): Promise<string[]> {
  const { engine, told } = lab.run({ description });
  let position = new Map<string, PositionRecord>();
  let sent: string[] = [];
  told.onEvents = () => {
    if (told.batches.length !== count) return;
    position = new Map(lab.store.records);
    sent = told.items;
  };
  await until(() => told.current === 'connected');
  await engine.close(true);
  lab.store.records.clear();
  for (const [key, record] of position) lab.store.records.set(key, record);
  return sent;
}

describe('PullEngine, where the server refuses the watermark, catches up by time', () => {
  let lab: PullLab;

  afterEach(async () => {
    await lab.close();
  });

  /** Has an engine run and end, and the mailbox be moved, which makes watermarks void. */
  async function leave(description = INBOX, before: () => void = () => undefined): Promise<void> {
    const first = await lab.connected({ description });
    before();
    await lab.next(first.told);
    await first.engine.close(true);
    lab.sandbox.moveMailbox();
    await lab.clock.advance(60_000);
  }

  /** The same, after which something was deleted, which cannot be found. */
  async function leaveAndDelete(): Promise<void> {
    lab = await PullLab.open();
    const [doomed = ''] = lab.deliver(1);
    await leave();
    const mailbox = lab.sandbox.mailbox();
    mailbox.hardDelete(mailbox.item(doomed));
  }

  it('and brings what is new and what was changed, in order, with what live events tell of it', async () => {
    lab = await PullLab.open();
    const mailbox = lab.sandbox.mailbox();
    const old = mailbox.deliver({ subject: 'old' });
    const untouched = mailbox.deliver({ subject: 'untouched' });
    await lab.clock.advance(3_600_000);
    await leave({ ...INBOX, events: ['NewMail', 'Created', 'Modified'] });
    const mail = mailbox.deliver({ subject: 'mail' });
    await lab.clock.advance(10_000);
    mailbox.modify(old, { subject: 'changed' });
    await lab.clock.advance(10_000);
    const draft = mailbox.create({ subject: 'draft', isDraft: true }, 'inbox');
    const second = await lab.connected({ description: { ...INBOX, events: ['NewMail', 'Created', 'Modified'] } });
    assert.deepEqual(told(second.told), [
      `Created ${mail.id}`,
      `NewMail ${mail.id}`,
      `Modified ${old.id}`,
      `Created ${draft.id}`,
    ]);
    assert.ok(!told(second.told).join().includes(untouched.id));
    assert.ok(second.told.batches.every(({ recovered }) => recovered));
    assert.deepEqual([...second.told.gaps, ...second.told.errors], []);
    const live = lab.deliver(1);
    await lab.next(second.told);
    assert.deepEqual(second.told.items.slice(-1), live);
    assert.equal(second.told.batches.at(-1)?.recovered, false);
  });

  it('and brings nothing twice that was told shortly before, nor anything from before the first start', async () => {
    lab = await PullLab.open();
    lab.deliver(2);
    await lab.clock.advance(30_000);
    let before: string[] = [];
    await leave(NEW_MAIL, () => (before = lab.deliver(3)));
    const missed = lab.deliver(2);
    const second = await lab.connected();
    assert.equal(before.length, 3);
    assert.deepEqual(second.told.items, missed);
  });

  it('and tells a change of something that was told as new', async () => {
    lab = await PullLab.open();
    let item = '';
    const description = { ...INBOX, events: ['NewMail', 'Modified'] as const };
    await leave(description, () => ([item = ''] = lab.deliver(1)));
    lab.sandbox.mailbox().modify(lab.sandbox.mailbox().item(item), { subject: 'changed' });
    const second = await lab.connected({ description });
    assert.deepEqual(told(second.told), [`Modified ${item}`]);
  });

  it('and says what cannot be found, where that was asked for', async () => {
    await leaveAndDelete();
    const second = await lab.connected({ description: INBOX });
    assert.deepEqual(
      second.told.gaps.map(({ reason, mailbox: whose }) => [reason, whose]),
      [['watermark-refused', lab.sandbox.user]],
    );
    assert.ok(second.told.gaps[0]?.from !== undefined && second.told.gaps[0].until !== undefined);
  });

  it('and says so after the next start, where it is closed just then', async () => {
    await leaveAndDelete();
    const missed = lab.deliver(1);
    const second = lab.run({ description: INBOX });
    let closed: Promise<void> | undefined;
    second.told.onEvents = () => {
      closed ??= second.engine.close(true);
    };
    await until(() => closed !== undefined);
    await closed;
    assert.deepEqual(
      [told(second.told), second.told.gaps],
      [missed.flatMap((id) => [`Created ${id}`, `NewMail ${id}`]), []],
    );
    const third = await lab.connected({ description: INBOX });
    assert.deepEqual([told(third.told), third.told.gaps.length], [[], 1]);
  });

  it('and does not begin where it is closed before, so that nothing is told to nobody', async () => {
    lab = await PullLab.open();
    await leave();
    lab.deliver(1);
    const second = lab.run({ description: INBOX });
    let closed: Promise<void> | undefined;
    let subscribed = 0;
    const stop = lab.sandbox.onRequest(({ operation }) => {
      if (operation === 'Subscribe') subscribed += 1;
      // The first one is refused.
      if (subscribed === 2) closed ??= second.engine.close(true);
    });
    await until(() => closed !== undefined);
    await closed;
    stop();
    assert.deepEqual([told(second.told), second.told.gaps], [[], []]);
    const third = await lab.connected({ description: INBOX });
    assert.deepEqual([told(third.told).length, third.told.gaps.length], [2, 1]);
  });

  it('and says nothing where nothing happened', async () => {
    lab = await PullLab.open();
    await leave();
    const second = await lab.connected({ description: INBOX });
    assert.deepEqual([second.told.items, second.told.gaps, second.told.errors], [[], [], []]);
  });

  it('page by page, also where many have the same time', async () => {
    lab = await PullLab.open({ limits: { restrictedResults: 10 } });
    await leave(NEW_MAIL);
    const missed = lab.deliver(35);
    for (let second = 0; second < 35; second += 1) {
      await lab.clock.advance(1000);
      missed.push(...lab.deliver(1));
    }
    const { told: recorder } = await lab.connected();
    assert.deepEqual(recorder.items, missed);
    assert.deepEqual(recorder.gaps, []);
  });

  it('up to a bound, and says that there is more', async () => {
    lab = await PullLab.open({ limits: { restrictedResults: 5 } });
    await leave(NEW_MAIL);
    const missed: string[] = [];
    for (let second = 0; second < 400; second += 1) {
      await lab.clock.advance(1000);
      missed.push(...lab.deliver(1));
    }
    const { told: recorder } = await lab.connected();
    assert.ok(recorder.items.length > 50 && recorder.items.length < missed.length);
    assert.deepEqual(recorder.items, missed.slice(0, recorder.items.length));
    assert.deepEqual(
      recorder.gaps.map(({ reason }) => reason),
      ['over-budget'],
    );
  });

  it('again where that fails, from the same time', async () => {
    lab = await PullLab.open();
    await leave(NEW_MAIL);
    const missed = lab.deliver(2);
    lab.sandbox.failNext({ operation: 'FindItem', httpStatus: 502, times: 2 });
    const second = lab.run();
    while (second.told.current !== 'connected') await lab.next(second.told);
    assert.deepEqual(second.told.items, missed);
  });

  it('after a restart in the middle of it too', async () => {
    lab = await PullLab.open();
    await leave(NEW_MAIL);
    const missed = lab.deliver(2);
    lab.sandbox.misbehave({ operation: 'FindItem', httpStatus: 502 });
    const second = lab.run();
    await lab.next(second.told);
    await second.engine.close(true);
    lab.sandbox.behave();
    const third = await lab.connected();
    assert.deepEqual([second.told.items, third.told.items], [[], missed]);
  });

  it('after a crash in the middle of it without what was told, however much that was, and says what cannot be found', async () => {
    lab = await PullLab.open();
    const [doomed = ''] = lab.deliver(1);
    const description = { ...INBOX, events: ['NewMail', 'Deleted'] as const };
    await leave(description);
    const mailbox = lab.sandbox.mailbox();
    mailbox.hardDelete(mailbox.item(doomed));
    const missed: string[] = [];
    for (let minute = 0; minute < 9; minute += 1) {
      missed.push(...lab.deliver(60));
      await lab.clock.advance(60_000);
    }
    const crashed = await crashAfter(lab, 9, description);
    assert.equal(crashed.length, 450);
    const third = await lab.connected({ description });
    // What was under way at the moment of the crash may come again.
    assert.deepEqual(third.told.items, missed.slice(400));
    assert.deepEqual(
      third.told.gaps.map(({ reason }) => reason),
      ['no-watermark'],
    );
  });

  it('and says so where it is not allowed to', async () => {
    lab = await PullLab.open();
    await leave(NEW_MAIL);
    lab.deliver(2);
    lab.sandbox.failNext({ operation: 'FindItem', code: 'ErrorAccessDenied' });
    const second = await lab.connected();
    assert.deepEqual(
      second.told.gaps.map(({ reason }) => reason),
      ['catch-up-refused'],
    );
    const live = lab.deliver(1);
    await lab.next(second.told);
    assert.deepEqual(second.told.items, live);
  });

  it('in all folders where all are watched', async () => {
    lab = await PullLab.open();
    const description = { ...NEW_MAIL, allFolders: true, folders: [] };
    await leave(description);
    const mailbox = lab.sandbox.mailbox();
    const missed = [mailbox.deliver({}, 'junkemail').id];
    await lab.clock.advance(5000);
    missed.push(mailbox.deliver({}, 'inbox').id);
    const second = await lab.connected({ description });
    assert.deepEqual(second.told.items, missed);
  });

  it('by the clock of the server, whatever that of this machine says', async () => {
    lab = await PullLab.open();
    const late = (account: AccountLink): AccountLink => ({
      ...account,
      clock: {
        now: () => lab.clock.now() + 7 * 24 * 3_600_000,
        setTimer: (callback, ms) => lab.clock.setTimer(callback, ms),
        clearTimer: (timer) => {
          lab.clock.clearTimer(timer);
        },
      },
    });
    lab.deliver(1);
    await lab.clock.advance(60_000);
    const first = await lab.connected({ account: late(lab.account()) });
    await first.engine.close(true);
    lab.sandbox.moveMailbox();
    const missed = lab.deliver(2);
    const second = await lab.connected({ account: late(lab.account()) });
    assert.deepEqual(second.told.items, missed);
  });
});

describe('StreamEngine, where the server refuses the watermark, catches up by time', () => {
  let lab: StreamLab;

  beforeEach(async () => {
    lab = await StreamLab.open();
  });
  afterEach(async () => {
    await lab.close();
  });

  for (const when of ['at once', 'after some trouble'] as const) {
    it(`${when}, before what is live, and brings nothing twice`, async () => {
      const running = await lab.connected();
      const before = lab.deliver(2);
      await lab.untilAfter(() => running.told.items.length === 2, 100);
      await lab.clock.advance(30_000);
      lab.sandbox.moveMailbox();
      if (when === 'after some trouble')
        lab.sandbox.failNext({ operation: 'FindItem', code: 'ErrorMailboxStoreUnavailable', times: 3 });
      const missed = lab.deliver(3);
      await lab.untilAfter(() => running.told.items.length >= 5, 100);
      await lab.untilAfter(() => running.told.current === 'connected', 100);
      const live = lab.deliver(2);
      await lab.untilAfter(() => running.told.items.length >= 7, 100);
      await ioTurns(20);
      assert.deepEqual(running.told.items, [...before, ...missed, ...live]);
      assert.deepEqual(running.told.gaps, []);
      assert.ok(running.told.batches.some(({ recovered }) => recovered));

      // There is a bookmark again, from which the next interruption is caught up.
      const finds = () => lab.base.requests.filter((operation) => operation === 'FindItem').length;
      const searched = finds();
      lab.sandbox.resetConnections();
      const more = lab.deliver(2);
      await lab.untilAfter(() => running.told.items.length >= 9, 100);
      assert.deepEqual(running.told.items.slice(7), more);
      assert.equal(finds(), searched);
    });
  }

  it('and brings nothing again that came while it was being looked for', async () => {
    const { told } = await lab.connected();
    await lab.clock.advance(30_000);
    lab.sandbox.moveMailbox();
    const missed = lab.deliver(1);
    // Later than the new bookmark and the new subscription, both of which bring it too.
    const stop = lab.sandbox.onRequest(({ operation }) => {
      if (operation === 'FindItem') missed.push(...lab.deliver(1));
    });
    await lab.untilAfter(() => told.items.length >= 2 && told.current === 'connected', 100);
    stop();
    assert.equal(missed.length, 2, 'one search');
    for (const count of [3, 4]) {
      lab.sandbox.resetConnections();
      await until(() => told.current === 'waiting');
      missed.push(...lab.deliver(1));
      await lab.untilAfter(() => told.items.length >= count && told.current === 'connected', 100);
    }
    await ioTurns(20);
    assert.deepEqual(told.items, missed);
  });

  it('and tells it no more after a crash, though it came after the new bookmark', async () => {
    const description = { ...INBOX, events: ['Modified'] as const };
    const item = lab.sandbox.mailbox().deliver({ subject: 'old' });
    await lab.clock.advance(600_000);
    const running = await lab.connected({ description });
    await lab.clock.advance(30_000);
    lab.sandbox.moveMailbox();
    // Between the bookmark and the search.
    const stop = lab.sandbox.onRequest(({ operation }) => {
      if (operation !== 'Unsubscribe') return;
      stop();
      lab.sandbox.mailbox().modify(item, { subject: 'changed' });
    });
    lab.sandbox.failNext({ operation: 'Unsubscribe', delayMs: 2000 });
    const ofItem = (told: Recorder) => told.items.filter((id) => id === item.id);
    await lab.untilAfter(() => ofItem(running.told).length > 0 && running.told.current === 'connected', 100);
    await lab.clock.advance(10_000);
    await ioTurns(20);
    assert.equal(ofItem(running.told).length, 1);
    const atCrash = [...lab.base.store.records];
    let closed = false;
    void running.engine.close(true).then(() => (closed = true));
    await lab.untilAfter(() => closed, 100);
    for (const [key, record] of atCrash) lab.base.store.records.set(key, record);
    const next = await lab.connected({ description });
    await lab.clock.advance(10_000);
    await ioTurns(20);
    assert.deepEqual(ofItem(next.told), []);
  });

  for (const when of ['', ' also where the stream breaks off'] as const) {
    it(`and tells in order what the subscription of an earlier run has queued, and what came after the new bookmark${when}`, async () => {
      const description = { ...INBOX, events: ['Deleted', 'Modified'] as const };
      const box = lab.sandbox.mailbox();
      const [doomed, changed] = [box.deliver({ subject: 'doomed' }), box.deliver({ subject: 'changed' })];
      await lab.clock.advance(600_000);
      const first = await lab.connected({ description });
      let closed = false;
      void first.engine.close(true).then(() => (closed = true));
      await lab.untilAfter(() => closed, 100);
      await lab.clock.advance(5000);
      box.hardDelete(doomed);
      await lab.clock.advance(5000);
      lab.sandbox.failNext({ operation: 'Subscribe', code: 'ErrorInvalidWatermark' });
      let searched = false;
      const stop = lab.sandbox.onRequest(({ operation }) => {
        if (searched && operation === 'Subscribe') {
          stop();
          if (when !== '') lab.sandbox.resetConnections();
        } else if (!searched && operation === 'FindItem') {
          searched = true;
          box.modify(changed, { subject: 'and again' });
        }
      });
      const { told } = await lab.connected({ description });
      box.modify(changed, { isRead: true });
      // All but what the search has found.
      const inOrder = () =>
        told.batches.flatMap(({ events, recovered }) =>
          events.flatMap((event) => {
            const isFound = recovered && event.watermark === undefined;
            return isFound || !('itemId' in event) ? [] : [`${event.eventType} ${event.itemId.id}`];
          }),
        );
      await lab.untilAfter(() => inOrder().length === 3, 100);
      assert.deepEqual(inOrder(), [`Deleted ${doomed.id}`, `Modified ${changed.id}`, `Modified ${changed.id}`]);
    });
  }

  it('and keeps what was told while it goes on, but moves its position at the end of it only', async () => {
    const { told } = await lab.connected();
    await lab.clock.advance(30_000);
    lab.sandbox.moveMailbox();
    const missed = lab.deliver(120);
    const record = () => [...lab.base.store.records.values()][0];
    const kept: { upTo: string | undefined; told: number }[] = [];
    told.onEvents = () => {
      kept.push({ upTo: record()?.upTo, told: record()?.told?.length ?? 0 });
    };
    await lab.untilAfter(() => told.items.length === missed.length && told.current === 'connected', 100);
    assert.deepEqual(told.items, missed);
    assert.deepEqual(
      kept.map((one) => one.told),
      [0, 50, 100],
    );
    assert.equal(new Set(kept.map(({ upTo }) => upTo)).size, 1);
    await lab.untilAfter(() => record()?.upTo !== kept[0]!.upTo, 100);
  });

  it('and says what cannot be found', async () => {
    const { told: recorder } = await lab.connected({ description: INBOX });
    const [doomed = ''] = lab.deliver(1);
    await lab.untilAfter(() => recorder.items.length >= 2, 100);
    await lab.clock.advance(30_000);
    lab.sandbox.moveMailbox();
    const mailbox = lab.sandbox.mailbox();
    mailbox.hardDelete(mailbox.item(doomed));
    await lab.untilAfter(() => recorder.gaps.length > 0, 100);
    assert.equal(recorder.gaps[0]?.reason, 'watermark-refused');
  });
});
