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

  const trouble = {
    'the connection breaks': { reset: 'request' },
    'the server does not answer': { silent: true },
  } as const;
  for (const [title, failure] of Object.entries(trouble)) {
    it(`ends it at the next start where ${title}`, async () => {
      const heal = lab.sandbox.misbehave({ operation: 'Unsubscribe', ...failure });
      await deleteOne();
      await lab.settled();
      heal();
      const before = lab.responses.length;
      await lab.red.restart();
      const ended = () => lab.responses.slice(before).filter(({ operation }) => operation === 'Unsubscribe');
      await lab.red.until(() => ended().length > 0);
      assert.deepEqual(
        ended().map(({ code }) => code),
        ['NoError'],
      );
      await lab.settled();
      assert.equal(lab.sandbox.subscriptionCount, 1);
      assert.equal(lab.red.errors().length, 0);
    });
  }
});
