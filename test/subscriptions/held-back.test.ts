import assert from 'node:assert/strict';
import { startBufferingProxy, type BufferingProxy } from '../support/buffering-proxy.js';
import { StreamLab, type Running } from '../support/stream-lab.js';
import { ioTurns } from '../support/wait.js';

describe('a proxy that hands streams on only when they are complete', () => {
  let lab: StreamLab;
  let proxy: BufferingProxy;
  /** The minutes that each stream was asked for. */
  let minutes: number[];

  beforeEach(async () => {
    lab = await StreamLab.open();
    proxy = await startBufferingProxy(lab.sandbox.url);
    minutes = [];
    lab.sandbox.onRequest(({ body = '' }) => {
      const asked = /<m:ConnectionTimeout>(\d+)</.exec(body);
      if (asked) minutes.push(Number(asked[1]));
    });
  });
  afterEach(async () => {
    await lab.close();
    await proxy.close();
  });

  const run = (connectionTimeout: number): Running =>
    lab.session(lab.base.account(lab.sandbox.url.replace(new URL(lab.sandbox.url).origin, proxy.origin))).run({
      connectionTimeout,
    });

  for (const connectionTimeout of [1, 5, 30]) {
    it(`is recognised at ${connectionTimeout} minutes a stream, and said once`, async () => {
      const { told } = run(connectionTimeout);
      const early = lab.deliver(1);
      await lab.untilAfter(() => told.current === 'connected', 1000);
      assert.deepEqual(
        told.errors.map(({ code }) => code),
        ['EWS_STREAM_HELD_BACK'],
      );
      // Events come, late though they are, and none is lost or comes twice.
      const sent = lab.deliver(3);
      await lab.untilAfter(() => told.items.length >= 3, 1000);
      const more = lab.deliver(2);
      await lab.untilAfter(() => told.items.length >= 5, 1000);
      const before = minutes.length;
      await lab.untilAfter(() => minutes.length >= before + 3, 1000);
      await ioTurns(20);
      assert.deepEqual(
        told.items.filter((id) => !early.includes(id)),
        [...sent, ...more],
      );
      assert.deepEqual(told.gaps, []);
      assert.equal(told.errors.length, 1, 'once, not for each stream');
      assert.ok(minutes.slice(connectionTimeout === 1 ? 0 : 1).every((asked) => asked === 1));
    });
  }

  it('is forgotten when it lets streams through: they are as long as before', async () => {
    const { told } = run(30);
    await lab.untilAfter(() => told.current === 'connected', 1000);
    proxy.letThrough();
    await lab.untilAfter(() => minutes.at(-1) === 30 && lab.sandbox.streamCount === 1, 1000);
    const sent = lab.deliver(2);
    await lab.untilAfter(() => told.items.length >= 2, 10);
    assert.deepEqual(told.items, sent);
    assert.equal(told.errors.length, 1);
  });

  it('is not blamed for a server from which nothing comes at all', async () => {
    lab.sandbox.misbehave({ operation: 'GetStreamingEvents', silent: true });
    const { told } = lab.session().run();
    await lab.untilAfter(() => minutes.length === 4, 1000);
    assert.deepEqual(minutes, [30, 1, 30, 1]);
    assert.deepEqual(
      told.errors.map(({ code }) => code),
      ['EWS_STREAM_SILENT'],
    );
    lab.sandbox.behave();
    await lab.untilAfter(() => told.current === 'connected', 1000);
    const sent = lab.deliver(1);
    await lab.untilAfter(() => told.items.length >= 1, 10);
    assert.deepEqual(told.items, sent);
  });
});
