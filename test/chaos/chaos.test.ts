import assert from 'node:assert/strict';
import { ChaosRun } from './run.js';
import { summary } from './summary.js';

const SEED = 1;

describe('chaos', () => {
  it('loses nothing, and keeps the order', async function () {
    // For what hangs: recovery has its own bound.
    this.timeout(8 * 60_000);
    const outcome = await ChaosRun.run(SEED, 15_000);
    assert.ok(outcome.happened > 100, 'too little has happened to prove anything');
    assert.equal(outcome.problems, '', summary(SEED, 15_000, outcome));
  });
});
