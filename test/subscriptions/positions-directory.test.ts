import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DirectoryWatch, type OtherProcess } from '../../dist/src/subscriptions/directory-watch.js';
import { FilePositionStore } from '../../dist/src/subscriptions/file-position-store.js';
import { removeOrphans } from '../../dist/src/subscriptions/orphans.js';
import { ManualClock } from '../support/manual-clock.js';
import { INBOX } from '../support/pull-lab.js';
import { until } from '../support/wait.js';

const DAY = 24 * 3_600_000;

describe('the directory of positions', () => {
  let directory: string;
  let clock: ManualClock;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'ews-positions-'));
    clock = new ManualClock();
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  describe('that two processes use', () => {
    let watches: DirectoryWatch[];

    beforeEach(() => {
      watches = [];
    });
    afterEach(() => Promise.all(watches.map((watch) => watch.stop())));

    const start = (): { watch: DirectoryWatch; told: OtherProcess[] } => {
      const told: OtherProcess[] = [];
      const watch = new DirectoryWatch(directory, clock, (other) => told.push(other));
      watches.push(watch);
      watch.start();
      return { watch, told };
    };
    /** So many minutes, in each of which everybody who is alive has looked. */
    const minutes = async (count: number, alive = watches.length) => {
      for (let minute = 0; minute < count; minute += 1) {
        await until(() => clock.pending.length === alive);
        await clock.advance(60_000);
      }
      await until(() => clock.pending.length === alive);
    };

    it('is recognised by both, once, and it is said who the other is', async () => {
      const [one, other] = [start(), start()];
      await minutes(5);
      for (const { told } of [one, other]) {
        assert.equal(told.length, 1);
        assert.equal(told[0]?.pid, String(process.pid));
      }
    });

    it('is no alarm where the other was killed, and what it left is removed in time', async () => {
      await writeFile(join(directory, 'running-0123456789ab.json'), '{"pid":"1","host":"here"}');
      const { told } = start();
      await minutes(59);
      assert.equal((await readdir(directory)).length, 2);
      await minutes(3);
      assert.deepEqual(told, []);
      assert.equal((await readdir(directory)).length, 1);
    });

    it('is no alarm where one ended before the other began', async () => {
      const first = start();
      await minutes(3);
      await first.watch.stop();
      assert.deepEqual(await readdir(directory), []);
      const second = start();
      await minutes(3, 1);
      assert.deepEqual([...first.told, ...second.told], []);
    });

    it('is recognised whatever is written in the file of the other', async () => {
      const path = join(directory, 'running-ffffffffffff.json');
      await writeFile(path, Buffer.from([0, 0xff]));
      const { told } = start();
      await minutes(1);
      await utimes(path, new Date(clock.now()), new Date(clock.now() + 5000));
      await minutes(1);
      assert.deepEqual(told, [{ pid: '?', host: '?' }]);
    });
  });

  describe('with positions of nodes that do not exist any more', () => {
    const keep = (node: string) =>
      new FilePositionStore(directory).save({
        ...{ format: 1, node, mailbox: '', part: '', server: 's', about: INBOX, watermark: 'w' },
      });
    const nodes = async (...names: string[]) => {
      const store = new FilePositionStore(directory);
      const found = await Promise.all(names.map(async (name) => (await store.list(name)).length > 0));
      return names.filter((_, at) => found[at]);
    };

    it('keeps them for sixty days after they were last there', async () => {
      clock = new ManualClock(Date.now());
      for (const node of ['here', 'gone', 'sub-inner']) await keep(node);
      await writeFile(join(directory, 'x.position.json.damaged'), 'x');
      await writeFile(join(directory, 'another.json'), 'x');
      const exists = (node: string) => node !== 'gone';
      await clock.advance(59 * DAY);
      await removeOrphans(directory, clock, exists);
      assert.deepEqual(await nodes('here', 'gone', 'sub-inner'), ['here', 'gone', 'sub-inner']);
      await clock.advance(2 * DAY);
      await removeOrphans(directory, clock, exists);
      assert.deepEqual(await nodes('here', 'gone', 'sub-inner'), ['here', 'sub-inner']);
      assert.deepEqual(
        (await readdir(directory)).filter((name) => !name.endsWith('.position.json')),
        ['another.json'],
      );
      // It counts from when it was last there, not from when anything was last saved.
      await removeOrphans(directory, clock, () => false);
      assert.deepEqual(await nodes('here', 'sub-inner'), ['here', 'sub-inner']);
      await clock.advance(61 * DAY);
      await removeOrphans(directory, clock, () => false);
      assert.deepEqual(await nodes('here', 'sub-inner'), []);
    });

    it('does nothing where there is no directory', async () => {
      await removeOrphans(join(directory, 'none'), clock, () => false);
    });
  });
});
