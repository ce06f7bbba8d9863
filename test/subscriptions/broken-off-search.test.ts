import assert from 'node:assert/strict';
import type { PositionRecord } from '../../dist/src/subscriptions/position-record.js';
import { getEvents } from '../../dist/src/protocol/get-events.js';
import { INBOX, PullLab } from '../support/pull-lab.js';
import { StreamLab, type Running } from '../support/stream-lab.js';
import { ioTurns, until } from '../support/wait.js';

describe('grommunio’s streams, after a crash', () => {
  let lab: StreamLab;
  beforeEach(async () => {
    lab = await StreamLab.open({ character: 'grommunio' });
  });
  afterEach(() => lab.close());

  it('tell again no more than fifty of what a search had told before a crash in the middle of it', async () => {
    const close = async ({ engine }: Running) => {
      let closed = false;
      void engine.close(true).then(() => (closed = true));
      await lab.untilAfter(() => closed, 100);
    };
    const ofItems = ({ told }: Running) =>
      told.batches.flatMap(({ events }) => events).flatMap((event) => ('itemId' in event ? [event.itemId.id] : []));
    const description = { ...INBOX, events: ['NewMail', 'Modified'] as const };
    const box = lab.sandbox.mailbox();
    const old = Array.from({ length: 170 }, (_, at) => box.deliver({ subject: `old ${at}` }));
    await lab.clock.advance(600_000);
    await close(await lab.connected({ description }));
    await lab.clock.advance(2000);
    for (const item of old) {
      await lab.clock.advance(1000);
      box.modify(item, { isRead: true });
    }
    await lab.clock.advance(1000);
    const crashing = lab.session().run({ description });
    let position = new Map<string, PositionRecord>();
    let sent: string[] = [];
    crashing.told.onEvents = () => {
      if (crashing.told.batches.length !== 3) return;
      position = new Map(lab.base.store.records);
      sent = ofItems(crashing);
    };
    await lab.untilConnected(crashing);
    await close(crashing);
    lab.base.store.records.clear();
    for (const [key, record] of position) lab.base.store.records.set(key, record);
    assert.ok(sent.length >= 100, `${sent.length} sent`);
    const third = await lab.connected({ description });
    await lab.clock.advance(10_000);
    await ioTurns(20);
    const again = ofItems(third).filter((id) => sent.includes(id));
    assert.ok(again.length <= 50, `${again.length} again`);
    assert.deepEqual(
      old.map(({ id }) => id).filter((id) => !sent.includes(id) && !ofItems(third).includes(id)),
      [],
    );
  });
});

describe('pull without watermarks', () => {
  it('looks for what an answer brought at a crash, also in the run after one that was closed', async () => {
    const lab = await PullLab.open({ character: 'grommunio' });
    try {
      await (await lab.connected({ description: INBOX })).engine.close(true);
      const { engine, told } = await lab.connected({ description: INBOX });
      // It has polled, in vain. A crash comes in the moment of the next answer.
      const atCrash = [...lab.store.records];
      const subscriptionId = engine.subscriptionId ?? '';
      await engine.close(true);
      for (const [key, record] of atCrash) lab.store.records.set(key, record);
      await lab.clock.advance(2000);
      const missed = lab.deliver(2);
      const { client } = await lab.account().connect();
      await client.call(getEvents, { subscriptionId });
      await lab.clock.advance(2000);
      assert.deepEqual(told.items, []);
      const third = await lab.connected({ description: INBOX });
      await lab.next(third.told);
      assert.deepEqual([...new Set(third.told.items)], missed);
    } finally {
      await lab.close();
    }
  });
});

describe('pull without watermarks that was paused', () => {
  it('stays so after a restart', async () => {
    const lab = await PullLab.open({ character: 'grommunio' });
    try {
      const { engine } = await lab.connected({ description: INBOX });
      await engine.pause();
      await engine.close(true);
      for (let run = 0; run < 2; run += 1) {
        const next = lab.run({ description: INBOX });
        await until(() => next.told.current === 'paused');
        await next.engine.close(true);
      }
    } finally {
      await lab.close();
    }
  });
});
