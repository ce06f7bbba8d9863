import assert from 'node:assert/strict';
import type { AccountLink } from '../../dist/src/subscriptions/account-link.js';
import { PositionKeeper } from '../../dist/src/subscriptions/position-keeper.js';
import { StreamPosition } from '../../dist/src/subscriptions/stream-position.js';
import { NEW_MAIL } from '../support/pull-lab.js';
import { StreamLab } from '../support/stream-lab.js';
import { ioTurns, until } from '../support/wait.js';

describe('StreamEngine, its steps and its position', () => {
  let lab: StreamLab;

  beforeEach(async () => {
    lab = await StreamLab.open();
  });
  afterEach(async () => {
    await lab.close();
  });

  it('close waits for what is being sent, so that it is not sent again', async () => {
    let sent: () => void = () => undefined;
    const { engine, told } = await lab.connected();
    told.onEvents = () => new Promise((resolve) => (sent = resolve));
    lab.deliver();
    await until(() => told.items.length === 1);
    let closed = false;
    void engine.close(true).then(() => (closed = true));
    await lab.clock.advance(1000);
    await ioTurns(20);
    assert.equal(closed, false);
    sent();
    await lab.untilAfter(() => closed, 100);
    const again = await lab.connected();
    const [last = ''] = lab.deliver();
    await lab.untilAfter(() => again.told.items.includes(last), 100);
    assert.deepEqual(again.told.items, [last]);
  });

  const opened = () => lab.base.requests.filter((operation) => operation === 'GetStreamingEvents').length;

  for (const how of ['close', 'pause'] as const) {
    it(`${how} ends the wait for the account, and no stream is opened afterwards`, async () => {
      const account = lab.base.account();
      const connection = await account.connect();
      let connected: (made: typeof connection) => void = () => undefined;
      const connect = () => new Promise<typeof connection>((resolve) => (connected = resolve));
      const { engine, told } = lab.session().run({ account: { ...account, connect } });
      await (how === 'close' ? engine.close(true) : engine.pause());
      connected(connection);
      await ioTurns(20);
      await lab.clock.advance(10_000);
      assert.equal(opened(), 0);
      assert.equal(told.current, how === 'close' ? 'closed' : 'paused');
    });

    it(`${how} while the subscription is made leaves no stream behind`, async () => {
      lab.sandbox.misbehave({ operation: 'Subscribe', delayMs: 5000 });
      const { engine, told } = lab.session().run();
      await until(() => lab.base.requests.includes('Subscribe'));
      await (how === 'close' ? engine.close(true) : engine.pause());
      lab.sandbox.behave();
      await lab.clock.advance(10_000);
      await ioTurns(20);
      assert.equal(opened(), 0);
      assert.deepEqual(told.errors, []);
    });
  }

  it('begins from now after a pause when told to skip what was missed', async () => {
    const { engine, told } = await lab.connected({ missed: 'skip' });
    let paused = false;
    void engine.pause().then(() => (paused = true));
    await lab.untilAfter(() => paused, 200);
    lab.deliver(2);
    await engine.resume();
    await lab.untilAfter(() => told.current === 'connected' && lab.sandbox.streamCount === 1, 100);
    const later = lab.deliver(1);
    await lab.untilAfter(() => told.items.length > 0, 100);
    assert.deepEqual(told.items, later);
    assert.equal(told.skips.length, 1);
    assert.deepEqual(told.gaps, []);
  });

  it('a position that was forgotten does not come back', async () => {
    const { clock, store } = lab.base;
    const keeper = new PositionKeeper(store, { node: 'node', mailbox: '', part: 'x' }, () => undefined);
    const position = new StreamPosition(keeper, NEW_MAIL, { clock, random: () => 0.5 });
    await position.begin(await lab.base.account().connect(), { watermark: 'x', serverTime: undefined });
    assert.equal(store.records.size, 1);
    position.add([]);
    await position.remove();
    position.add([]);
    await position.save();
    await clock.advance(1000);
    assert.equal(store.records.size, 0);
  });

  it('takes a new bookmark within a day, each at a time of its own', async () => {
    const { clock, store } = lab.base;
    const connection = await lab.base.account().connect();
    const hoursUntilDue = async (chance: number): Promise<number> => {
      const keeper = new PositionKeeper(store, { node: 'node', mailbox: '', part: String(chance) }, () => undefined);
      const position = new StreamPosition(keeper, NEW_MAIL, { clock, random: () => chance });
      await position.begin(connection, { watermark: 'x', serverTime: undefined });
      for (let hours = 0; ; hours += 1) {
        if (position.wantsBookmark) return hours;
        await clock.advance(3_600_000);
      }
    };
    assert.deepEqual([await hoursUntilDue(0), await hoursUntilDue(0.5), await hoursUntilDue(0.99)], [13, 19, 24]);
  });

  it('takes it at any sign of life of the stream, also at one that names another mailbox', async () => {
    const subscribes = () => lab.base.requests.filter((operation) => operation === 'Subscribe').length;
    let later = 0;
    const { clock } = lab.base;
    const account: AccountLink = {
      ...lab.base.account(),
      clock: {
        now: () => clock.now() + later,
        setTimer: (callback, ms) => clock.setTimer(callback, ms),
        clearTimer: (timer) => {
          clock.clearTimer(timer);
        },
      },
    };
    const running = lab.session(account).run();
    await lab.untilConnected(running);
    const before = subscribes();
    running.engine.heartbeat(true);
    await ioTurns(10);
    assert.equal(subscribes(), before);
    later = 25 * 3_600_000;
    running.engine.heartbeat(true);
    await until(() => subscribes() === before + 1);
  });

  it('waits before it tries again to take a new bookmark', async () => {
    const { told } = await lab.connected();
    const subscribes = () => lab.base.requests.filter((operation) => operation === 'Subscribe').length;
    const before = subscribes();
    lab.sandbox.misbehave({ operation: 'Subscribe', code: 'ErrorInternalServerError' });
    for (let round = 1; round <= 20; round += 1) {
      lab.deliver(20);
      await until(() => told.items.length === round * 20);
    }
    await ioTurns(20);
    assert.equal(subscribes() - before, 1);
    await lab.untilAfter(() => subscribes() - before === 2, 10_000);
  });
});
