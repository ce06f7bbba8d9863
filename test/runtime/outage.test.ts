import assert from 'node:assert/strict';
import type { RuntimeLab } from '../support/runtime-lab.js';
import { withNodeRed } from '../support/shared-node-red.js';

describe('a server that cannot be reached', () => {
  const current = withNodeRed();
  let lab: RuntimeLab;
  beforeEach(() => (lab = current()));

  const errors = () => lab.red.errors(lab.id('pull')).map(({ text }) => text);

  it('when Node-RED starts, is found when it comes up', async () => {
    await lab.sandbox.stop();
    await lab.red.deploy(lab.flow());
    await lab.red.until(() => errors().length > 0);
    await lab.red.until(() => lab.red.status(lab.id('pull')).text === 'reconnecting');
    await lab.sandbox.start();
    await lab.connected();
    await lab.assertExactly(lab.deliver(2));
    assert.equal(errors().length, 1);
  });

  it('for a while, is told once each time, and what was delivered meanwhile arrives', async () => {
    await lab.connect();
    const delivered: string[] = [];
    for (const outage of [1, 2]) {
      delivered.push(...lab.deliver(2), await lab.settled());
      await lab.sandbox.stop();
      await lab.red.until(() => errors().length === outage);
      delivered.push(...lab.deliver(60));
      await lab.sandbox.start();
      await lab.connected();
    }
    await lab.assertExactly(delivered);
    assert.equal(errors().length, 2, 'one for each outage');
    for (const text of errors()) assert.ok(text.includes('127.0.0.1'), text);
  });

  it('for a moment, is no error', async () => {
    await lab.connect();
    const delivered = [...lab.deliver(2), await lab.settled()];
    lab.sandbox.failNext({ operation: 'GetEvents', reset: 'before' });
    lab.sandbox.resetConnections();
    delivered.push(...lab.deliver(2));
    await lab.assertExactly(delivered);
    assert.equal(errors().length, 0);
  });

  it('and was restarted, is subscribed to again from the same place', async () => {
    await lab.connect();
    const delivered = [...lab.deliver(2), await lab.settled()];
    await lab.sandbox.restart();
    delivered.push(...lab.deliver(60));
    await lab.assertExactly(delivered);
    assert.equal(lab.asked('Subscribe'), 2);
    assert.equal(errors().length, 0);
  });
});
