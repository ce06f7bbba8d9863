import assert from 'node:assert/strict';
import { StreamLab } from '../support/stream-lab.js';
import { until } from '../support/wait.js';

describe('StreamEngine, told to skip what was missed', () => {
  let lab: StreamLab;

  beforeEach(async () => {
    lab = await StreamLab.open();
  });
  afterEach(async () => {
    await lab.close();
  });

  it('begins from now after a restart, and says how long it was away', async () => {
    const first = await lab.connected({ missed: 'skip' });
    const before = lab.deliver(1);
    await until(() => first.told.items.length === 1);
    let closed = false;
    void first.engine.close(true).then(() => (closed = true));
    await lab.untilAfter(() => closed, 200);
    lab.deliver(2);
    const away = lab.clock.now() + 600_000;
    await lab.untilAfter(() => lab.clock.now() >= away, 5000);
    const { told } = await lab.connected({ missed: 'skip' });
    const live = lab.deliver(1);
    await lab.untilAfter(() => told.items.length > 0, 10);
    assert.deepEqual([first.told.items, told.items], [before, live]);
    assert.equal(told.skips.length, 1);
    const { from = '', until: end = '' } = told.skips[0] ?? {};
    assert.ok(Date.parse(end) - Date.parse(from) >= 590_000, `${from} to ${end}`);
    assert.deepEqual(told.gaps, []);
  });

  it('begins from now when the server has forgotten the subscription, and says so', async () => {
    const { told } = await lab.connected({ missed: 'skip' });
    await lab.sandbox.restart();
    lab.deliver(2);
    await lab.untilAfter(() => told.skips.length === 1 && told.current === 'connected', 100);
    const live = lab.deliver(1);
    await lab.untilAfter(() => told.items.length > 0, 100);
    assert.deepEqual(told.items, live);
    assert.deepEqual(told.gaps, []);
  });

  it('says nothing of a connection that was lost, as the subscription brings what happened', async () => {
    const { told } = await lab.connected({ missed: 'skip' });
    lab.sandbox.resetConnections();
    await until(() => told.current === 'waiting');
    const sent = lab.deliver(2);
    await lab.untilAfter(() => told.items.length >= 2 && told.current === 'connected', 100);
    assert.deepEqual(told.items, sent);
    assert.deepEqual([...told.skips, ...told.gaps], []);
  });
});
