import assert from 'node:assert/strict';
import { BackOff } from '../../dist/src/subscriptions/back-off.js';

describe('BackOff', () => {
  it('is quick at first, doubles up to five minutes, and goes on without end', () => {
    const backOff = new BackOff(() => 1);
    const waits = Array.from({ length: 2000 }, () => backOff.next());
    assert.deepEqual(waits.slice(0, 4), [1000, 2000, 4000, 8000]);
    assert.ok(waits.slice(9).every((ms) => ms === 300_000));
    backOff.reset();
    assert.equal(backOff.next(), 1000);
  });

  it('leaves half of each wait to chance', () => {
    assert.equal(new BackOff(() => 0).next(), 500);
    assert.equal(new BackOff(() => 0.5).next(), 750);
  });

  it('never comes back before the server allows, and not all at once after it', () => {
    assert.equal(new BackOff(() => 0).next(60_000), 60_500);
    assert.equal(new BackOff(() => 1).next(60_000), 61_000);
    assert.ok(new BackOff(() => 0).next(1) >= 1);
  });
});
