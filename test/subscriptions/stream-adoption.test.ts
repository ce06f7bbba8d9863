import assert from 'node:assert/strict';
import { AdoptionLab } from '../support/adoption-lab.js';
import { ioTurns } from '../support/wait.js';

for (const character of ['exchange', 'grommunio'] as const) {
  describe(`a streaming subscription that is adopted (${character})`, () => {
    let lab: AdoptionLab;
    beforeEach(async () => (lab = await AdoptionLab.open('streaming', { character })));
    afterEach(() => lab.close());

    const position = () => [...lab.store.records.values()][0];

    it('is made as the engine that goes on with it would make it', async () => {
      const { streams, told } = lab;
      const subscription = await lab.order();
      assert.equal(subscription.connectionTimeout, 7);
      assert.equal(subscription.subscriptionTimeout, undefined);
      assert.equal(subscription.watermark !== undefined, character === 'exchange');
      const early = streams.deliver();
      const { length } = streams.base.requests;
      assert.equal(await lab.adopter.adopt(subscription), true);
      await lab.connected();
      assert.equal(position()?.subscriptionId, subscription.subscriptionId, 'kept before anything has happened');
      assert.ok(position()?.upTo, 'and since when it is watched');
      assert.equal(lab.adopter.engines[0]?.subscriptionId, subscription.subscriptionId, 'not made again');
      lab.sandbox.mailbox().deliver({ subject: 'elsewhere' }, 'junkemail');
      const late = streams.deliver(2);
      await streams.untilAfter(() => told.items.length >= 3, 1000);
      await streams.clock.advance(20_000);
      await ioTurns(20);
      assert.deepEqual(told.items, [...early, ...late]);
      assert.deepEqual(told.gaps, []);
      assert.ok(
        !streams.base.requests.slice(length).includes('GetEvents'),
        'nothing is looked for that the stream has',
      );
      assert.equal(position()?.adopted?.connectionTimeout, 7);
    });

    if (character === 'grommunio') return;

    it('is caught up where it was ordered to begin at a watermark', async () => {
      const { watermark } = await lab.order();
      assert.ok(watermark !== undefined);
      await lab.unsubscribe();
      const missed = lab.streams.deliver(2);
      assert.equal(await lab.adopter.adopt(await lab.order({ watermark })), true);
      await lab.streams.untilAfter(() => lab.told.items.length >= 2 && lab.told.current === 'connected', 50);
      assert.deepEqual(lab.told.items, missed);
    });
  });
}
