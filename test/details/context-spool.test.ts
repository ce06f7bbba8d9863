import assert from 'node:assert/strict';
import { ContextSpools } from '../../dist/src/details/context-spool.js';
import { NO_DETAILS } from '../../dist/src/details/details-settings.js';
import { makeEngineWithDetails } from '../../dist/src/details/make-engine.js';
import type { Spool } from '../../dist/src/details/spool.js';
import { ContextOrphans } from '../../dist/src/subscriptions/context-orphans.js';
import type { EngineListener, PositionProblem } from '../../dist/src/subscriptions/engine-listener.js';
import { DetailsLab, eventOf, payloads, SUMMARY } from '../support/details-lab.js';
import { IDLE_ENGINE } from '../support/idle-engine.js';
import { MapStore } from '../support/map-store.js';
import { INBOX } from '../support/pull-lab.js';
import { Recorder } from '../support/recorder.js';
import { until } from '../support/wait.js';

const KEY = { node: 'node', mailbox: 'someone@example.com', part: '' };
const batch = (...ids: string[]) => ({ subscriptionId: 's', events: ids.map((id) => eventOf(id)), recovered: false });
const noProblem = (problem: PositionProblem): never => assert.fail(problem.detail);

describe('what waits to be sent, where positions are in a context store', () => {
  let lab: DetailsLab;
  let store: MapStore;
  beforeEach(async () => {
    lab = await DetailsLab.open();
    store = new MapStore();
  });
  afterEach(() => lab.close());

  const spool = (): Spool => new ContextSpools(store).spoolOf(KEY);
  /** Keys of notifications, not of their list. */
  const kept = () => store.names.filter((name) => /_\d+$/.test(name));
  const loaded = async (from: Spool, problem = noProblem as (problem: PositionProblem) => void) =>
    (await from.load(problem)).map((one) => one.batch.events.map((event) => 'itemId' in event && event.itemId.id));

  it('is sent by whoever carries on from there, in order, and once', async () => {
    const ids = lab.base.deliver(40);
    lab.silence();
    const gone = lab.run(SUMMARY, { spool: spool() });
    for (const id of ids) await gone.outbox.take(batch(id));
    await gone.outbox.close();
    assert.deepEqual(gone.told.batches, []);
    assert.equal(kept().length, 40);

    lab.speak();
    const { told, outbox } = lab.run(SUMMARY, { spool: spool() });
    const [late = ''] = lab.base.deliver();
    await outbox.take(batch(late));
    await until(() => told.items.length === 41);
    assert.deepEqual(told.items, [...ids, late]);
    assert.ok(payloads(told).every(({ item }) => item.kind === 'Message'));
    await until(() => kept().length === 0);
    await outbox.close();
    assert.deepEqual(await loaded(spool()), []);
  });

  it('is there before whoever brought it may count it as sent, and until it was', async () => {
    const told = new Recorder();
    let release = (): void => undefined;
    told.onEvents = () => new Promise((resolve) => (release = resolve));
    const { outbox } = lab.run(SUMMARY, { told, spool: spool() });
    await outbox.take(batch(...lab.base.deliver()));
    assert.equal(kept().length, 1);
    await until(() => told.batches.length === 1);
    assert.equal(kept().length, 1, 'it is being sent');
    release();
    await until(() => kept().length === 0);
  });

  it('is not sent twice where a crash came before the position was saved', async () => {
    const ids = lab.base.deliver(2);
    const both = batch(ids[0]!);
    lab.silence();
    const gone = lab.run(SUMMARY, { spool: spool() });
    await gone.outbox.take(both);
    await gone.outbox.close();
    lab.speak();
    for (const expected of [[ids[0]], []]) {
      const { outbox, told } = lab.run(SUMMARY, { spool: spool() });
      await until(() => told.items.length === expected.length);
      // The server tells it again after the second start only.
      if (expected.length === 0) {
        await outbox.take({ ...both, events: [...both.events, eventOf(ids[1]!)] });
        await until(() => told.items.length > 0);
        assert.deepEqual(told.items, [ids[1]]);
      }
      await outbox.close();
    }
  });

  it('keeps the rest of a notification of which a part was sent', async () => {
    const one = spool();
    await one.load(noProblem);
    const whole = await one.add(batch('a', 'b'));
    await one.replace(whole, { ...whole.batch, events: whole.batch.events.slice(1) });
    assert.deepEqual(await loaded(spool()), [['b']]);
  });

  it('costs one write when it comes and one when it was sent, and now and then one more', async () => {
    const one = spool();
    await one.load(noProblem);
    for (let at = 0; at < 160; at += 1) await one.remove(await one.add(batch(String(at))));
    assert.ok(store.asked.set <= 2 * 160 + 10, `${store.asked.set} writes`);
    assert.ok(store.names.length === 1, 'the list alone is left');
    const before = store.asked.get;
    await spool().load(noProblem);
    assert.ok(store.asked.get - before <= 17, `${store.asked.get - before} reads`);
    assert.equal(store.asked.keys, 0, 'such a store may have very many');
  });

  it('does not write over what an earlier run left, also where it could not be read', async () => {
    const one = spool();
    await one.load(noProblem);
    await one.add(batch('a'));
    const two = spool();
    store.isAway = true;
    const problems: PositionProblem[] = [];
    assert.deepEqual(await loaded(two, (problem) => problems.push(problem)), []);
    await assert.rejects(two.add(batch('b')));
    store.isAway = false;
    await two.add(batch('c'));
    assert.deepEqual(
      problems.map(({ kind }) => kind),
      ['unreadable'],
    );
    assert.deepEqual(await loaded(spool()), [['a'], ['c']]);
  });

  it('is not counted as kept where only its list could be written', async () => {
    store.refuses = (key) => /_\d+$/.test(key);
    const { outbox, told } = lab.run(SUMMARY, { spool: spool() });
    const ids = lab.base.deliver(2);
    await outbox.take(batch(ids[0]!));
    assert.deepEqual(told.items, [ids[0]], 'whoever brought it waited');
    store.refuses = () => true;
    await outbox.take(batch(ids[1]!));
    assert.deepEqual(told.items, ids);
    assert.deepEqual(
      told.positionProblems.map(({ kind }) => kind),
      ['unwritable'],
    );
  });

  it('is put aside where it is damaged, and does not stand in the way', async () => {
    const one = spool();
    await one.load(noProblem);
    await one.add(batch('a'));
    await one.add(batch('b'));
    await store.set(kept()[0]!, { format: 1, batch: 'nonsense' });
    const problems: PositionProblem[] = [];
    assert.deepEqual(await loaded(spool(), (problem) => problems.push(problem)), [['b']]);
    assert.deepEqual(
      problems.map(({ kind }) => kind),
      ['damaged'],
    );
    assert.ok(store.names.some((name) => name.endsWith('_damaged')));
    assert.deepEqual(await loaded(spool()), [['b']], 'it is said once');
  });

  it('begins anew where its list is damaged, which is said', async () => {
    for (const list of [
      'nonsense',
      { format: 2 },
      { format: 1, first: 0, end: 1e15 },
      { format: 1, first: 5, end: 2 },
    ]) {
      const one = spool();
      await one.load(noProblem);
      await one.add(batch('a'));
      await store.set(
        store.names.find((name) => !/_\d+$/.test(name))!,
        list,
      );
      const problems: PositionProblem[] = [];
      const two = spool();
      assert.deepEqual(await loaded(two, (problem) => problems.push(problem)), []);
      assert.deepEqual(
        problems.map(({ kind }) => kind),
        ['damaged'],
      );
      await two.add(batch('b'));
      assert.deepEqual(await loaded(spool()), [['b']]);
      await two.clear();
    }
  });

  it('is forgotten with the mailbox, and sixty days after the last Node-RED had its node', async () => {
    const one = spool();
    await one.load(noProblem);
    for (const id of ['a', 'b', 'c']) await one.add(batch(id));
    await one.clear();
    assert.deepEqual(store.names, []);

    await one.add(batch('d'));
    const orphans = new ContextOrphans(store, lab.clock, () => false);
    await orphans.tend();
    await lab.clock.advance(61 * 24 * 3_600_000);
    await orphans.tend();
    assert.deepEqual(store.names, []);
  });

  it('is read after the position: what that counts as sent may have been put there meanwhile', async () => {
    const earlier = spool();
    await earlier.load(noProblem);
    const told = new Recorder();
    const parts = {
      ...{ account: lab.base.account(), description: INBOX, key: KEY, listener: told },
      ...{ settings: { ...NO_DETAILS, calm: 1 }, spools: new ContextSpools(store) },
    };
    const readAhead = async () => {
      await earlier.add(batch('a'));
    };
    const engine = makeEngineWithDetails({ ...parts, position: { readAhead } }, () => IDLE_ENGINE);
    engine.start();
    await until(() => {
      void lab.clock.advance(100);
      return told.items.length === 1;
    });
    assert.deepEqual(told.items, ['a']);
    await engine.close(true);
  });

  it('is sent also by a node that was set to wait for nothing meanwhile', async () => {
    const earlier = spool();
    await earlier.load(noProblem);
    await earlier.add(batch('a'));
    for (const left of [['a'], []]) {
      const told = new Recorder();
      let through: EngineListener | undefined;
      const parts = {
        ...{ account: lab.base.account(), description: INBOX, key: KEY, listener: told },
        ...{ settings: NO_DETAILS, spools: new ContextSpools(store) },
      };
      const engine = makeEngineWithDetails(parts, (listener) => {
        through = listener;
        return IDLE_ENGINE;
      });
      engine.start();
      await until(() => told.items.length === left.length);
      await through!.events(batch('new'));
      assert.deepEqual(told.items, [...left, 'new']);
      await engine.close(true);
    }
    assert.deepEqual(kept(), []);
  });
});
