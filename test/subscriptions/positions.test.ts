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

/** The parts that a position may have but need not. */
const EVERYTHING = {
  sentSince: ['one'],
  paused: true,
  upTo: '2024-01-01T00:00:00.000Z',
  incarnation: 'i',
  adopted: { account: 'a', subscriber: 's', subscriptionTimeout: 30, connectionTimeout: 30 },
};

/** JSON that looks like a position, but for one part. */
const DAMAGES: readonly (readonly [string, object])[] = [
  ['nothing that it is about', { about: null }],
  ['something empty that it is about', { about: {} }],
  ['a list that it is about', { about: [] }],
  ['a mailbox that is no text', { about: { ...INBOX, mailbox: 5 } }],
  ['an unknown access', { about: { ...INBOX, access: 'owner' } }],
  ['a text for a truth', { about: { ...INBOX, allFolders: 'yes' } }],
  ['no list of folders', { about: { ...INBOX, folders: 'inbox' } }],
  ['no folder in the list', { about: { ...INBOX, folders: [null] } }],
  ['a folder without a name', { about: { ...INBOX, folders: [{ id: 'inbox' }] } }],
  ['no list of events', { about: { ...INBOX, events: null } }],
  ['an unknown event', { about: { ...INBOX, events: ['Exploded'] } }],
  ['sent events that are no texts', { sentSince: ['one', 2] }],
  ['sent events that are no list', { sentSince: 'one' }],
  ['a pause that is a text', { paused: 'no' }],
  ['an adoption that is nothing', { adopted: null }],
  ['an adoption without an account', { adopted: { subscriber: 's' } }],
  ['an adoption without a subscriber', { adopted: { account: 'a' } }],
  ['an adoption with a time that is no number', { adopted: { ...EVERYTHING.adopted, subscriptionTimeout: '30' } }],
  ['an adoption with another time that is no number', { adopted: { ...EVERYTHING.adopted, connectionTimeout: null } }],
];

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

  for (const [what, content] of [
    ['garbage', '\u0000\u0001garbage'],
    ['nothing', ''],
    ['a truncated file', '{"format":1,"node":"a1.b2","mail'],
    ['something else', '{"hello":"world"}'],
    ['a list', '[1]'],
    ['missing parts', '{"format":1,"node":"a1.b2"}'],
  ] as const) {
    it(`that hold ${what} are told of once and put aside`, async () => {
      await store.save(record('1'));
      const [name = ''] = await readdir(directory);
      await writeFile(join(directory, name), content);
      await assert.rejects(store.load(KEY), (error) => error instanceof PositionError && error.kind === 'damaged');
      assert.equal(await store.load(KEY), undefined);
      assert.equal(await readFile(join(directory, `${name}.damaged`), 'utf8'), content);
    });
  }

  for (const [what, damage] of DAMAGES) {
    it(`with ${what} are told of once and put aside`, async () => {
      await store.save(record('1'));
      const [name = ''] = await readdir(directory);
      const content = JSON.stringify({ ...record('1'), ...damage });
      await writeFile(join(directory, name), content);
      await assert.rejects(store.load(KEY), (error) => error instanceof PositionError && error.kind === 'damaged');
      assert.equal(await store.load(KEY), undefined);
      assert.equal(await readFile(join(directory, `${name}.damaged`), 'utf8'), content);
    });
  }

  it('come back with everything that they can hold', async () => {
    const whole: PositionRecord = { ...record('1'), ...EVERYTHING };
    await store.save(whole);
    assert.deepEqual(await store.load(KEY), whole);
  });

  it('of a newer version stay as they are until they are removed', async () => {
    await store.save(record('1'));
    const [name = ''] = await readdir(directory);
    await writeFile(join(directory, name), '{"format":99}');
    await assert.rejects(store.load(KEY), { kind: 'newer' });
    await assert.rejects(store.save(record('2')), { kind: 'unwritable' });
    await assert.rejects(store.load(KEY), { kind: 'newer' }, 'the next start tells of it too');
    assert.deepEqual(await readdir(directory), [name]);
    assert.equal(await readFile(join(directory, name), 'utf8'), '{"format":99}');
    await store.remove(KEY);
    await store.save(record('3'));
    assert.equal((await store.load(KEY))?.watermark, '3');
  });

  it('of a newer version that somebody else removed are not in the way any more', async () => {
    await store.save(record('1'));
    const [name = ''] = await readdir(directory);
    await writeFile(join(directory, name), '{"format":99}');
    await assert.rejects(store.load(KEY), { kind: 'newer' });
    await rm(join(directory, name));
    assert.equal(await store.load(KEY), undefined);
    await store.save(record('2'));
  });

  it('are listed also where others of the node cannot be used', async () => {
    for (const part of ['a', 'b', 'c', 'd']) await store.save(record(part, { ...KEY, part }));
    const names = await readdir(directory);
    const [damaged = '', newer = ''] = names;
    const kept = await Promise.all(names.slice(2).map((name) => readFile(join(directory, name), 'utf8')));
    await writeFile(join(directory, damaged), '{"format":1');
    await writeFile(join(directory, newer), '{"format":99}');
    const problems: string[] = [];
    const listed = await store.list(KEY.node, [], ({ kind }) => problems.push(kind));
    assert.deepEqual(
      listed,
      kept.map((text) => JSON.parse(text) as unknown),
    );
    assert.deepEqual(problems.sort(), ['damaged', 'newer']);
    assert.equal((await store.list(KEY.node)).length, 2, 'without anybody to tell, too');
  });

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

  it('are listed also where others of the node cannot be used', async () => {
    const { store, values } = makeStore();
    for (const part of ['a', 'b', 'c']) await store.save(record(part, { ...KEY, part }));
    const [damaged = '', newer = ''] = values.keys();
    values.set(damaged, { ...record('a'), about: null });
    values.set(newer, { format: 99 });
    const problems: string[] = [];
    const listed = await store.list(KEY.node, [], ({ kind }) => problems.push(kind));
    assert.deepEqual(
      listed.map(({ watermark }) => watermark),
      ['c'],
    );
    assert.deepEqual(problems, ['damaged', 'newer']);
  });

  it('of a newer version stay as they are until they are removed', async () => {
    const { store, values } = makeStore();
    await store.save(record('1'));
    const [key = ''] = values.keys();
    values.set(key, { format: 99 });
    await assert.rejects(store.load(KEY), { kind: 'newer' });
    await assert.rejects(store.save(record('2')), { kind: 'unwritable' });
    assert.deepEqual(values.get(key), { format: 99 });
    await store.remove(KEY);
    await store.save(record('3'));
    assert.equal((await store.load(KEY))?.watermark, '3');
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

  it('stays away when something saves late', async () => {
    const store = new MemoryStore();
    const keeper = new PositionKeeper(store, KEY, () => assert.fail('no trouble'));
    await keeper.save(record('1'));
    const removed = keeper.remove();
    await Promise.all([removed, keeper.save(record('2'))]);
    await keeper.save(record('3'));
    assert.equal(store.records.size, 0);
    assert.equal(keeper.record, undefined);
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
      const many = Array.from({ length: 5000 }, (_, at) => ({ ...one, subscriptionId: `number ${at}` }));
      await Promise.all(many.map((each) => before.add(each)));
      assert.deepEqual(await new UnwantedSubscriptions(path).takeAll(), many, 'thousands at once too');
      await writeFile(path, '[1, {"subscriptionId": 5}, null');
      assert.deepEqual(await new UnwantedSubscriptions(path).takeAll(), []);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
