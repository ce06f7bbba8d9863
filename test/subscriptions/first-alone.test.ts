import assert from 'node:assert/strict';
import { EwsError } from '../../dist/src/protocol/ews-error.js';
import { FirstAlone } from '../../dist/src/subscriptions/first-alone.js';
import { ManualClock } from '../support/manual-clock.js';

/** A request that a test answers by hand. */
class Asked {
  readonly done: Promise<string>;
  succeed: (result: string) => void = () => undefined;
  fail: (error: EwsError) => void = () => undefined;
  outcome = '';

  constructor(first: FirstAlone, address: string, sent: string[], signal: AbortSignal) {
    const request = () => {
      sent.push(address);
      return new Promise<string>((resolve, reject) => {
        this.succeed = resolve;
        this.fail = reject;
      });
    };
    this.done = first.run(this, address, request, signal);
    this.done.then(
      (result) => (this.outcome = result),
      (error: unknown) => (this.outcome = (error as EwsError).code),
    );
  }
}

describe('the first request of a group', () => {
  let clock: ManualClock;
  let first: FirstAlone;
  let sent: string[];
  let anchors: string[];
  let quietUntil: number;
  let voided: number;

  beforeEach(() => {
    clock = new ManualClock();
    sent = [];
    anchors = [];
    quietUntil = 0;
    voided = 0;
    first = new FirstAlone({
      clock,
      quietUntil: () => quietUntil,
      first: (address) => anchors.push(address),
      failed: () => (voided += 1),
    });
  });

  const ask = (address: string, signal = new AbortController().signal) => new Asked(first, address, sent, signal);
  const turn = () => clock.advance(0);

  it('is that of the first in the alphabet of those that are expected, and goes alone', async () => {
    const expected = ['c', 'a', 'b'].map((address) => ({ address }));
    for (const who of expected) first.expect(who, who.address);
    const b = ask('b');
    await turn();
    assert.deepEqual(sent, [], 'the anchor is on its way');
    for (const who of expected) if (who.address !== 'c') first.withdraw(who);
    const a = ask('a');
    await turn();
    assert.deepEqual(sent, ['b'], 'who is there when nobody before it is expected');
    b.succeed('made');
    await turn();
    assert.deepEqual([sent, b.outcome], [['b', 'a'], 'made']);
    const c = ask('c');
    await turn();
    assert.deepEqual(sent, ['b', 'a', 'c'], 'from now on all at once');
    a.succeed('a');
    c.succeed('c');
    await turn();
    assert.deepEqual([anchors, voided], [['b'], 0]);
  });

  it('is not waited for longer than ten seconds by those that are there', async () => {
    first.expect({}, 'a');
    ask('b');
    await clock.advance(9_000);
    assert.deepEqual(sent, []);
    await clock.advance(1_000);
    assert.deepEqual(sent, ['b']);
  });

  it('that fails for its mailbox alone is followed by the next at once, and tells only its own', async () => {
    const [a, b, c] = [ask('a'), ask('b'), ask('c')];
    await turn();
    a.fail(new EwsError('ErrorNonExistentMailbox', 'none'));
    await turn();
    assert.deepEqual([a.outcome, sent], ['ErrorNonExistentMailbox', ['a', 'b']]);
    b.fail(new EwsError('ErrorMailboxStoreUnavailable', 'not now'));
    await turn();
    assert.deepEqual([sent, anchors, voided], [['a', 'b', 'c'], ['a', 'b', 'c'], 2]);
    c.succeed('made');
    await turn();
    assert.equal(c.outcome, 'made');
  });

  it('that does not reach the server fails for all that wait, and another is the next to try', async () => {
    const all = [ask('a'), ask('b')];
    await turn();
    all[0]!.fail(new EwsError('EWS_NETWORK', 'reset'));
    await turn();
    assert.deepEqual(
      all.map(({ outcome }) => outcome),
      ['EWS_NETWORK', 'EWS_NETWORK'],
    );
    first.expect({}, 'b');
    ask('a');
    await turn();
    assert.deepEqual(sent, ['a'], 'b has failed less often');
    ask('b');
    await turn();
    assert.deepEqual(sent, ['a', 'b']);
  });

  it('that is not answered is given up after half a minute', async () => {
    const [a, b] = [ask('a'), ask('b')];
    await clock.advance(29_000);
    assert.deepEqual([sent, a.outcome], [['a'], '']);
    await clock.advance(1_000);
    assert.deepEqual([a.outcome, b.outcome], ['EWS_TIMEOUT', 'EWS_TIMEOUT']);
  });

  it('is given the time for which the server asks for quiet', async () => {
    quietUntil = clock.now() + 60_000;
    const a = ask('a');
    await clock.advance(59_000);
    assert.equal(a.outcome, '');
    a.succeed('made');
    await turn();
    assert.equal(a.outcome, 'made');
  });

  it('that is not wanted any more makes room for the next', async () => {
    const [unwanted, gone] = [new AbortController(), new AbortController()];
    const a = ask('a', unwanted.signal);
    const b = ask('b', gone.signal);
    ask('c');
    await turn();
    gone.abort();
    unwanted.abort();
    await turn();
    assert.deepEqual([a.outcome, b.outcome, sent], ['EWS_NETWORK', 'EWS_NETWORK', ['a', 'c']]);
  });
});
