import assert from 'node:assert/strict';
import { PullLab } from '../support/pull-lab.js';
import { until } from '../support/wait.js';

describe('PullEngine that is closed', () => {
  let lab: PullLab;

  beforeEach(async () => {
    lab = await PullLab.open();
  });
  afterEach(async () => {
    await lab.close();
  });

  it('keeps its subscription on the server, or ends it', async () => {
    const kept = await lab.connected();
    await kept.engine.close(true);
    assert.deepEqual(lab.ended, []);
    const ended = await lab.connected();
    await ended.engine.close(false);
    assert.equal(lab.requests.at(-1), 'Unsubscribe');
    const record = lab.store.saves.at(-1);
    assert.ok(record);
    assert.equal(record.subscriptionId, undefined);
    assert.ok(record.watermark, 'the position stays');
  });

  it('takes what is being answered along', async () => {
    const { engine, told } = await lab.connected();
    const sent = lab.deliver(2);
    lab.sandbox.failNext({ operation: 'GetEvents', delayMs: 1000 });
    await lab.clock.advanceToNext();
    await lab.clock.untilTimer(1000, 1000);
    const closed = engine.close(true);
    await lab.clock.advance(1000);
    await closed;
    assert.deepEqual(told.items, sent);
    assert.equal(told.current, 'closed');
    const again = await lab.connected();
    assert.deepEqual(again.told.items, []);
    assert.equal(lab.requests.filter((operation) => operation === 'Subscribe').length, 1, 'nothing was lost');
  });

  it('does not wait for a silent server', async () => {
    const { engine, told } = await lab.connected();
    lab.sandbox.failNext({ operation: 'GetEvents', silent: true });
    const before = lab.requests.length;
    await lab.clock.advanceToNext();
    await until(() => lab.requests.length > before);
    const closed = engine.close(true);
    await lab.clock.advance(2000);
    await closed;
    assert.equal(told.current, 'closed');
  });
});
