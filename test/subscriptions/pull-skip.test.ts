import assert from 'node:assert/strict';
import { PullLab } from '../support/pull-lab.js';
import { until } from '../support/wait.js';

describe('PullEngine, told to skip what was missed', () => {
  let lab: PullLab;

  beforeEach(async () => {
    lab = await PullLab.open();
  });
  afterEach(async () => {
    await lab.close();
  });

  it('takes it for no interruption that the subscription runs out between two questions', async () => {
    const { engine, told } = lab.run({ interval: 0, subscriptionTimeout: 10, missed: 'skip' });
    await until(() => told.current === 'idle');
    const sent = lab.deliver(2);
    await lab.clock.advance(24 * 60 * 60_000);
    engine.ask();
    await until(() => told.current === 'connected');
    assert.deepEqual(told.items, sent);
    assert.deepEqual(told.skips, []);
  });

  it('begins from now when the server forgets the subscription before its time', async () => {
    const { told } = await lab.connected({ missed: 'skip' });
    lab.deliver(2);
    await lab.sandbox.restart();
    await lab.next(told);
    const later = lab.deliver();
    await lab.next(told);
    assert.deepEqual(told.items, later);
    assert.equal(told.skips.length, 1);
    assert.deepEqual(told.gaps, []);
  });

  it('begins from now after an outage that outlasts the subscription', async () => {
    const { told } = await lab.connected({ missed: 'skip', interval: 60, subscriptionTimeout: 3 });
    lab.sandbox.misbehave({ operation: 'GetEvents', httpStatus: 502 });
    lab.deliver(2);
    for (let turn = 0; turn < 12; turn += 1) await lab.next(told);
    lab.sandbox.behave();
    while (told.current !== 'connected') await lab.next(told);
    const later = lab.deliver();
    await lab.next(told);
    assert.deepEqual(told.items, later);
    assert.equal(told.skips.length, 1);
  });

  it('begins from now after a pause', async () => {
    const { engine, told } = await lab.connected({ missed: 'skip' });
    await engine.pause();
    lab.deliver(2);
    await engine.resume();
    await until(() => told.current === 'connected');
    const later = lab.deliver();
    engine.ask();
    await until(() => told.items.length > 0);
    assert.deepEqual(told.items, later);
    assert.equal(told.skips.length, 1);
    assert.equal(lab.ended.length, 1);
  });
});
