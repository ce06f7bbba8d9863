import assert from 'node:assert/strict';
import { AdoptionLab } from '../support/adoption-lab.js';
import { ioTurns } from '../support/wait.js';

for (const character of ['exchange', 'grommunio'] as const) {
  for (const delivery of ['streaming', 'pull'] as const) {
    describe(`what is adopted, in trouble (${character}, ${delivery})`, () => {
      let lab: AdoptionLab;
      beforeEach(async () => (lab = await AdoptionLab.open(delivery, { character })));
      afterEach(() => lab.close());

      /** Lets `seconds` pass, one after the other. */
      const pass = async (seconds: number) => {
        for (let second = 0; second < seconds; second += 1) {
          await lab.streams.clock.advance(1000);
          await ioTurns(5);
        }
      };
      const positions = () => [...lab.store.records.values()];
      /** In a new run, positions cannot be listed at the start. Returns what mends that. */
      const restartWithoutList = async () => {
        await lab.adopted();
        await lab.restart();
        const { list } = lab.store;
        lab.store.list = () => Promise.reject(new Error('away'));
        await assert.rejects(lab.adopter.resume());
        return () => (lab.store.list = list);
      };

      it('loses nothing when it is ordered otherwise while nothing can be saved', async () => {
        lab.store.failing = 'save';
        const subscription = await lab.adopted();
        const sent = lab.streams.deliver(1);
        await lab.streams.untilAfter(() => lab.told.items.length > 0, 1000);
        const changed = lab.adopter.adopt({ ...subscription, calm: 5 });
        sent.push(...lab.streams.deliver(2));
        await lab.over(changed);
        lab.store.failing = undefined;
        await lab.connected();
        await pass(60);
        assert.deepEqual(
          sent.filter((id) => !lab.told.items.includes(id)),
          [],
        );
      });

      for (const when of ['the server was found', 'the server was found, in a later run'] as const) {
        it(`is ended on the server when nobody wants it any more before ${when}`, async () => {
          if (when === 'the server was found') {
            const subscription = await lab.order();
            lab.isAway = true;
            await lab.adopter.adopt(subscription);
          } else {
            await lab.adopted();
            await lab.restart();
            lab.isAway = true;
            await lab.adopter.resume();
          }
          const ended = lab.unsubscribe();
          lab.isAway = false;
          await ended;
          await ioTurns(20);
          assert.deepEqual([lab.sandbox.subscriptionCount, positions().length], [0, 0]);
        });
      }

      it('is not there twice where positions could not be listed before it was ordered again', async () => {
        const mend = await restartWithoutList();
        mend();
        await lab.adopted();
        await ioTurns(20);
        assert.equal(lab.sandbox.subscriptionCount, 1);
      });

      it('is taken up when positions can be listed again', async () => {
        const mend = await restartWithoutList();
        await lab.streams.clock.advance(40_000);
        mend();
        await lab.streams.clock.advance(40_000);
        await lab.connected();
        assert.equal(lab.adopter.engines.length, 1);
      });

      it('is kept when it is ordered again while it is being ended', async () => {
        await lab.adopted();
        lab.sandbox.misbehave({ operation: 'Unsubscribe', delayMs: 1000 });
        const dropping = lab.adopter.drop(lab.adopter.engines[0]!);
        await lab.over(lab.adopter.adopt(await lab.order()));
        await lab.connected();
        await lab.over(dropping);
        await pass(30);
        assert.deepEqual([lab.sandbox.subscriptionCount, positions().length], [1, 1]);
      });

      it('remembers a pause that came before a connection', async () => {
        await lab.adopted();
        await lab.restart();
        await lab.adopter.resume();
        await lab.over(lab.adopter.engines[0]!.pause());
        await lab.over(lab.adopter.close(true));
        assert.equal(positions()[0]?.paused, true);
      });

      it('is kept before anything has happened, though a request fails first', async () => {
        const subscription = await lab.order();
        lab.sandbox.misbehave({ httpStatus: 502, times: 1 });
        await lab.adopter.adopt(subscription);
        await lab.connected();
        await ioTurns(20);
        assert.equal(positions().length, 1);
      });

      it('loses nothing of what came before it was adopted, where what is asked first is lost', async () => {
        const operation = delivery === 'pull' ? 'GetEvents' : 'GetStreamingEvents';
        const subscription = await lab.order();
        await lab.streams.clock.advance(2000);
        const early = lab.streams.deliver();
        await lab.streams.clock.advance(3000);
        lab.sandbox.failNext({ operation, reset: 'during' });
        await lab.adopter.adopt(subscription);
        await lab.connected();
        await pass(150);
        assert.deepEqual([lab.told.items, lab.told.gaps], [early, []]);
      });

      it('is not to be seen at a node that came too late', async () => {
        const subscription = await lab.order();
        await lab.other.adopt(subscription);
        await assert.rejects(lab.adopter.adopt(subscription), { code: 'EWS_ADOPTED' });
        assert.equal(lab.overview.changes(undefined, 10).total, 1);
      });

      it('keeps what was ordered, whatever a flow makes of the message of another', async () => {
        const filter = (value: string) => [{ property: 'subject', test: 'contains', value }];
        const first = filter('one');
        await lab.adopter.adopt(await lab.order({ filter: first }));
        await lab.connected();
        first[0]!.value = 'two';
        const folders = [{ id: 'drafts', name: 'Drafts' }];
        await lab.adopter.adopt(await lab.order({ filter: filter('one'), folders }));
        await lab.streams.untilAfter(() => positions().length === 2, 50);
        const kept = positions().find(({ about }) => about.folders[0]?.id === 'drafts');
        assert.deepEqual(kept?.adopted?.filter, filter('one'));
      });
    });
  }
}
