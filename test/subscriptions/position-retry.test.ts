import assert from 'node:assert/strict';
import type { PositionProblem } from '../../dist/src/subscriptions/engine-listener.js';
import { PositionKeeper } from '../../dist/src/subscriptions/position-keeper.js';
import type { PositionRecord } from '../../dist/src/subscriptions/position-record.js';
import { ManualClock } from '../support/manual-clock.js';
import { MemoryStore } from '../support/memory-store.js';
import { INBOX } from '../support/pull-lab.js';

describe('a position that cannot be saved, as on a full disk', () => {
  const KEY = { node: 'node', mailbox: '', part: '' };
  let clock: ManualClock;
  let store: MemoryStore;
  let problems: PositionProblem[];
  let keeper: PositionKeeper;

  beforeEach(() => {
    clock = new ManualClock();
    store = new MemoryStore();
    problems = [];
    keeper = new PositionKeeper(store, KEY, (problem) => problems.push(problem), clock);
    store.failing = 'save';
  });

  const record = (watermark: string): PositionRecord => ({ format: 1, ...KEY, server: 's', about: INBOX, watermark });

  it('is said once, and saved when that is possible again, though nothing new happens', async () => {
    await keeper.save(record('1'));
    await keeper.save(record('2'));
    await clock.advance(10 * 60_000);
    assert.equal(problems.length, 1);
    assert.equal(store.saves.length, 0);
    store.failing = undefined;
    await clock.advance(60_000);
    assert.deepEqual(
      store.saves.map(({ watermark }) => watermark),
      ['2'],
    );
    assert.deepEqual(clock.pending, [], 'that was all');
  });

  it('is saved when that is possible again, also where whoever is told of it has failed', async () => {
    keeper = new PositionKeeper(store, KEY, () => assert.fail('made to fail'), clock);
    await keeper.save(record('1'));
    store.failing = undefined;
    await clock.advance(60_000);
    await keeper.save(record('2'));
    assert.deepEqual(
      store.saves.map(({ watermark }) => watermark),
      ['1', '2'],
    );
  });

  for (const how of ['close', 'remove'] as const) {
    it(`is left after ${how}, as there may be another in its place`, async () => {
      await keeper.save(record('1'));
      await keeper[how]();
      store.failing = undefined;
      await clock.advance(60_000);
      assert.equal(store.saves.length, 0);
    });
  }
});
