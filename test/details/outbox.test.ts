import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, renameSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Spool } from '../../dist/src/details/spool.js';
import type { EventBatch } from '../../dist/src/subscriptions/engine-listener.js';
import { DetailsLab, EMPTY_SPOOL, eventOf, payloads, SUMMARY } from '../support/details-lab.js';
import { Recorder } from '../support/recorder.js';
import { ioTurns, until } from '../support/wait.js';

const batch = (...ids: string[]) => ({ subscriptionId: 's', events: ids.map((id) => eventOf(id)), recovered: false });

describe('what waits to be sent', () => {
  let lab: DetailsLab;
  beforeEach(async () => (lab = await DetailsLab.open()));
  afterEach(() => lab.close());

  /** A Node-RED takes this, and is gone before it could be looked up. */
  const takenBefore = async (kept: EventBatch): Promise<void> => {
    lab.silence();
    const { outbox, told } = lab.run();
    await outbox.take(kept);
    await outbox.close();
    assert.deepEqual(told.batches, []);
    lab.speak();
  };

  it('is sent in the order in which it came, many looked up together', async () => {
    const running = lab.run();
    const { outbox, told } = running;
    const [first = '', ...ids] = lab.base.deliver(121);
    // Until a password has worked, one request is made at a time.
    await lab.send(running, [eventOf(first)]);
    lab.base.sandbox.failNext({ operation: 'GetItem', times: 3, delayMs: 1000 });
    const taken = [];
    for (let at = 0; at < ids.length; at += 3) taken.push(outbox.take(batch(...ids.slice(at, at + 3))));
    await Promise.all(taken);
    await until(() => lab.base.requests.length === 4);
    await lab.clock.advance(1000);
    await until(() => told.items.length === 121);
    assert.deepEqual(told.items, [first, ...ids]);
    assert.equal(told.batches.length, 41, 'each notification is told by itself');
    assert.ok(payloads(told).every(({ item }) => item.kind === 'Message'));
    const asked = lab.base.requests.filter((operation) => operation === 'GetItem').length;
    assert.ok(asked <= 7, `${asked} requests`);
    await until(() => lab.files.length === 0);
  });

  it('is on disk before whoever brought it may count it as sent, and there until it was', async () => {
    const told = new Recorder();
    let release = (): void => undefined;
    told.onEvents = () => new Promise((resolve) => (release = resolve));
    const { outbox } = lab.run(SUMMARY, { told });
    const [id = ''] = lab.base.deliver();
    await outbox.take(batch(id));
    assert.equal(lab.files.length, 1);
    assert.ok(readFileSync(join(lab.directory, lab.files[0]!), 'utf8').includes(id));
    await until(() => told.batches.length === 1);
    assert.equal(lab.files.length, 1, 'it is being sent');
    release();
    await until(() => lab.files.length === 0);
  });

  it('is sent after a crash, before what is new, with what it was marked as', async () => {
    const ids = lab.base.deliver(3);
    lab.silence();
    const crashed = lab.run();
    await crashed.outbox.take({ ...batch(ids[0]!, ids[1]!), recovered: true });
    await crashed.outbox.close();
    assert.deepEqual(crashed.told.batches, []);
    assert.equal(lab.files.length, 1);

    lab.speak();
    const { outbox, told } = lab.run();
    await outbox.take(batch(ids[2]!));
    await until(() => told.items.length === 3);
    assert.deepEqual(told.items, ids);
    assert.deepEqual(
      told.batches.map(({ recovered }) => recovered),
      [true, false],
    );
    await until(() => lab.files.length === 0);
  });

  it('is not sent twice where a crash came before the position was saved', async () => {
    const ids = lab.base.deliver(2);
    const kept = batch(ids[0]!);
    await takenBefore(kept);
    const { outbox, told } = lab.run();
    // The server tells it again, with what came after.
    await outbox.take({ ...kept, events: [...kept.events, eventOf(ids[1]!)] });
    await until(() => told.items.length >= 2);
    assert.deepEqual(told.items, ids);
  });

  it('is not sent twice where the server tells it again only after another restart', async () => {
    const ids = lab.base.deliver(2);
    const kept = batch(ids[0]!);
    await takenBefore(kept);
    const second = lab.run();
    await until(() => second.told.items.length === 1 && lab.files.length === 0);
    await second.outbox.close();

    const third = lab.run();
    await third.outbox.take({ ...kept, events: [...kept.events, eventOf(ids[1]!)] });
    await until(() => third.told.items.length >= 1);
    assert.deepEqual(third.told.items, [ids[1]]);
    await third.outbox.close();

    // Once it came, it is known no more.
    const fourth = lab.run();
    await fourth.outbox.take(kept);
    await until(() => fourth.told.items.length === 1);
  });

  it('is known for a day after a restart, not for ever', async () => {
    const [id = ''] = lab.base.deliver();
    await takenBefore(batch(id));
    const second = lab.run();
    await until(() => second.told.items.length === 1);
    await second.outbox.close();
    await lab.clock.advance(24 * 3_600_000);
    const third = lab.run();
    await third.outbox.take(batch(id));
    await until(() => third.told.items.length === 1);
  });

  it('whoever brings it waits until it was sent where nothing can be written, which is said once', async () => {
    const full: Spool = {
      ...EMPTY_SPOOL,
      add: () => Promise.reject(new Error('disk full')),
    };
    const { outbox, told } = lab.run(SUMMARY, { spool: full });
    const ids = lab.base.deliver(2);
    await outbox.take(batch(ids[0]!));
    assert.deepEqual(told.items, [ids[0]]);
    await outbox.take(batch(ids[1]!));
    assert.deepEqual(told.items, ids);
    assert.deepEqual(
      told.positionProblems.map(({ kind }) => kind),
      ['unwritable'],
    );
  });

  it('is kept for the next start also if it comes when the node has closed', async () => {
    const { outbox, told } = lab.run();
    await outbox.close();
    const [id = ''] = lab.base.deliver();
    await outbox.take(batch(id));
    assert.deepEqual(told.batches, []);
    assert.equal(lab.files.length, 1);
    const next = lab.run();
    await until(() => next.told.items.length === 1);
    assert.deepEqual(next.told.items, [id]);
  });

  it('and is refused where nothing can be written and the node closes: it was not sent', async () => {
    const full: Spool = {
      ...EMPTY_SPOOL,
      add: () => Promise.reject(new Error('disk full')),
    };
    const { outbox, told } = lab.run(SUMMARY, { spool: full });
    lab.silence();
    const taken = outbox.take(batch(...lab.base.deliver()));
    await until(() => lab.base.requests.includes('GetItem'));
    const refused = assert.rejects(taken, { code: 'EWS_NETWORK' });
    await outbox.close();
    await refused;
    assert.deepEqual(told.batches, []);
  });

  it('does not stand in the way where it is damaged, which is said', async () => {
    const ids = lab.base.deliver(2);
    lab.silence();
    const crashed = lab.run();
    await crashed.outbox.take(batch(ids[0]!));
    await crashed.outbox.take(batch(ids[1]!));
    await crashed.outbox.close();
    lab.speak();
    writeFileSync(join(lab.directory, lab.files.sort()[0]!), '{"format":1');
    const { told } = lab.run();
    await until(() => told.items.length === 1);
    assert.deepEqual(told.items, [ids[1]]);
    assert.deepEqual(
      told.positionProblems.map(({ kind }) => kind),
      ['damaged'],
    );
    await until(() => lab.files.every((name) => name.endsWith('.damaged')));
  });

  it('leaves nothing behind of what a crash left half written', async () => {
    lab.silence();
    const crashed = lab.run();
    await crashed.outbox.take(batch(...lab.base.deliver()));
    await crashed.outbox.close();
    const [whole = ''] = lab.files;
    writeFileSync(join(lab.directory, `${whole.replace('1.spool', '2.spool')}.01234567.tmp`), '{"form');
    lab.speak();
    const { told } = lab.run();
    await until(() => told.items.length === 1);
    await until(() => lab.files.length === 0);
    assert.deepEqual(told.positionProblems, []);
  });

  it('stays for another time where it cannot be read, which is said', async () => {
    const ids = lab.base.deliver(2);
    lab.silence();
    const crashed = lab.run();
    await crashed.outbox.take(batch(ids[0]!));
    await crashed.outbox.close();
    const [file = ''] = lab.files;
    // Who runs the tests may read any file: a folder nobody can read as one.
    renameSync(join(lab.directory, file), join(lab.directory, 'aside'));
    mkdirSync(join(lab.directory, file));
    lab.speak();
    const troubled = lab.run();
    await troubled.outbox.take(batch(ids[1]!));
    await until(() => troubled.told.items.length === 1);
    assert.deepEqual(
      troubled.told.positionProblems.map(({ kind }) => kind),
      ['unreadable'],
    );
    await troubled.outbox.close();
    rmdirSync(join(lab.directory, file));
    renameSync(join(lab.directory, 'aside'), join(lab.directory, file));
    const { told } = lab.run();
    await until(() => told.items.length === 1);
    assert.deepEqual(told.items, [ids[0]]);
  });

  it('is wholly written when it is closed, so that whoever comes next finds it', async () => {
    let written = (): void => undefined;
    const slow: Spool = {
      ...EMPTY_SPOOL,
      add: (one) =>
        new Promise((resolve) => {
          written = () => {
            resolve({ name: 'file', batch: one });
          };
        }),
    };
    const { outbox } = lab.run(SUMMARY, { spool: slow });
    const taken = outbox.take(batch('a'));
    await ioTurns(5);
    let closed = false;
    const closing = outbox.close().then(() => (closed = true));
    await ioTurns(20);
    assert.ok(!closed);
    written();
    await Promise.all([taken, closing]);
  });

  it('goes straight on where nothing need wait any more, once what was left is sent', async () => {
    const ids = lab.base.deliver(2);
    lab.silence();
    const crashed = lab.run();
    await crashed.outbox.take(batch(ids[0]!));
    await crashed.outbox.close();
    lab.speak();
    const { outbox, told } = lab.run({ include: 'none', bodyType: 'text' }, { direct: true });
    await outbox.take(batch(ids[1]!));
    await until(() => told.items.length === 2);
    assert.deepEqual(told.items, ids);
    assert.ok(payloads(told).every((payload) => !('item' in payload)));
    await until(() => lab.files.length === 0);
  });

  it('is forgotten with the subscription', async () => {
    lab.silence();
    const { outbox, told } = lab.run();
    await outbox.take(batch(...lab.base.deliver()));
    await outbox.remove();
    assert.deepEqual(lab.files, []);
    await ioTurns(20);
    assert.deepEqual(told.batches, []);
  });
});
