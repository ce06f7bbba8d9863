import assert from 'node:assert/strict';
import type { DeployType, FlowNode } from '../support/node-red-process.js';
import type { RuntimeLab } from '../support/runtime-lab.js';
import { withNodeRed } from '../support/shared-node-red.js';

describe('flows that are deployed', () => {
  const current = withNodeRed();
  let lab: RuntimeLab;
  beforeEach(() => (lab = current()));

  describe('a deploy while mails arrive loses nothing and brings nothing twice', () => {
    const deploys: Record<string, [() => FlowNode[], DeployType]> = {
      'of everything, unchanged': [() => lab.flow(), 'full'],
      'that changes the node': [() => lab.flow({ interval: '0.2', name: 'Renamed' }), 'nodes'],
      'that changes the flow': [() => lab.flow({ x: 300, subscriptionTimeout: '60' }), 'flows'],
      'that changes the account': [() => lab.flow({}, { timeout: '20', name: 'Renamed' }), 'nodes'],
      'that moves the node to another tab': [
        () => [lab.tab({}, 'elsewhere'), ...lab.flow({ z: lab.id('elsewhere') })],
        'nodes',
      ],
    };
    for (const [title, [flows, type]] of Object.entries(deploys)) {
      it(title, async () => {
        await lab.connect();
        const delivery = lab.keepDelivering();
        await lab.red.until(() => lab.items().length > 50);
        await lab.red.deploy(flows(), type);
        const before = delivery.ids.length;
        await lab.red.until(() => lab.items().length > before);
        await lab.assertExactly(delivery.stop());
        assert.equal(lab.asked('Subscribe'), 1, 'the subscription is used again');
        assert.equal(lab.asked('Unsubscribe'), 0);
      });
    }

    it('that changes what is watched: another subscription carries on from the same place', async () => {
      await lab.connect();
      const delivery = lab.keepDelivering();
      await lab.red.until(() => lab.items().length > 50);
      await lab.red.deploy(lab.flow({ events: ['NewMail', 'Moved'] }), 'nodes');
      const before = delivery.ids.length;
      await lab.red.until(() => lab.items().length > before && lab.asked('Unsubscribe') === 1);
      await lab.assertExactly(delivery.stop());
      assert.equal(lab.asked('Subscribe'), 2);
      assert.equal(lab.sandbox.subscriptionCount, 1);
    });

    it('that gives the node another type: it carries on from the same place with a subscription of its own', async () => {
      const more = { connectionTimeout: '1', statusFrequency: '1', path: '', publicUrl: '' };
      const delivered: string[] = [];
      for (const type of [
        'ews-pull',
        'ews-stream',
        'ews-push-in',
        'ews-stream',
        'ews-pull',
        'ews-push-in',
        'ews-pull',
      ]) {
        await lab.red.deploy(lab.flow({ ...more, type }), 'nodes');
        await lab.connected();
        delivered.push(...lab.deliver(3), await lab.settled());
      }
      await lab.assertExactly(delivered);
      assert.deepEqual(lab.red.errors(), []);
    });

    it('that changes whose mailbox is watched begins anew', async () => {
      lab.sandbox.addMailbox('info@sandbox.example');
      lab.sandbox.allowDelegate('info@sandbox.example', lab.sandbox.user);
      await lab.connect();
      lab.deliver();
      await lab.settled();
      lab.sandbox.mailbox('info@sandbox.example').deliver();
      await lab.red.deploy(lab.flow({ mailbox: 'info@sandbox.example' }), 'nodes');
      await lab.red.until(() => lab.asked('Subscribe') === 2);
      await lab.connected();
      const { id } = lab.sandbox.mailbox('info@sandbox.example').deliver();
      await lab.red.until(() => lab.items().includes(id));
      assert.equal(lab.items().length, 3);
    });
  });

  describe('a node that is out of use for a while', () => {
    const away: Record<string, () => FlowNode[]> = {
      'is disabled': () => lab.flow({ d: true }),
      'is on a tab that is disabled': () => [lab.tab({ disabled: true }), ...lab.flow().slice(1)],
    };
    for (const [title, flows] of Object.entries(away)) {
      for (const type of ['full', 'nodes'] as const) {
        it(`${title} (${type}): its subscription is ended, its position kept`, async () => {
          await lab.connect();
          const delivered = [...lab.deliver(3), await lab.settled()];
          await lab.red.deploy(flows(), type);
          await lab.red.until(() => lab.sandbox.subscriptionCount === 0 && lab.asked('Unsubscribe') > 0);
          assert.equal(lab.asked('Unsubscribe'), 1);
          assert.deepEqual(lab.red.status(lab.id('pull')), {});

          const missed = lab.deliver(60);
          await lab.red.deploy(lab.flow(), type);
          await lab.assertExactly([...delivered, ...missed]);
          assert.deepEqual(lab.recovered().slice(0, 64), [...delivered.map(() => false), ...missed.map(() => true)]);
          assert.equal(lab.red.errors().length, 0);
        });
      }
    }
  });
});
