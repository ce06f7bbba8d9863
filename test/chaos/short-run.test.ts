import assert from 'node:assert/strict';
import { report } from './report.js';
import { ChaosRun } from './run.js';

/** Has six kinds of faults in it, and Node-RED killed and deployed to. */
const SEED = 13;
const MS = 10_000;

describe('chaos: a short run', () => {
  it('loses nothing without a word, and sends nothing twice or out of order', async function () {
    // For what hangs: it begins Node-RED three times, and waits for it to settle.
    this.timeout(240_000);
    const begun = Date.now();
    const outcome = await ChaosRun.run(SEED, MS);
    assert.ok(outcome.problems === '', report(SEED, Date.now() - begun, outcome));
    assert.ok(outcome.verdict.sent > 100, `${outcome.verdict.sent} messages`);
  });
});
