import assert from 'node:assert/strict';
import type { Spool } from '../../dist/src/details/spool.js';
import { calmed, type CalmedEvent } from '../../dist/src/details/calm.js';
import type { MailboxEvent } from '../../dist/src/protocol/mailbox-event.js';
import { DetailsLab, EMPTY_SPOOL, eventOf, payloads } from '../support/details-lab.js';
import { ioTurns, until } from '../support/wait.js';

const notice = (...events: MailboxEvent[]) => ({ subscriptionId: 's', events, recovered: false });
const moved = (from: string, to: string) =>
  eventOf(to, 'Moved', { oldItemId: { id: from }, oldParentFolderId: { id: 'old' } });

describe('events of one item, gathered', () => {
  let lab: DetailsLab;
  beforeEach(async () => (lab = await DetailsLab.open()));
  afterEach(() => lab.close());

  it('are one message at the end of the time, the first about what came first', async () => {
    const { outbox, told } = lab.run({ calm: 10 });
    await outbox.take(notice(eventOf('a'), eventOf('a', 'NewMail'), eventOf('b')));
    await lab.clock.advance(4000);
    await outbox.take(notice(eventOf('a', 'Modified'), eventOf('c')));
    await lab.clock.advance(5999);
    await ioTurns(10);
    assert.deepEqual(told.batches, []);
    await lab.clock.advance(1);
    await until(() => told.items.length === 2);
    const [first, second] = payloads(told);
    assert.deepEqual([first!.itemId.id, first!.eventType], ['a', 'NewMail']);
    assert.deepEqual(
      first!.events.map(({ eventType }: MailboxEvent) => eventType),
      ['Created', 'NewMail', 'Modified'],
    );
    assert.deepEqual([second!.itemId.id, second!.events.length], ['b', 1]);
    // What still waits is kept.
    await until(() => lab.files.length === 1);
    await lab.clock.advance(4000);
    await until(() => told.items.length === 3);
    assert.equal(payloads(told)[2]!.itemId.id, 'c');
    await until(() => lab.files.length === 0);
  });

  it('follow an item that moves and so gets another id', async () => {
    const { outbox, told } = lab.run({ calm: 10 });
    await outbox.take(notice(eventOf('a', 'NewMail'), moved('a', 'b'), eventOf('b', 'Modified')));
    await lab.clock.advance(10_000);
    await until(() => told.items.length === 1);
    const [only] = payloads(told);
    assert.deepEqual([only!.itemId.id, only!.eventType, only!.events.length], ['b', 'NewMail', 3]);
    assert.equal(only!.oldItemId, undefined);
  });

  it('are nothing where an item came and went, and what was kept of them is done with', async () => {
    const { outbox, told } = lab.run({ calm: 10 });
    await outbox.take(notice(eventOf('a'), eventOf('a', 'Deleted')));
    await lab.clock.advance(10_000);
    await until(() => lab.files.length === 0);
    assert.deepEqual(told.batches, []);
  });

  it('are looked up as they are at the end', async () => {
    const { outbox, told } = lab.run({ calm: 10, include: 'summary' });
    const mail = lab.mailbox.deliver({ subject: 'before' });
    await outbox.take(notice(eventOf(mail.id, 'NewMail')));
    lab.mailbox.modify(mail, { subject: 'after' });
    await lab.clock.advance(10_000);
    await until(() => told.items.length === 1);
    assert.equal(payloads(told)[0]!.item.subject, 'after');
  });

  it('are not sent again after a restart in which the rest of their notification had to wait', async () => {
    const closed = lab.run({ calm: 10 });
    await closed.outbox.take(notice(eventOf('a')));
    await lab.clock.advance(5000);
    await closed.outbox.take(notice(eventOf('a', 'Modified'), eventOf('b')));
    await lab.clock.advance(5000);
    await until(() => closed.told.items.length === 1);
    await closed.outbox.close();
    const { told } = lab.run({ calm: 10 });
    await until(() => lab.clock.pending.length > 0);
    await lab.clock.advance(10_000);
    await until(() => lab.files.length === 0);
    assert.deepEqual([closed.told.items, told.items], [['a'], ['b']]);
  });

  it('stay in order where some were missed and others came as they happened', async () => {
    const { outbox, told } = lab.run({ calm: 10 });
    const at = (minute: number) => eventOf('a', 'Modified', { timeStamp: `2026-03-02T08:0${minute}:00Z` });
    const [first, second, third, fourth] = [1, 2, 3, 4].map(at) as [
      MailboxEvent,
      MailboxEvent,
      MailboxEvent,
      MailboxEvent,
    ];
    await outbox.take(notice(first));
    await outbox.take({ ...notice(second), recovered: true });
    await outbox.take(notice(third, fourth));
    await lab.clock.advance(10_000);
    await until(() => told.items.length === 3);
    assert.deepEqual(
      payloads(told).map(({ events }) => (events as MailboxEvent[]).map(({ timeStamp }) => timeStamp[15])),
      [['1'], ['2'], ['3', '4']],
    );
    assert.deepEqual(
      told.batches.map(({ recovered }) => recovered),
      [false, true, false],
    );
  });

  it('survive a crash', async () => {
    const crashed = lab.run({ calm: 10 });
    await crashed.outbox.take(notice(eventOf('a'), eventOf('a', 'Modified')));
    await crashed.outbox.close();
    const { told } = lab.run({ calm: 10 });
    await lab.clock.untilTimer(10_000, 10_000);
    await lab.clock.advance(10_000);
    await until(() => told.items.length === 1);
    assert.equal(payloads(told)[0]!.events.length, 2);
  });

  it('go on at once where nothing can be written: whoever brings them cannot wait so long', async () => {
    const full: Spool = {
      ...EMPTY_SPOOL,
      add: () => Promise.reject(new Error('disk full')),
    };
    const { outbox, told } = lab.run({ calm: 3600 }, { spool: full });
    await outbox.take(notice(eventOf('a'), eventOf('a', 'NewMail')));
    assert.deepEqual(told.items, ['a']);
  });

  it('do not mix what was recovered with what is live', async () => {
    const { outbox, told } = lab.run({ calm: 10 });
    await outbox.take({ ...notice(eventOf('a')), recovered: true });
    await outbox.take(notice(eventOf('a', 'Modified')));
    await lab.clock.advance(10_000);
    await until(() => told.batches.length === 2);
    assert.deepEqual(
      told.batches.map(({ recovered }) => recovered),
      [true, false],
    );
  });

  it('go on early where there are very many: whoever brings them is not held up', async () => {
    const { outbox, told } = lab.run({ calm: 3600 });
    for (let at = 0; at < 50; at += 1) {
      await outbox.take(notice(...Array.from({ length: 50 }, (_, n) => eventOf(`${at}.${n}`))));
    }
    await until(() => told.items.length === 1500);
    assert.deepEqual(told.items.slice(0, 2), ['0.0', '0.1']);
  });

  it('become the strongest of them, with where it came from', () => {
    const kind = (...events: MailboxEvent[]) => calmed(events)?.eventType;
    const of = (type: MailboxEvent['eventType']) => eventOf('a', type);
    assert.equal(kind(of('Modified'), of('Created'), of('NewMail')), 'NewMail');
    assert.equal(kind(of('Modified'), of('Created')), 'Created');
    assert.equal(kind(of('Modified'), of('Modified')), 'Modified');
    assert.equal(kind(of('Modified'), of('Deleted')), 'Deleted');
    assert.equal(kind(of('NewMail'), of('Modified'), of('Deleted')), undefined);
    assert.equal(calmed([]), undefined);
    const twice = calmed([moved('a', 'b'), moved('b', 'c'), eventOf('c', 'Modified')]) as
      (CalmedEvent & { oldItemId: { id: string }; itemId: { id: string } }) | undefined;
    assert.deepEqual([twice?.eventType, twice?.oldItemId.id, twice?.itemId.id], ['Moved', 'a', 'c']);
  });
});
