import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Node, NodeAPI, NodeStatus } from 'node-red';
import { StatusBoard } from '../../dist/nodes/runtime/status-board.js';
import { Texts } from '../../dist/nodes/runtime/texts.js';
import { EwsError } from '../../dist/src/protocol/ews-error.js';
import type { SubscriptionState } from '../../dist/src/subscriptions/subscription-state.js';
import { projectRoot } from '../support/fixture.js';
import { ManualClock } from '../support/manual-clock.js';

const catalogue: unknown = JSON.parse(
  readFileSync(join(projectRoot, 'nodes', 'locales', 'en-US', 'ews-account.json'), 'utf8'),
);

/** Looks texts up as Node-RED does. */
function look(id: string, values: Record<string, unknown> = {}): string {
  const path = id.slice(id.indexOf(':') + 1).split('.');
  const text = path.reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], catalogue);
  return typeof text === 'string' ? text.replace(/__(\w+)__/g, (_, name: string) => String(values[name])) : id;
}

const texts = new Texts({ _: look } as unknown as NodeAPI);
const connected = (lastEventAt?: number): SubscriptionState => ({ name: 'connected', lastEventAt });

describe('the status under a node', () => {
  // Noon where the tests run, so that no time in them is another day's.
  const noon = new Date(2026, 2, 2, 12, 0, 0).getTime();
  let clock: ManualClock;
  let shown: NodeStatus[];
  let board: StatusBoard;
  /** A subscription. */
  const one = {};
  beforeEach(() => {
    clock = new ManualClock(noon);
    shown = [];
    board = new StatusBoard({ status: (status: NodeStatus) => shown.push(status) } as unknown as Node, texts, clock);
  });
  const words = () => shown.map(({ text }) => text);
  const waiting = (seconds: number, error: EwsError): SubscriptionState => ({
    ...{ name: 'waiting', retryAt: clock.now() + seconds * 1000 },
    error,
  });

  it('says when the last event came, once it is worth it, and not for each event', async () => {
    board.show(connected(), one);
    for (let event = 0; event < 100; event += 1) {
      await clock.advance(1000);
      board.show(connected(clock.now()), one);
    }
    assert.deepEqual(words(), ['node-red:common.status.connected', 'connected · last 12:00', 'connected · last 12:01']);
    assert.deepEqual(clock.pending.length, 1);
    board.close();
    assert.deepEqual(clock.pending, [], 'nothing is left that would keep a test from ending');
  });

  it('says the date of an event of another day', async () => {
    board.show(connected(noon), one);
    await clock.advance(24 * 3600 * 1000);
    board.show(connected(noon), one);
    assert.deepEqual(words(), ['connected · last 12:00', 'connected · last 2026-03-02']);
  });

  it('says at once that something is wrong, and when it is tried again', () => {
    const broken = new EwsError('EWS_NETWORK', 'no way');
    board.show(connected(noon), one);
    board.show(waiting(2, broken), one);
    board.show(waiting(30, broken), one);
    board.show(waiting(600, broken), one);
    assert.deepEqual(words(), [
      ...['connected · last 12:00', 'reconnecting', 'reconnecting at 12:00:30', 'not reachable · again at 12:10'],
    ]);
    assert.deepEqual(
      shown.map(({ fill }) => fill),
      ['green', 'yellow', 'yellow', 'red'],
    );
  });

  it('is told once a second at most where subscriptions come in crowds', async () => {
    for (let at = 0; at < 5000; at += 1) board.show(connected(), { at });
    await clock.advance(60_000);
    assert.deepEqual(words(), ['node-red:common.status.connected', '5,000 connected']);
  });

  it('is taken away when the node closes, for good', async () => {
    board.show(connected(), one);
    board.show(connected(noon), one);
    board.close();
    await clock.advance(60_000);
    assert.deepEqual(shown.at(-1), {});
    assert.equal(shown.length, 2);
  });
});
