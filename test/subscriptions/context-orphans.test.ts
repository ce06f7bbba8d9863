import assert from 'node:assert/strict';
import { ContextOrphans } from '../../dist/src/subscriptions/context-orphans.js';
import { ContextPositionStore } from '../../dist/src/subscriptions/context-position-store.js';
import { POSITION_FORMAT, type PositionRecord } from '../../dist/src/subscriptions/position-record.js';
import { ManualClock } from '../support/manual-clock.js';
import { MapStore } from '../support/map-store.js';
import { INBOX } from '../support/pull-lab.js';
import { until } from '../support/wait.js';

const DAY = 24 * 3_600_000;
const KEY = { node: 'node', mailbox: 'a@example.com', part: '' };

describe('positions of nobody in a context store', () => {
  let clock: ManualClock;
  let values: MapStore;
  let positions: ContextPositionStore;

  beforeEach(async () => {
    clock = new ManualClock();
    values = new MapStore();
    positions = new ContextPositionStore(values);
    await positions.save(recordOf('a@example.com'));
    await positions.save(recordOf('b@example.com'));
    await values.set('somebodyElses', 'kept');
  });

  const recordOf = (mailbox: string): PositionRecord => ({
    ...{ format: POSITION_FORMAT, node: 'node', mailbox, part: '', server: 'https://mail.example.com/' },
    about: { ...INBOX, mailbox },
  });
  /** A Node-RED that shares the store, with or without the node. */
  const nodeRed = (hasNode: boolean) => new ContextOrphans(values, clock, (node) => hasNode && node === 'node');

  it('are removed sixty days after their node was last there, and nothing else is', async () => {
    await nodeRed(true).tend();
    await clock.advance(60 * DAY);
    await nodeRed(false).tend();
    assert.equal((await positions.list('node')).length, 2);
    await clock.advance(1);
    await nodeRed(false).tend();
    assert.deepEqual(values.names, ['somebodyElses']);
  });

  it('count from when they are first seen, where no one has said so', async () => {
    await clock.advance(365 * DAY);
    await nodeRed(false).tend();
    await clock.advance(59 * DAY);
    await nodeRed(false).tend();
    assert.ok(await positions.load(KEY));
    await clock.advance(2 * DAY);
    await nodeRed(false).tend();
    assert.equal(await positions.load(KEY), undefined);
  });

  it('are not taken for such while another Node-RED that shares the store runs their node', async () => {
    nodeRed(true).start();
    const other = nodeRed(false);
    for (let week = 0; week < 20; week += 1) {
      await until(() => clock.pending.length === 1);
      await clock.advance(7 * DAY);
      await until(() => clock.pending.length === 1);
      await other.tend();
    }
    assert.ok(await positions.load(KEY));
  });

  it('stay where the store does not answer', async () => {
    values.isAway = true;
    await nodeRed(false).tend();
    values.isAway = false;
    assert.ok(await positions.load(KEY));
  });
});
