import assert from 'node:assert/strict';
import { EwsError } from '../../dist/src/protocol/ews-error.js';
import { INBOX, PullLab } from '../support/pull-lab.js';
import { ioTurns, until } from '../support/wait.js';

describe('PullEngine', () => {
  let lab: PullLab;

  beforeEach(async () => {
    lab = await PullLab.open();
  });
  afterEach(async () => {
    await lab.close();
  });

  it('begins from now, and tells what happens in order', async () => {
    lab.deliver(3);
    const { told } = await lab.connected();
    assert.deepEqual(told.items, []);
    const sent = lab.deliver(5);
    await lab.next(told);
    assert.deepEqual(told.items, sent);
    assert.equal(told.batches[0]?.recovered, false);
    assert.deepEqual(told.gaps, []);
    assert.deepEqual(told.errors, []);
  });

  it('asks at its interval and not in between', async () => {
    const { told } = await lab.connected({ interval: 30 });
    lab.deliver();
    await lab.clock.advance(29_000);
    await ioTurns(20);
    assert.equal(told.items.length, 0);
    await lab.clock.advance(1000);
    await until(() => told.items.length === 1);
  });

  it('asks again at once while the server has more', async () => {
    const { told } = await lab.connected();
    const sent = lab.deliver(120);
    await lab.next(told);
    assert.deepEqual(told.items, sent);
    assert.deepEqual(
      told.batches.map(({ events }) => events.length),
      [50, 50, 20],
    );
  });

  it('sends first, then saves the position, then asks for more', async () => {
    const { told } = await lab.connected();
    lab.deliver(60);
    const savesBefore: number[] = [];
    const requestsBefore: number[] = [];
    told.onEvents = async () => {
      savesBefore.push(lab.store.saves.length);
      requestsBefore.push(lab.requests.length);
      await ioTurns(10);
      assert.equal(lab.store.saves.length, savesBefore.at(-1), 'saved before it was sent');
      assert.equal(lab.requests.length, requestsBefore.at(-1), 'asked before it was sent');
    };
    await lab.next(told);
    assert.equal(savesBefore.length, 2);
    assert.equal((savesBefore[1] ?? 0) - (savesBefore[0] ?? 0), 1);
  });

  it('skips polls that a slow server made late', async () => {
    const { told } = await lab.connected({ interval: 10 });
    lab.sandbox.failNext({ operation: 'GetEvents', delayMs: 35_000 });
    const before = lab.requests.length;
    await lab.clock.advance(10_000);
    await until(() => lab.requests.length === before + 1);
    await lab.clock.untilTimer(35_000);
    await lab.clock.advance(35_000);
    await until(() => told.states.length > 0 && lab.clock.pending.length > 0);
    // Begun at 10 s, answered at 45 s: the next beat is at 50 s.
    await until(() => lab.clock.pending.some((ms) => ms === 5000));
    assert.equal(lab.requests.length, before + 1);
  });

  it('carries on from its position after a restart, and marks what it missed', async () => {
    const first = await lab.connected();
    const before = lab.deliver(2);
    await lab.next(first.told);
    await first.engine.close(true);
    const missed = lab.deliver(3);
    const second = await lab.connected();
    assert.deepEqual(first.told.items, before);
    assert.deepEqual(second.told.items, missed);
    assert.equal(second.told.batches[0]?.recovered, true);
    // The subscription of before is still there and is used again.
    assert.equal(lab.requests.filter((operation) => operation === 'Subscribe').length, 1);
    const later = lab.deliver();
    await lab.next(second.told);
    assert.deepEqual(second.told.items, [...missed, ...later]);
    assert.equal(second.told.batches.at(-1)?.recovered, false);
  });

  it('subscribes again from the watermark, in silence, when the subscription has run out between two questions', async () => {
    const { engine, told } = lab.run({ interval: 0, subscriptionTimeout: 10 });
    await until(() => told.current === 'idle');
    const sent = lab.deliver(2);
    await lab.clock.advance(11 * 60_000);
    engine.ask();
    await until(() => told.current === 'connected');
    assert.deepEqual(told.items, sent);
    assert.deepEqual(told.errors, []);
    assert.deepEqual(told.gaps, []);
    assert.equal(lab.requests.filter((operation) => operation === 'Subscribe').length, 2);
  });

  it('loses nothing when the server forgets the subscription', async () => {
    const { told } = await lab.connected();
    const sent = lab.deliver(4);
    lab.sandbox.failNext({ operation: 'GetEvents', code: 'ErrorSubscriptionNotFound' });
    await lab.next(told);
    assert.deepEqual(told.items, sent);
    assert.equal(told.batches[0]?.recovered, true);
    assert.deepEqual(told.errors, []);
    assert.deepEqual(told.gaps, []);
  });

  it('asks once more after a lost answer and, as it no longer joins on, subscribes again from its watermark', async () => {
    const { told } = await lab.connected();
    const sent = lab.deliver(3);
    // Carried out, taken off the queue, never received.
    lab.sandbox.failNext({ operation: 'GetEvents', reset: 'before' });
    await lab.next(told);
    assert.equal(told.current, 'waiting');
    await lab.next(told);
    assert.equal(told.current, 'connected');
    assert.deepEqual(told.items, sent);
    assert.deepEqual(told.errors, [], 'the first quick retry is silent');
  });

  it('tells of an outage once, however long it lasts, and carries on after it', async () => {
    const { told } = await lab.connected();
    lab.sandbox.failNext({ operation: 'GetEvents', httpStatus: 502, times: 6 });
    const sent = lab.deliver(2);
    for (let attempt = 0; attempt < 6; attempt += 1) {
      await lab.next(told);
      assert.equal(told.current, 'waiting');
    }
    await lab.next(told);
    assert.equal(told.current, 'connected');
    assert.deepEqual(told.items, sent);
    assert.equal(told.errors.length, 1);
    lab.sandbox.failNext({ operation: 'GetEvents', httpStatus: 502, times: 2 });
    await lab.next(told);
    await lab.next(told);
    assert.equal(told.errors.length, 2, 'another outage is told again');
  });

  it('waits as long as a busy server says', async () => {
    const { told } = await lab.connected();
    lab.sandbox.failNext({ operation: 'GetEvents', code: 'ErrorServerBusy', backOffMs: 120_000 });
    await lab.clock.advanceToNext();
    await until(() => told.current === 'waiting');
    const state = told.states.at(-1);
    assert.ok(state?.name === 'waiting' && state.retryAt - lab.clock.now() >= 120_000);
  });

  it('stops on what only a person can change, and resumes when told to', async () => {
    lab.sandbox.failNext({ operation: 'Subscribe', code: 'ErrorAccessDenied' });
    const { engine, told } = lab.run();
    await until(() => told.current === 'stopped');
    assert.equal(told.errors.length, 1);
    assert.equal(told.errors[0]?.code, 'ErrorAccessDenied');
    await lab.clock.advance(24 * 3_600_000);
    assert.equal(told.current, 'stopped');
    await engine.resume();
    await until(() => told.current === 'connected');
  });

  it('tries a wrong password once', async () => {
    lab.password = 'wrong';
    const { told } = lab.run();
    await until(() => told.current === 'stopped');
    await lab.clock.advance(24 * 3_600_000);
    await ioTurns(20);
    assert.equal(lab.requests.length, 1);
    assert.equal(told.errors[0]?.code, 'EWS_UNAUTHORIZED');
  });

  it('begins from now after an interruption when told to skip what was missed, and says so', async () => {
    const first = await lab.connected();
    await first.engine.close(true);
    lab.deliver(2);
    const { told } = await lab.connected({ missed: 'skip' });
    const later = lab.deliver();
    await lab.next(told);
    assert.deepEqual(told.items, later);
    assert.deepEqual(told.gaps, []);
    assert.equal(told.skips.length, 1);
    assert.equal(lab.ended.length, 1, 'the subscription of before is ended');
  });

  it('says that events may be missing when its position cannot be read', async () => {
    lab.store.failing = 'load';
    const { told } = await lab.connected();
    assert.deepEqual(
      told.positionProblems.map(({ kind }) => kind),
      ['damaged'],
    );
    assert.equal(told.gaps[0]?.reason, 'position-lost');
  });

  it('goes on when its position cannot be saved, and says so once', async () => {
    lab.store.failing = 'save';
    const { told } = await lab.connected();
    const sent = lab.deliver(2);
    await lab.next(told);
    const more = lab.deliver(2);
    await lab.next(told);
    assert.deepEqual(told.items, [...sent, ...more]);
    assert.equal(told.positionProblems.length, 1);
    lab.store.failing = undefined;
    const last = lab.deliver();
    await lab.next(told);
    assert.deepEqual(told.items, [...sent, ...more, ...last]);
    assert.ok(lab.store.records.size > 0, 'written again when it works again');
  });

  it('keeps the watermark when other events are asked for, and ends the old subscription', async () => {
    const first = await lab.connected();
    await first.engine.close(true);
    const missed = lab.deliver(1);
    const { told } = await lab.connected({ description: INBOX });
    assert.deepEqual([...new Set(told.items)], missed);
    assert.equal(lab.ended.length, 1);
    assert.deepEqual(told.gaps, []);
  });

  it('starts anew, without a word, where another start of the server forgot everything', async () => {
    lab.incarnation = 'one';
    const first = await lab.connected();
    await first.engine.close(true);
    lab.deliver();
    lab.incarnation = 'two';
    const { told } = await lab.connected();
    assert.deepEqual(told.items, []);
    assert.deepEqual(told.gaps, []);
    assert.deepEqual(told.errors, []);
  });

  it('is paused across restarts, and then tells what happened meanwhile', async () => {
    const first = await lab.connected();
    await first.engine.pause();
    assert.equal(first.told.current, 'paused');
    await first.engine.close(true);
    const { engine, told } = lab.run();
    await until(() => told.current === 'paused');
    const sent = lab.deliver(2);
    await lab.clock.advance(600_000);
    assert.deepEqual(told.items, []);
    await engine.resume();
    await until(() => told.current === 'connected');
    assert.deepEqual(told.items, sent);
  });

  it('remembers a pause that came while the server could not be reached', async () => {
    const first = await lab.connected();
    await first.engine.close(true);
    lab.sandbox.misbehave({ httpStatus: 502 });
    const second = lab.run({
      account: { ...lab.account(), connect: () => Promise.reject(new EwsError('EWS_NETWORK', 'no')) },
    });
    await until(() => second.told.current === 'waiting');
    await second.engine.pause();
    await second.engine.close(true);
    lab.sandbox.behave();
    const { told } = lab.run();
    await until(() => told.current === 'paused');
  });

  it('ends its subscription when told to, and begins from now when resumed', async () => {
    const { engine, told } = await lab.connected();
    await engine.unsubscribe();
    assert.equal(lab.requests.at(-1), 'Unsubscribe');
    lab.deliver(2);
    await engine.resume();
    await until(() => told.current === 'connected');
    const later = lab.deliver();
    engine.ask();
    await until(() => told.items.length > 0);
    assert.deepEqual(told.items, later);
    assert.deepEqual(told.gaps, []);
  });

  it('has one request under way however often it is asked', async () => {
    const { engine, told } = lab.run({ interval: 0 });
    await until(() => told.current === 'idle');
    lab.sandbox.failNext({ operation: 'GetEvents', delayMs: 1000 });
    const before = lab.requests.length;
    for (let at = 0; at < 10; at += 1) engine.ask();
    await lab.clock.untilTimer(1000, 1000);
    await ioTurns(20);
    assert.equal(lab.requests.length, before + 1);
    await lab.clock.advance(1000);
    await until(() => told.current === 'connected' || told.current === 'idle');
    await ioTurns(20);
    assert.ok(lab.requests.length <= before + 2, 'asking again meanwhile brings one more poll at most');
  });
});
