import assert from 'node:assert/strict';
import { INBOX, PullLab } from '../support/pull-lab.js';
import { StreamLab, type Running } from '../support/stream-lab.js';
import { ioTurns, until } from '../support/wait.js';

/** Mails that are found in several batches. */
const MANY = 200;

describe('a stream that is closed', () => {
  let lab: StreamLab;
  afterEach(() => lab.close());

  async function closed({ engine }: Running): Promise<void> {
    let isOver = false;
    void engine.close(true).then(() => (isOver = true));
    await lab.untilAfter(() => isOver, 100);
  }

  for (const [character, operation] of [
    ['exchange', 'Subscribe'],
    ['grommunio', 'GetStreamingEvents'],
  ] as const) {
    it(`before it could say that its position is lost says so after the next start (${character})`, async () => {
      lab = await StreamLab.open({ character });
      await closed(await lab.connected());
      lab.deliver(2);
      lab.base.store.failing = 'load';
      lab.sandbox.misbehave({ operation, code: 'ErrorServerBusy' });
      const second = lab.session().run();
      await lab.untilAfter(() => second.told.current === 'waiting', 10);
      await closed(second);
      assert.deepEqual(second.told.gaps, []);
      lab.base.store.failing = undefined;
      lab.sandbox.behave();
      const third = await lab.connected();
      await lab.clock.advance(60_000);
      await ioTurns(20);
      assert.ok(third.told.items.length === 2 || third.told.gaps.length === 1, 'told, or said to be missing');
    });
  }

  it('while a search goes on sends no more of it', async () => {
    lab = await StreamLab.open();
    await closed(await lab.connected());
    lab.sandbox.moveMailbox();
    await lab.clock.advance(60_000);
    const missed = lab.deliver(MANY);
    await lab.clock.advance(60_000);
    const { engine, told } = lab.session().run();
    let isOver = false;
    let closing: Promise<unknown> | undefined;
    told.onEvents = () => {
      closing ??= engine.close(true).then(() => (isOver = true));
    };
    await lab.untilAfter(() => isOver, 100);
    assert.equal(told.batches.length, 1);
    const next = await lab.connected();
    assert.deepEqual([...told.items, ...next.told.items], missed);
  });

  it('after a search, before it is known what of that came after the bookmark, tells nothing of it again', async () => {
    lab = await StreamLab.open();
    const description = { ...INBOX, events: ['NewMail', 'Modified'] as const };
    const box = lab.sandbox.mailbox();
    const item = box.deliver({ subject: 'old' });
    const ofItem = ({ told }: Running) => told.items.filter((id) => id === item.id);
    await lab.clock.advance(600_000);
    await closed(await lab.connected({ description }));
    lab.sandbox.moveMailbox();
    await lab.clock.advance(60_000);
    let step: 'begun' | 'streaming' | 'changed' | 'searched' = 'begun';
    lab.sandbox.onRequest(({ operation }) => {
      if (step === 'streaming' && operation === 'Unsubscribe') {
        step = 'changed';
        box.modify(item, { isRead: true });
      }
      if (step === 'changed' && operation === 'FindItem') {
        step = 'searched';
        lab.sandbox.misbehave({ operation: 'Subscribe', code: 'ErrorServerBusy' });
      }
    });
    const second = lab.session().run({ description });
    await lab.untilAfter(() => lab.sandbox.streamCount === 1, 10);
    step = 'streaming';
    // The search begins so long after the change that this is in a second which is over.
    lab.sandbox.failNext({ operation: 'Unsubscribe', delayMs: 5000 });
    await lab.untilAfter(() => ofItem(second).length > 0, 100);
    await lab.clock.advance(100);
    await ioTurns(50);
    await closed(second);
    lab.sandbox.behave();
    await lab.clock.advance(5000);
    const third = await lab.connected({ description });
    await lab.clock.advance(5000);
    await ioTurns(50);
    assert.equal([...ofItem(second), ...ofItem(third)].length, 1);
  });
});

describe('pull that is closed', () => {
  let lab: PullLab;
  beforeEach(async () => (lab = await PullLab.open()));
  afterEach(() => lab.close());

  it('before it could say that its position is lost says so after the next start', async () => {
    await (await lab.connected()).engine.close(true);
    lab.deliver(2);
    lab.store.failing = 'load';
    lab.sandbox.misbehave({ operation: 'Subscribe', code: 'ErrorServerBusy' });
    const second = lab.run();
    await until(() => second.told.current === 'waiting');
    await second.engine.close(true);
    assert.deepEqual(second.told.gaps, []);
    lab.store.failing = undefined;
    lab.sandbox.behave();
    const third = await lab.connected();
    assert.ok(third.told.items.length === 2 || third.told.gaps.length === 1, 'told, or said to be missing');
  });

  it('while a search goes on sends no more of it', async () => {
    await (await lab.connected()).engine.close(true);
    lab.sandbox.moveMailbox();
    await lab.clock.advance(60_000);
    const missed = lab.deliver(MANY);
    await lab.clock.advance(60_000);
    const { engine, told } = lab.run();
    let closing: Promise<void> | undefined;
    told.onEvents = () => {
      closing ??= engine.close(true);
    };
    await until(() => closing !== undefined);
    await closing;
    assert.equal(told.batches.length, 1);
    const next = await lab.connected();
    assert.deepEqual([...told.items, ...next.told.items], missed);
  });
});
