import assert from 'node:assert/strict';
import { MinuteCounts } from '../../dist/src/subscriptions/minute-counts.js';

const MINUTE = 60_000;
const START = 30_000_000;

/** Milliseconds since 1970, so many minutes after the first. */
const at = (minutes: number) => (START + minutes) * MINUTE;

describe('MinuteCounts', () => {
  it('counts each minute by itself, and leaves out what is empty at both ends', () => {
    const counts = new MinuteCounts();
    counts.add(at(0), 2);
    counts.add(at(0) + 59_999, 1);
    counts.add(at(2), 5);
    assert.deepEqual(counts.read(at(10)), { from: START, counts: [3, 0, 5] });
  });

  it('forgets what is an hour old, whether or not something comes meanwhile', () => {
    const counts = new MinuteCounts();
    counts.add(at(0), 1);
    counts.add(at(30), 2);
    assert.deepEqual(counts.read(at(59))?.from, START);
    assert.deepEqual(counts.read(at(60)), { from: START + 30, counts: [2] });
    assert.equal(counts.read(at(90)), undefined);
    counts.add(at(95), 4);
    assert.deepEqual(counts.read(at(95)), { from: START + 95, counts: [4] });
  });

  it('takes no minute of an earlier hour for one of this', () => {
    const counts = new MinuteCounts();
    for (let minute = 0; minute < 60; minute += 1) counts.add(at(minute), 1);
    counts.add(at(61), 7);
    const { from, counts: hour } = counts.read(at(61))!;
    assert.equal(from, START + 2);
    assert.deepEqual(hour, [...Array<number>(58).fill(1), 0, 7]);
    counts.add(at(1000), 1);
    assert.deepEqual(counts.read(at(1000)), { from: START + 1000, counts: [1] });
  });

  it('goes on counting when the clock is set back', () => {
    const counts = new MinuteCounts();
    counts.add(at(10), 1);
    counts.add(at(5), 1);
    assert.deepEqual(counts.read(at(10)), { from: START + 10, counts: [2] });
  });

  it('stops at what a place can hold', () => {
    const counts = new MinuteCounts();
    counts.add(at(0), 65_000);
    counts.add(at(0), 65_000);
    assert.deepEqual(counts.read(at(0))?.counts, [65_535]);
  });
});
