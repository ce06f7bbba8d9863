import assert from 'node:assert/strict';
import type { RuntimeLab } from '../support/runtime-lab.js';
import { withNodeRed } from '../support/shared-node-red.js';

/** Events in one notification, at most. */
const NOTIFICATION = 50;

describe('a restart of Node-RED', () => {
  const current = withNodeRed();
  let lab: RuntimeLab;
  beforeEach(() => (lab = current()));

  it('brings what was delivered meanwhile, once and marked as recovered', async () => {
    await lab.connect();
    const before = [...lab.deliver(3), await lab.settled()];
    await lab.red.stop();
    const missed = lab.deliver(120);
    await lab.red.start();
    await lab.red.until(() => lab.items().length === before.length + missed.length);
    await lab.assertExactly([...before, ...missed]);
    assert.deepEqual(lab.recovered(), [...before.map(() => false), ...missed.map(() => true), false]);
    assert.equal(lab.asked('Subscribe'), 1, 'the subscription is used again');
    assert.equal(lab.asked('Unsubscribe'), 0);
    assert.equal(lab.red.errors().length, 0);
  });

  it('leaves out what was missed, if the node is set to that', async () => {
    const flows = lab.flow({ missed: 'skip' });
    await lab.connect(flows);
    const before = [...lab.deliver(3), await lab.settled()];
    await lab.red.stop();
    lab.deliver(3);
    await lab.red.start();
    await lab.red.until(() => lab.sandbox.subscriptionCount === 1 && lab.asked('Subscribe') === 2);
    await lab.assertExactly(before);
    assert.equal(lab.red.errors().length, 0);
  });

  it('by SIGKILL at busy moments loses nothing, and repeats one notification at most', async () => {
    await lab.connect();
    const delivery = lab.keepDelivering();
    const runs: string[][] = [];
    let seen = 0;
    for (const enough of [10, 60, 150]) {
      await lab.red.until(() => lab.items().length > seen + enough);
      await lab.red.kill();
      runs.push(lab.items().slice(seen));
      seen = lab.items().length;
      await lab.red.start();
    }
    await lab.red.until(() => lab.items().length > seen + 60);
    const delivered = [...delivery.stop(), await lab.settled()];
    runs.push(lab.items().slice(seen));

    let sent = 0;
    for (const run of runs) {
      const from = delivered.indexOf(run[0]!);
      assert.ok(from <= sent, `${from - sent} events were lost`);
      assert.ok(sent - from <= NOTIFICATION, `${sent - from} events were repeated`);
      assert.deepEqual(run, delivered.slice(from, from + run.length));
      sent = from + run.length;
    }
    assert.equal(sent, delivered.length);
    assert.equal(lab.sandbox.subscriptionCount, 1, 'no subscription is left behind');
    assert.equal(lab.red.errors().length, 0);
  });
});
