import assert from 'node:assert/strict';
import type { ResponseRecord } from '../../dist/src/sandbox/http/request-record.js';
import type { SandboxOptions } from '../../dist/src/sandbox/sandbox-options.js';
import { PositionKeeper } from '../../dist/src/subscriptions/position-keeper.js';
import type { StreamEngineOptions } from '../../dist/src/subscriptions/stream-engine-options.js';
import { NEW_MAIL } from '../support/pull-lab.js';
import { StreamLab, type Running } from '../support/stream-lab.js';
import { until } from '../support/wait.js';

const HOUR = 3_600_000;

describe('streaming subscriptions of a group', () => {
  let lab: StreamLab;
  let log: ResponseRecord[];
  let run: (name: string, options?: Partial<StreamEngineOptions>) => Running;

  const open = async (options: SandboxOptions = {}) => {
    lab = await StreamLab.open(options);
    log = [];
    lab.sandbox.onResponse((record) => log.push(record));
    for (const name of ['a', 'b', 'c', 'd']) lab.sandbox.addMailbox(`${name}@sandbox.example`);
    lab.sandbox.allowImpersonation(lab.sandbox.user);
    const session = lab.session();
    run = (name, more = {}) => {
      const description = { ...NEW_MAIL, mailbox: `${name}@sandbox.example`, access: 'impersonate' } as const;
      return session.run({ description, ...more });
    };
  };
  afterEach(() => lab.close());

  const subscribes = () =>
    log.filter(({ operation, body = '' }) => operation === 'Subscribe' && body.includes('StreamingSubscription'));
  const streams = () => log.filter(({ operation }) => operation === 'GetStreamingEvents');
  const names = (records: readonly ResponseRecord[]) => records.map(({ impersonate = '' }) => impersonate[0]);
  const untilConnected = (...all: Running[]) =>
    lab.untilAfter(() => all.every(({ told }) => told.current === 'connected'), 50);

  it('are made for the anchor first and alone, for the others with its cookie, and streamed in its name', async () => {
    await open({ backEnds: 3 });
    lab.sandbox.failNext({ operation: 'Subscribe', delayMs: 500, times: 100 });
    const all = ['c', 'b', 'a', 'd'].map((name) => run(name));
    await untilConnected(...all);
    const made = subscribes();
    assert.equal(names(made)[0], 'a');
    assert.deepEqual(names(made).sort(), ['a', 'b', 'c', 'd']);
    assert.ok(
      made.slice(1).every(({ time }) => time > made[0]!.time),
      'none was sent before the first was answered',
    );
    assert.equal(new Set([...made, ...streams()].map(({ backEnd }) => backEnd)).size, 1);
    assert.ok(made.every(({ anchorMailbox }) => anchorMailbox === 'a@sandbox.example'));
    const [stream, ...more] = streams();
    assert.equal(stream?.impersonate, 'a@sandbox.example');
    assert.equal(stream.subscriptionIds.length, 4);
    assert.deepEqual(more, []);
    const sent = ['a', 'd'].map((name) => lab.deliver(1, `${name}@sandbox.example`));
    await until(() => all[2]!.told.items.length === 1 && all[3]!.told.items.length === 1);
    assert.deepEqual([all[2]!.told.items, all[3]!.told.items], sent);
  });

  for (const [what, code, state] of [
    ['for good', 'ErrorAccessDenied', 'stopped'],
    ['for a while', 'ErrorMailboxStoreUnavailable', 'waiting'],
  ] as const) {
    it(`are made for the next at once where that fails for the anchor ${what}`, async () => {
      await open({ backEnds: 2 });
      lab.sandbox.onRequest(({ operation, impersonate = '', body = '' }) => {
        if (operation === 'Subscribe' && impersonate.startsWith('a@') && body.includes('StreamingSubscription')) {
          lab.sandbox.failNext({ operation, code });
        }
      });
      const [anchor, ...others] = ['a', 'b', 'c', 'd'].map((name) => run(name));
      await untilConnected(...others);
      await lab.untilAfter(() => anchor!.told.current === state, 50);
      assert.deepEqual(names(subscribes()).slice(0, 2), ['a', 'b']);
      assert.equal(subscribes()[2]?.anchorMailbox, 'b@sandbox.example');
      const [stream] = streams();
      assert.deepEqual([stream?.impersonate, stream?.subscriptionIds.length], ['b@sandbox.example', 3]);
      assert.equal(lab.sandbox.streamCount, 1);
      assert.deepEqual(
        others.flatMap(({ told }) => told.errors),
        [],
      );
    });
  }

  it('are streamed in the name of the next when the anchor’s mailbox is gone', async () => {
    await open();
    const all = ['a', 'b', 'c'].map((name) => run(name));
    await untilConnected(...all);
    assert.deepEqual(names(streams()), ['a']);
    lab.sandbox.removeMailbox('a@sandbox.example');
    const missed = lab.deliver(1, 'b@sandbox.example');
    await lab.untilAfter(() => all[0]!.told.errors.length > 0 && all[1]!.told.items.length > 0, 50);
    await untilConnected(all[1]!, all[2]!);
    const live = lab.deliver(1, 'c@sandbox.example');
    await lab.untilAfter(() => all[2]!.told.items.length > 0, 50);
    assert.equal(names(streams()).at(-1), 'b');
    assert.deepEqual([all[1]!.told.items, all[2]!.told.items], [missed, live]);
    assert.equal(all[0]!.told.errors[0]?.code, 'ErrorNonExistentMailbox');
    assert.deepEqual([...all[1]!.told.errors, ...all[2]!.told.errors], []);
  });

  it('are streamed in the name of the next when the anchor’s mailbox has trouble that does not pass', async () => {
    await open();
    const all = ['a', 'b'].map((name) => run(name));
    await untilConnected(...all);
    lab.sandbox.failNext({ operation: 'GetStreamingEvents', code: 'ErrorMailboxStoreUnavailable' });
    lab.sandbox.resetConnections();
    await lab.untilAfter(() => streams().length >= 3, 200);
    assert.deepEqual(names(streams()), ['a', 'a', 'b']);
    await untilConnected(...all);
  });

  describe('on more streams than the server allows', () => {
    /** Four that cannot share a stream, as different times are asked for. */
    const four = async (limit: number) => {
      await open({ limits: { streamingConnections: limit } });
      return [27, 28, 29, 30].map((connectionTimeout) => {
        const key = { node: 'node', mailbox: '', part: `${connectionTimeout}` };
        const keeper = new PositionKeeper(lab.base.store, key, () => undefined);
        return run('', { description: NEW_MAIL, connectionTimeout, keeper });
      });
    };

    it('go on as far as it does; it is said once, and asked for no more than was granted', async () => {
      const all = await four(2);
      const connected = () => all.filter(({ told }) => told.current === 'connected');
      await lab.untilAfter(() => connected().length === 2 && all.some(({ told }) => told.errors.length > 0), 50);
      await lab.untilAfter(() => all.filter(({ told }) => told.current === 'waiting').length === 2, 50);
      const from = lab.clock.now();
      await lab.untilAfter(() => lab.clock.now() - from > HOUR, 20_000);
      // Those that are open are opened again at their time; of others only a few are tried.
      const refused = streams().filter(({ code }) => code === 'ErrorExceededConnectionCount').length;
      assert.ok(refused <= 8, `${refused} were refused`);
      const errors = all.flatMap(({ told }) => told.errors);
      assert.deepEqual(
        errors.map(({ code }) => code),
        ['ErrorExceededConnectionCount'],
      );
      assert.match(errors[0]!.message, /allows 2 streaming connections at once for this account/);
      assert.equal(connected().length, 2);

      // One that ends leaves its place to another.
      let closed = false;
      void connected()[0]!
        .engine.close(false)
        .then(() => (closed = true));
      await lab.untilAfter(() => closed && connected().length === 2, 200);
      assert.equal(streams().filter(({ code }) => code === 'ErrorExceededConnectionCount').length, refused);
    });
  });
});
