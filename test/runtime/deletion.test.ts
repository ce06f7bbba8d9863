import assert from 'node:assert/strict';
import type { RuntimeLab } from '../support/runtime-lab.js';
import { withNodeRed } from '../support/shared-node-red.js';

describe('a node that is deleted', () => {
  const current = withNodeRed();
  let lab: RuntimeLab;
  beforeEach(() => (lab = current()));

  const both = () => [...lab.flow(), lab.pull({}, 'doomed')];
  /** Deletes one of two nodes; resolves when Node-RED has carried the deploy out. */
  async function deleteOne(): Promise<void> {
    await lab.connect(both(), 'pull', 'doomed');
    await lab.red.deploy(lab.flow(), 'nodes');
  }

  it('ends its subscription', async () => {
    await deleteOne();
    await lab.red.until(() => lab.sandbox.subscriptionCount === 1);
    await lab.settled();
    assert.equal(lab.asked('Subscribe'), 2);
  });

  it('with its tab ends its subscription', async () => {
    const elsewhere = lab.id('elsewhere');
    await lab.connect([...both().slice(0, -1), lab.tab({}, 'elsewhere'), lab.pull({ z: elsewhere }, 'doomed')]);
    await lab.connected('doomed');
    await lab.red.deploy(lab.flow());
    await lab.red.until(() => lab.sandbox.subscriptionCount === 1);
    await lab.settled();
  });

  const trouble = {
    'the connection breaks': { reset: 'request' },
    'the server is busy': { httpStatus: 503 },
    'no answer comes': { silent: true },
  } as const;
  for (const [title, failure] of Object.entries(trouble)) {
    it(`ends it at the next start where ${title}`, async () => {
      const heal = lab.sandbox.misbehave({ operation: 'Unsubscribe', ...failure });
      await deleteOne();
      await lab.settled();
      heal();
      const before = lab.responses.length;
      await lab.red.restart();
      const ended = () => lab.responses.slice(before).filter(({ operation }) => operation === 'Unsubscribe').length;
      await lab.red.until(() => ended() > 0);
      await lab.settled();
      assert.equal(ended(), 1);
      assert.equal(lab.sandbox.subscriptionCount, 1);
      assert.equal(lab.red.errors().length, 0);
    });
  }
});
