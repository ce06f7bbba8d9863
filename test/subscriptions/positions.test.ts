import assert from 'node:assert/strict';
import { chmod, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ContextPositionStore } from '../../dist/src/subscriptions/context-position-store.js';
import type { PositionProblem } from '../../dist/src/subscriptions/engine-listener.js';
import { FilePositionStore } from '../../dist/src/subscriptions/file-position-store.js';
import { PositionKeeper } from '../../dist/src/subscriptions/position-keeper.js';
import { PositionError, type PositionRecord } from '../../dist/src/subscriptions/position-record.js';
import { UnwantedSubscriptions } from '../../dist/src/subscriptions/unwanted-subscriptions.js';
import { MemoryStore } from '../support/memory-store.js';
import { INBOX } from '../support/pull-lab.js';

const KEY = { node: 'a1.b2', mailbox: 'Änne@example.com', part: '' };

function record(watermark: string, key = KEY): PositionRecord {
  return { format: 1, ...key, server: 'https://mail.example.com/ews', about: INBOX, subscriptionId: 'id', watermark };
}

describe('positions in files', () => {
  let directory: string;
  let store: FilePositionStore;

  beforeEach(async () => {
    directory = join(await mkdtemp(join(tmpdir(), 'positions-')), 'ews-notifications');
    store = new FilePositionStore(directory);
  });
  afterEach(() => rm(join(directory, '..'), { recursive: true, force: true }));

  it('come back as they were saved', async () => {
    assert.equal(await store.load(KEY), undefined);
    await store.save(record('0012e5&<'));
    assert.deepEqual(await store.load(KEY), record('0012e5&<'));
    assert.deepEqual(
      await store.load({ ...KEY, mailbox: 'änne@EXAMPLE.com' }),
      record('0012e5&<'),
      'addresses have no case',
    );
    assert.equal(await store.load({ ...KEY, mailbox: 'other@example.com' }), undefined);
    assert.equal(await store.load({ ...KEY, node: 'other' }), undefined);
  });

  it('are a file each, readable by their owner only, with nothing temporary beside them', async () => {
    await Promise.all([
      store.save(record('1')),
      store.save(record('2', { ...KEY, part: 'x' })),
      store.save(record('3', { ...KEY, node: 'n' })),
    ]);
    const names = await readdir(directory);
    assert.equal(names.length, 3);
    assert.ok(names.every((name) => name.endsWith('.position.json')));
    if (process.platform !== 'win32') assert.equal((await stat(join(directory, names[0] ?? ''))).mode & 0o077, 0);
  });

  it('are listed by node', async () => {
    await store.save(record('1'));
    await store.save(record('2', { ...KEY, part: 'x' }));
    await store.save(record('3', { ...KEY, node: 'other' }));
    assert.deepEqual((await store.list(KEY.node)).map(({ watermark }) => watermark).sort(), ['1', '2']);
    assert.deepEqual(await store.list('nobody'), []);
  });

  it('lose what a killed process left half written beside them, but not what another is writing', async () => {
    await store.save(record('1'));
    const [name = ''] = await readdir(directory);
    await writeFile(join(directory, `${name}.0a0b0c0d.tmp`), 'half');
    await utimes(join(directory, `${name}.0a0b0c0d.tmp`), 0, 0);
    await writeFile(join(directory, `${name}.01020304.tmp`), 'half');
    assert.equal((await store.load(KEY))?.watermark, '1');
    assert.deepEqual((await readdir(directory)).sort(), [name, `${name}.01020304.tmp`]);
  });

  it('are gone when removed', async () => {
    await store.save(record('1'));
    await store.remove(KEY);
    await store.remove(KEY);
    assert.equal(await store.load(KEY), undefined);
  });

  for (const [what, content, kind] of [
    ['garbage', '\u0000\u0001garbage', 'damaged'],
    ['nothing', '', 'damaged'],
    ['a truncated file', '{"format":1,"node":"a1.b2","mail', 'damaged'],
    ['something else', '{"hello":"world"}', 'damaged'],
    ['a list', '[1]', 'damaged'],
    ['missing parts', '{"format":1,"node":"a1.b2"}', 'damaged'],
    ['a newer version', '{"format":99}', 'newer'],
  ] as const) {
    it(`that hold ${what} are told of once and put aside`, async () => {
      await store.save(record('1'));
      const [name = ''] = await readdir(directory);
      await writeFile(join(directory, name), content);
      await assert.rejects(store.load(KEY), (error) => error instanceof PositionError && error.kind === kind);
      assert.equal(await store.load(KEY), undefined);
      assert.equal(await readFile(join(directory, `${name}.${kind}`), 'utf8'), content);
    });
  }

  it('that cannot be written are an error that says why', async () => {
    await writeFile(directory, 'a file where the directory should be');
    await assert.rejects(store.save(record('1')), { kind: 'unwritable' });
    await rm(directory);
    await store.save(record('1'));
    if (process.getuid?.() !== 0) {
      await chmod(directory, 0o500);
      await assert.rejects(store.save(record('2')), { kind: 'unwritable' });
      await chmod(directory, 0o700);
    }
    assert.equal((await store.load(KEY))?.watermark, '1');
  });
});

