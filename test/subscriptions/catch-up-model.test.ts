import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ACTIONS, StreamModel, type Action } from '../support/stream-model.js';

/** How many rows of steps are tried; a failure prints the row and its seed. */
const RUNS = Number(process.env.EWS_MODEL_RUNS ?? 500);
/** What goes on all the time, beside what goes wrong now and then. */
const USUAL = [
  'change a',
  'change a',
  'bring one',
  'bring all',
  'answer',
  'answer',
  'open',
  'let one be sent',
] as const;
const anyActions = fc.array(fc.constantFrom(...ACTIONS, ...USUAL), { maxLength: 80, size: 'max' });

async function play(actions: readonly Action[], sendsAtOnce: boolean): Promise<void> {
  const model = await StreamModel.begin(sendsAtOnce);
  for (const action of actions) await model.do(action);
  await model.settle();
  assert.deepEqual(model.told, model.happened);
  assert.equal(model.gaps, 0);
}

describe('a stream and what it missed are told once and in order', () => {
  for (const sendsAtOnce of [true, false]) {
    it(`whatever happens in whatever order, to ${sendsAtOnce ? 'quick' : 'slow'} flows`, async () => {
      const anyRow = fc.asyncProperty(anyActions, (actions) => play(actions, sendsAtOnce));
      await fc.assert(anyRow, { numRuns: RUNS });
    }).timeout(60_000 + RUNS * 100);
  }

  it('where a heartbeat was written before what catching up has brought, and is read after it', () =>
    play(['cut', 'open', 'change a', 'beat', 'let a second pass', 'change a'], true));

  it('where a heartbeat was written before a bookmark was taken, and is read after it', () =>
    play(['beat', 'change a', 'renew the bookmark', 'answer', 'bring one', 'let a second pass', 'crash'], true));

  it('where the stream brings one of two that look the same, and is cut before the other', () =>
    play(['cut', 'open', 'change a', 'bring all', 'cut', 'answer', 'answer', 'change a', 'answer', 'answer'], true));

  it('where several that look the same come in several pages', () =>
    play(['subscribe anew', 'change a', 'open', 'change a', 'beat', 'change a', 'change a'], true));

  it('where what was caught up stays with the subscription until after a restart', () =>
    play(['restart', 'change a', 'open', 'answer', 'answer', 'cut', 'restart'], true));
});
