import assert from 'node:assert/strict';
import type { FlowNode } from '../support/node-red-process.js';
import type { RuntimeLab } from '../support/runtime-lab.js';
import { withNodeRed } from '../support/shared-node-red.js';

describe('ews-pull inside a subflow', () => {
  const current = withNodeRed();
  let lab: RuntimeLab;
  beforeEach(() => (lab = current()));

  const flows = (one: object = {}, two: object = {}): FlowNode[] => {
    const subflow = lab.id('subflow');
    return [
      ...[lab.tab(), lab.tab({}, 'elsewhere'), lab.account()],
      { id: subflow, type: 'subflow', name: 'Watch', in: [], out: [], env: [] },
      ...[lab.pull({ z: subflow }), { ...lab.sink(), z: subflow }],
      lab.node(`subflow:${subflow}`, 'one', one),
      lab.node(`subflow:${subflow}`, 'two', { z: lab.id('elsewhere'), ...two }),
    ];
  };
  /** Node-RED names a node in an instance after both. */
  const inside = (instance: string) => `${lab.id(instance)}-${lab.id('pull')}`;
  const both = () => [inside('one'), inside('two')];
  const items = () => both().map((id) => lab.red.items(id));

  async function connect(): Promise<void> {
    await lab.red.deploy(flows());
    await lab.red.until(() => both().every((id) => lab.red.status(id).fill === 'green'));
  }
  async function all(delivered: string[]): Promise<void> {
    await lab.red.until(() => items().every((ids) => ids.length >= delivered.length));
    for (const ids of items()) assert.deepEqual(ids, delivered);
  }

  it('has a position and a subscription in each instance', async () => {
    await connect();
    const delivered = lab.deliver(3);
    await all(delivered);
    await lab.red.deploy(flows());
    delivered.push(...lab.deliver(3));
    await all(delivered);
    assert.equal(lab.asked('Subscribe'), 2);
    assert.equal(lab.asked('Unsubscribe'), 0);
    assert.equal(lab.sandbox.subscriptionCount, 2);
  });

  const away: Record<string, () => FlowNode[]> = {
    'is deleted': () => flows().filter(({ id }) => id !== lab.id('two')),
    'is disabled': () => flows({}, { d: true }),
    'is on a tab that is disabled': () =>
      flows().map((node) => (node.id === lab.id('elsewhere') ? { ...node, disabled: true } : node)),
  };
  for (const [title, without] of Object.entries(away)) {
    it(`ends the subscription of an instance that ${title}, and carries on when it is back`, async () => {
      await connect();
      const delivered = lab.deliver(3);
      await all(delivered);
      await lab.red.deploy(without());
      await lab.red.until(() => lab.sandbox.subscriptionCount === 1);
      delivered.push(...lab.deliver(3));
      await lab.red.deploy(flows());
      await all(delivered);
      assert.equal(lab.asked('Subscribe'), 3);
    });
  }
});
