import assert from 'node:assert/strict';
import type { SubscriptionDescription } from '../../dist/src/subscriptions/subscription-description.js';
import { NEW_MAIL } from '../support/pull-lab.js';
import { StreamLab } from '../support/stream-lab.js';
import { until } from '../support/wait.js';

describe('catching up on a lot', () => {
  let lab: StreamLab;

  beforeEach(async () => {
    lab = await StreamLab.open({ limits: { historyEvents: 100_000 } });
  });
  afterEach(async () => {
    await lab.close();
  });

  const polls = () => lab.base.requests.filter((operation) => operation === 'GetEvents').length;

  async function leave(): Promise<void> {
    const { engine } = await lab.connected();
    let closed = false;
    void engine.close(true).then(() => (closed = true));
    await lab.untilAfter(() => closed, 200);
  }

  it('moves the position page by page: trouble in the middle makes it begin there, not anew', async () => {
    await leave();
    const missed = lab.deliver(3000);
    const before = polls();
    const { told } = lab.session().run();
    told.onEvents = () => {
      if (told.items.length !== 2000) return;
      told.onEvents = undefined;
      lab.sandbox.resetConnections();
    };
    await lab.untilAfter(() => told.items.length >= missed.length && told.current === 'connected', 100);
    assert.deepEqual(told.items, missed);
    assert.ok(told.batches.every(({ recovered }) => recovered));
    // 60 pages of 50, and a few because of the trouble.
    assert.ok(polls() - before < 70, `${polls() - before} questions`);
  });

  it('saves the position meanwhile, and keeps no list of what it has sent', async () => {
    await leave();
    const saved = lab.base.store.saves.length;
    lab.deliver(1000);
    const { told } = lab.session().run();
    told.onEvents = async () => {
      await lab.clock.advance(50);
    };
    await lab.untilAfter(() => told.items.length === 1000 && told.current === 'connected', 100);
    const saves = lab.base.store.saves.slice(saved);
    const watermarks = new Set(saves.map(({ watermark }) => watermark));
    assert.ok(watermarks.size > 10, `${watermarks.size} positions`);
    assert.ok(saves.every(({ sentSince = [] }) => sentSince.length <= 50));
  });

  it('holds up no other mailbox of the stream, and loses nothing, when too much happens meanwhile', async () => {
    for (const name of ['a', 'b']) lab.sandbox.addMailbox(`${name}@sandbox.example`);
    lab.sandbox.allowImpersonation(lab.sandbox.user);
    const session = lab.session();
    const of = (name: string): SubscriptionDescription => ({
      ...NEW_MAIL,
      mailbox: `${name}@sandbox.example`,
      access: 'impersonate',
    });
    const [slow, other] = [session.run({ description: of('a') }), session.run({ description: of('b') })];
    for (const one of [slow, other]) await lab.untilConnected(one);
    assert.equal(lab.sandbox.streamCount, 1);
    let letGo: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (letGo = resolve));
    lab.sandbox.resetConnections();
    await until(() => slow.told.current === 'waiting');
    const sent = lab.deliver(10, 'a@sandbox.example');
    slow.told.onEvents = () => gate;
    await lab.untilAfter(() => slow.told.batches.length > 0 && other.told.current === 'connected', 200);

    for (let round = 0; round < 12; round += 1) sent.push(...lab.deliver(1000, 'a@sandbox.example'));
    const its = lab.deliver(3, 'b@sandbox.example');
    await lab.untilAfter(() => other.told.items.length === 3, 1);
    assert.deepEqual(other.told.items, its);

    letGo();
    await lab.untilAfter(() => slow.told.items.length >= sent.length && slow.told.current === 'connected', 10);
    const live = lab.deliver(5, 'a@sandbox.example');
    await lab.untilAfter(() => slow.told.items.length >= sent.length + 5, 10);
    assert.deepEqual(slow.told.items, [...sent, ...live]);
    assert.deepEqual(slow.told.gaps, []);
    assert.ok(lab.base.store.saves.every(({ sentSince = [] }) => sentSince.length <= 5000));
  });

  it('asks the server for five mailboxes at once, at most, and for all in the end', async () => {
    const names = Array.from({ length: 12 }, (_, at) => `m${at}@sandbox.example`);
    for (const name of names) lab.sandbox.addMailbox(name);
    lab.sandbox.allowImpersonation(lab.sandbox.user);
    const session = lab.session();
    const all = names.map((mailbox) => session.run({ description: { ...NEW_MAIL, mailbox, access: 'impersonate' } }));
    for (const one of all) await lab.untilConnected(one);
    let underWay = 0;
    let most = 0;
    // Each replay is a pull subscription that is made and ended.
    lab.sandbox.onRequest(({ operation }) => {
      if (operation === 'Subscribe') most = Math.max(most, (underWay += 1));
      if (operation === 'Unsubscribe') underWay -= 1;
    });
    lab.sandbox.misbehave({ operation: 'GetEvents', delayMs: 1000 });
    lab.sandbox.resetConnections();
    await until(() => all.every(({ told }) => told.current === 'waiting'));
    const sent = names.map((name) => lab.deliver(1, name));
    await lab.untilAfter(() => all.every(({ told }) => told.items.length === 1), 50);
    assert.equal(most, 5);
    assert.deepEqual(
      all.map(({ told }) => told.items),
      sent,
    );
  });
});
