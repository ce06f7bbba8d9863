import assert from 'node:assert/strict';
import { PositionKeeper } from '../../dist/src/subscriptions/position-keeper.js';
import type { PositionRecord } from '../../dist/src/subscriptions/position-record.js';

const KEY = { node: 'node', mailbox: 'someone@example.com', part: '' };
const record = (watermark: string) => ({ watermark }) as PositionRecord;

describe('a position that is read ahead', () => {
  let answers: (() => Promise<PositionRecord | undefined>)[];
  let problems: string[];
  let keeper: PositionKeeper;
  beforeEach(() => {
    problems = [];
    const store = { load: () => answers.shift()!(), save: () => Promise.resolve(), remove: () => Promise.resolve() };
    const list = () => Promise.resolve([]);
    keeper = new PositionKeeper({ ...store, list }, KEY, ({ kind }) => problems.push(kind));
  });

  it('is what is gone by, whatever somebody else keeps in its place meanwhile', async () => {
    answers = ['one', 'two', 'three'].map((watermark) => () => Promise.resolve(record(watermark)));
    await keeper.readAhead();
    assert.equal(await keeper.load(), true);
    assert.equal(keeper.record?.watermark, 'one');
    await keeper.load();
    assert.equal(answers.length, 2, 'read once');
  });

  it('is read again where that failed', async () => {
    answers = [() => Promise.reject(new Error('away')), () => Promise.resolve(record('one'))];
    await keeper.readAhead();
    assert.equal(await keeper.load(), true);
    assert.equal(keeper.record?.watermark, 'one');
    assert.deepEqual(problems, []);
  });
});
