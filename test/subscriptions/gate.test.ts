import assert from 'node:assert/strict';
import { gatesOf } from '../../dist/src/subscriptions/account-gates.js';
import type { AccountLink } from '../../dist/src/subscriptions/account-link.js';
import { Gate } from '../../dist/src/gate.js';
import { ioTurns } from '../support/wait.js';

describe('Gate', () => {
  /** Work that ends when it is told to; what has begun is in `begun`. */
  function pieces(gate: Gate, count: number, signal = new AbortController().signal) {
    const begun: number[] = [];
    const ends: (() => void)[] = [];
    const all = Array.from({ length: count }, (_, at) =>
      gate.pass(signal, () => {
        begun.push(at);
        return new Promise<number>((resolve) => (ends[at] = () => resolve(at)));
      }),
    );
    return { begun, end: (at: number) => ends[at]?.(), all };
  }

  it('lets so many through at once, the others in the order in which they came', async () => {
    const { begun, end, all } = pieces(new Gate(3), 6);
    await ioTurns(2);
    assert.deepEqual(begun, [0, 1, 2]);
    end(1);
    assert.equal(await all[1], 1);
    await ioTurns(2);
    assert.deepEqual(begun, [0, 1, 2, 3]);
    for (const at of [0, 2, 3]) end(at);
    await ioTurns(2);
    assert.deepEqual(begun, [0, 1, 2, 3, 4, 5]);
  });

  it('goes on after work that failed', async () => {
    const gate = new Gate(1);
    const { signal } = new AbortController();
    const failed = gate.pass(signal, () => Promise.reject(new Error('on purpose')));
    const next = gate.pass(signal, () => Promise.resolve('done'));
    await assert.rejects(failed, /on purpose/);
    assert.equal(await next, 'done');
  });

  it('does not hold up who gives up, nor the others by it', async () => {
    const gate = new Gate(2);
    const first = pieces(gate, 2);
    const closing = new AbortController();
    const given = pieces(gate, 50, closing.signal);
    const last = pieces(gate, 1);
    await ioTurns(2);
    closing.abort();
    await ioTurns(2);
    assert.equal(given.begun.length, 50);
    assert.deepEqual(last.begun, []);
    for (let at = 0; at < 50; at += 1) given.end(at);
    await ioTurns(2);
    assert.deepEqual(last.begun, [], 'two are still inside');
    first.end(0);
    await ioTurns(2);
    assert.deepEqual(last.begun, [0]);
  });

  it('leaves a third of what an account may ask at once to the subscriptions that are there', () => {
    const starts = (maxConcurrent?: number) =>
      gatesOf({ ...(maxConcurrent === undefined ? {} : { maxConcurrent }) } as AccountLink).starts.most;
    assert.deepEqual([starts(), starts(10), starts(1), starts(100)], [18, 6, 1, 66]);
  });
});