describe('positions in a context store', () => {
  /** Answers later, as a store over a network does. */
  function makeStore(): { store: ContextPositionStore; values: Map<string, unknown>; fail: { now: boolean } } {
    const values = new Map<string, unknown>();
    const fail = { now: false };
    const later = async <T>(work: () => T): Promise<T> => {
      await new Promise(setImmediate);
      if (fail.now) throw new Error('the store is down');
      return work();
    };
    const store = new ContextPositionStore({
      get: (key) => later(() => values.get(key)),
      set: (key, value) =>
        later(() => {
          if (value === undefined) values.delete(key);
          else values.set(key, value);
        }),
      keys: () => later(() => [...values.keys()]),
    });
    return { store, values, fail };
  }

  it('come back as they were saved, under keys that every store takes', async () => {
    const { store, values } = makeStore();
    await store.save(record('1'));
    await store.save(record('2', { ...KEY, node: 'other' }));
    assert.equal((await store.load(KEY))?.watermark, '1');
    assert.deepEqual((await store.list(KEY.node)).length, 1);
    assert.ok([...values.keys()].every((key) => /^[A-Za-z]\w*$/.test(key)));
    await store.remove(KEY);
    assert.equal(await store.load(KEY), undefined);
  });

  it('are an error when the store fails, or holds something else', async () => {
    const { store, values, fail } = makeStore();
    await store.save(record('1'));
    fail.now = true;
    await assert.rejects(store.load(KEY), { kind: 'unreadable' });
    await assert.rejects(store.save(record('2')), { kind: 'unwritable' });
    await assert.rejects(store.list(KEY.node), { kind: 'unreadable' });
    fail.now = false;
    for (const key of values.keys()) values.set(key, 'something else');
    await assert.rejects(store.load(KEY), { kind: 'damaged' });
  });
});

describe('PositionKeeper', () => {
  it('writes the last of many positions, and everyone who waits knows it is written', async () => {
    const store = new MemoryStore();
    const keeper = new PositionKeeper(store, KEY, () => assert.fail('no trouble'));
    await Promise.all(Array.from({ length: 100 }, (_, at) => keeper.save(record(String(at)))));
    assert.equal(store.saves.at(-1)?.watermark, '99');
    assert.ok(store.saves.length <= 2, 'grouped');
  });

  it('reports trouble once, and again after it was over', async () => {
    const store = new MemoryStore();
    const problems: PositionProblem[] = [];
    const keeper = new PositionKeeper(store, KEY, (problem) => problems.push(problem));
    store.failing = 'save';
    await keeper.save(record('1'));
    await keeper.save(record('2'));
    assert.equal(problems.length, 1);
    assert.equal(keeper.record?.watermark, '2', 'kept in memory');
    store.failing = undefined;
    await keeper.save(record('3'));
    store.failing = 'save';
    await keeper.save(record('4'));
    assert.equal(problems.length, 2);
  });

  it('stays away when removed while a write is under way', async () => {
    const store = new MemoryStore();
    const keeper = new PositionKeeper(store, KEY, () => assert.fail('no trouble'));
    await Promise.all([keeper.save(record('1')), keeper.remove()]);
    assert.equal(store.records.size, 0);
  });
});

describe('UnwantedSubscriptions', () => {
  it('are remembered across a restart, and taken once', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'unwanted-'));
    try {
      const path = join(directory, 'sub', 'account.unwanted.json');
      const one = { subscriptionId: 'one', mailbox: '', access: 'delegate' as const };
      const two = { subscriptionId: 'two', mailbox: 'a@example.com', access: 'impersonate' as const };
      const before = new UnwantedSubscriptions(path);
      await Promise.all([before.add(one), before.add(two)]);
      assert.deepEqual(await new UnwantedSubscriptions(path).takeAll(), [one, two]);
      assert.deepEqual(await new UnwantedSubscriptions(path).takeAll(), []);
      await writeFile(path, '[1, {"subscriptionId": 5}, null');
      assert.deepEqual(await new UnwantedSubscriptions(path).takeAll(), []);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
