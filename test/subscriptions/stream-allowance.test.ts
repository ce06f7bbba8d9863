import assert from 'node:assert/strict';
import { EwsError } from '../../dist/src/protocol/ews-error.js';
import { StreamAllowance } from '../../dist/src/subscriptions/stream-allowance.js';
import type { StreamMember } from '../../dist/src/subscriptions/stream-member.js';
import { ManualClock } from '../support/manual-clock.js';

const MINUTE = 60_000;
const CODE = 'ErrorExceededConnectionCount';
const REFUSED = new EwsError(CODE, 'Words of the server.');
const OF_A_NODE = [{ owner: 'node' } as StreamMember];

describe('how many streams a server grants', () => {
  let clock: ManualClock;
  let allowance: StreamAllowance;

  beforeEach(() => {
    clock = new ManualClock();
    allowance = new StreamAllowance(clock, () => 0.5);
  });

  const streams = (count: number) => Array.from({ length: count }, () => ({}));
  const may = (stream: object, payer = '') => {
    try {
      allowance.ask(stream, payer);
      return true;
    } catch (error) {
      assert.equal((error as EwsError).code, CODE);
      return false;
    }
  };
  const refuse = (stream: object) => {
    allowance.learn(stream);
    return allowance.refused(stream, REFUSED, OF_A_NODE);
  };
  /** 50 are asked for at once, and the server grants ten. */
  const learnt = () => {
    const all = streams(50);
    for (const one of all) assert.ok(may(one));
    for (const one of all.slice(0, 10)) allowance.granted(one);
    const refusals = all.slice(10).map(refuse);
    return { all, refusals };
  };

  it('is learnt from a refusal, which says how many there are and how many are needed', () => {
    const { all, refusals } = learnt();
    const { error } = refusals.at(-1)!;
    assert.match(error.message, /allows 10 streaming connections at once for this account; 50 are needed/);
    assert.equal(error.code, CODE);
    assert.equal(error.action, 'fewer-connections');
    assert.equal(error.backOffMs, 2 * MINUTE);
    assert.deepEqual(
      all.slice(10).filter((one) => may(one)),
      [],
    );
    assert.ok(may(all[3]!), 'one that was granted is opened again whenever it ends');
  });

  it('is told once for each node', () => {
    const { refusals } = learnt();
    assert.deepEqual([...refusals[0]!.known], []);
    assert.ok(refusals.slice(1).every(({ known }) => known.has('node')));
  });

  it('is tried again by one at a time, ever more seldom', async () => {
    const { all } = learnt();
    const waits: number[] = [];
    for (let round = 0; round < 8; round += 1) {
      const from = clock.now();
      while (!may(all[20]!)) await clock.advance(10_000);
      waits.push((clock.now() - from) / MINUTE);
      assert.ok(!may(all[21]!), 'one at a time');
      refuse(all[20]!);
    }
    assert.deepEqual(waits, [2, 4, 8, 16, 32, 60, 60, 60]);
  });

  it('may be raised: as long as more are granted, more are asked for', async () => {
    const { all } = learnt();
    await clock.advance(3 * MINUTE);
    for (const one of all.slice(10, 13)) {
      assert.ok(may(one));
      assert.ok(!may(all[40]!));
      allowance.granted(one);
    }
    assert.ok(may(all[13]!));
    refuse(all[13]!);
    assert.ok(!may(all[14]!));
  });

  it('leaves room for one that waits when another is over', async () => {
    const { all } = learnt();
    const over = new AbortController();
    let woken = false;
    void allowance.room(all[10]!, over.signal).then(() => (woken = true));
    await clock.advance(0);
    assert.ok(!woken);
    allowance.ended(all[0]!);
    await clock.advance(0);
    assert.ok(woken);
    assert.ok(may(all[10]!));
    assert.ok(!may(all[11]!));
  });

  it('is not known where none was granted: whoever holds them may let go at any time', () => {
    const [one, other] = streams(2);
    assert.ok(may(one!));
    assert.equal(refuse(one!).error, REFUSED);
    assert.ok(may(one!));
    assert.ok(!may(other!), 'but one at a time');
  });

  it('is learnt for each mailbox in whose name streams are opened', () => {
    const [a, b] = streams(2);
    const granted = streams(1)[0]!;
    may(granted, 'a@example.com');
    allowance.granted(granted);
    may(a!, 'a@example.com');
    assert.match(refuse(a!).error.message, /in the name of a@example\.com/);
    assert.ok(!may(a!, 'a@example.com'));
    assert.ok(may(b!, 'b@example.com'));
    assert.ok(may(a!, 'c@example.com'), 'in another name');
  });
});
