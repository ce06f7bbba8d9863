import assert from 'node:assert/strict';
import fs from 'node:fs';
import { ContextSpools } from '../../dist/src/details/context-spool.js';
import { NO_DETAILS } from '../../dist/src/details/details-settings.js';
import { FileSpool } from '../../dist/src/details/file-spool.js';
import { makeEngineWithDetails } from '../../dist/src/details/make-engine.js';
import type { Spool } from '../../dist/src/details/spool.js';
import type { PositionProblem } from '../../dist/src/subscriptions/engine-listener.js';
import { DetailsLab, eventOf, SUMMARY } from '../support/details-lab.js';
import { IDLE_ENGINE } from '../support/idle-engine.js';
import { MapStore } from '../support/map-store.js';
import { INBOX } from '../support/pull-lab.js';
import { Recorder } from '../support/recorder.js';
import { ioTurns, until } from '../support/wait.js';

const KEY = { node: 'node', mailbox: 'someone@example.com', part: '' };
const batch = (...ids: string[]) => ({ subscriptionId: 's', events: ids.map((id) => eventOf(id)), recovered: false });
const noProblem = (problem: PositionProblem): never => assert.fail(`${problem.kind} ${problem.detail}`);

/** One that can be read at times only, or takes back a write that it has made. */
class OddStore extends MapStore {
  unreadable: (key: string) => boolean = () => false;
  writesAndFails: (key: string) => boolean = () => false;
  override get(key: string): Promise<unknown> {
    return this.unreadable(key) ? Promise.reject(new Error('timed out')) : super.get(key);
  }
  override async set(key: string, value: unknown): Promise<void> {
    await super.set(key, value);
    if (value !== undefined && this.writesAndFails(key)) throw new Error('timed out');
  }
}

describe('what waits in files', () => {
  let lab: DetailsLab;
  beforeEach(async () => {
    lab = await DetailsLab.open();
  });
  afterEach(() => lab.close());

  it('is not written over where the directory could not be read at the start, which is said', async () => {
    const key = { node: 'node', mailbox: '', part: '' };
    const earlier = new FileSpool(lab.directory, key);
    await earlier.load(noProblem);
    await earlier.add(batch('a'));
    const { readdir } = fs.promises;
    const problems: PositionProblem[] = [];
    const one = new FileSpool(lab.directory, key);
    try {
      Object.assign(fs.promises, {
        readdir: () => Promise.reject(Object.assign(new Error('too many open files'), { code: 'EMFILE' })),
      });
      assert.deepEqual(await one.load((problem) => problems.push(problem)), []);
    } finally {
      Object.assign(fs.promises, { readdir });
    }
    await one.add(batch('b'));
    const left = await new FileSpool(lab.directory, key).load(noProblem);
    assert.deepEqual(
      left.map((each) => each.batch.events.map((event) => 'itemId' in event && event.itemId.id)),
      [['a'], ['b']],
    );
    assert.deepEqual(
      problems.map(({ kind }) => kind),
      ['unreadable'],
    );
  });
});

describe('what waits in a context store that has trouble', () => {
  let lab: DetailsLab;
  let store: OddStore;
  beforeEach(async () => {
    lab = await DetailsLab.open();
    store = new OddStore();
  });
  afterEach(() => lab.close());

  const spool = (): Spool => new ContextSpools(store).spoolOf(KEY);
  const kept = () => store.names.filter((name) => /_\d+$/.test(name));
  const loaded = async (from: Spool, problem: (problem: PositionProblem) => void = noProblem) =>
    (await from.load(problem)).map((one) => one.batch.events.map((event) => 'itemId' in event && event.itemId.id));
  const direct = (told = new Recorder()) =>
    makeEngineWithDetails(
      {
        ...{ account: lab.base.account(), description: INBOX, key: KEY, listener: told },
        ...{ settings: NO_DETAILS, spools: new ContextSpools(store) },
      },
      () => IDLE_ENGINE,
    );

  for (const how of ['waits', 'direct'] as const) {
    it(`is not forgotten where the store could not be read at the start, and then be written (${how})`, async () => {
      const earlier = spool();
      await earlier.load(noProblem);
      await earlier.add(batch('a'));
      store.unreadable = () => true;
      if (how === 'waits') {
        const { outbox, told } = lab.run(SUMMARY, { spool: spool() });
        await until(() => told.positionProblems.length > 0);
        await ioTurns(5);
        await outbox.close();
      } else {
        const told = new Recorder();
        const engine = direct(told);
        engine.start();
        await until(() => told.positionProblems.length > 0);
        await ioTurns(5);
        await engine.close(true);
      }
      store.unreadable = () => false;
      assert.deepEqual(await loaded(spool()), [['a']]);
    });
  }

  it('removes what could not be removed at first', async () => {
    const one = spool();
    await one.load(noProblem);
    const first = await one.add(batch('first'));
    store.refuses = (key) => key.endsWith('_0');
    await one.remove(first);
    store.refuses = () => false;
    for (let at = 0; at < 40; at += 1) await one.remove(await one.add(batch(String(at))));
    assert.deepEqual(kept(), []);
  });

  const troubles = {
    'be removed': async () => {
      const one = spool();
      await one.load(noProblem);
      const first = await one.add(batch('first'));
      store.refuses = (key) => key.endsWith('_0');
      await one.remove(first);
      return one;
    },
    'be read': async () => {
      const earlier = spool();
      await earlier.load(noProblem);
      await earlier.add(batch('first'));
      store.unreadable = (key) => key.endsWith('_0');
      const one = spool();
      await one.load(() => undefined);
      return one;
    },
  };
  for (const [what, begin] of Object.entries(troubles)) {
    it(`is not lost, however long ago something could not ${what}`, async function () {
      this.timeout(60_000);
      const one = await begin();
      store.refuses = store.unreadable = () => false;
      // More than a list may have before it is taken for a damaged one.
      for (let at = 0; at < 100_020; at += 1) await one.remove(await one.add(batch(String(at))));
      await one.add(batch('last'));
      assert.deepEqual((await loaded(spool())).at(-1), ['last']);
    });
  }

  it('is removed where it was written though the store said that it was not', async () => {
    const one = spool();
    await one.load(noProblem);
    store.writesAndFails = (key) => key.endsWith('_0');
    await assert.rejects(one.add(batch('first')));
    for (let at = 0; at < 40; at += 1) await one.remove(await one.add(batch(String(at))));
    assert.deepEqual(kept(), []);
  });

  it('costs a mailbox for which nothing waits no write at the start, and leaves nothing', async () => {
    const engine = direct();
    engine.start();
    await until(() => store.asked.get > 0);
    await ioTurns(5);
    assert.equal(store.asked.set, 0);
    await engine.drop();
    assert.deepEqual(store.names, []);
  });

  it('is forgotten with the mailbox, also what could not be read at the start', async () => {
    const earlier = spool();
    await earlier.load(noProblem);
    await earlier.add(batch('a'));
    store.unreadable = (key) => key.endsWith('_0');
    const told = new Recorder();
    const engine = direct(told);
    engine.start();
    await until(() => told.positionProblems.length > 0);
    await ioTurns(5);
    store.unreadable = () => false;
    await engine.drop();
    assert.deepEqual(kept(), []);
  });

  it('an engine that cannot be asked cannot be asked through an outbox either', () => {
    assert.equal(direct().ask, undefined);
  });
});
