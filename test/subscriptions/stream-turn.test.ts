import assert from 'node:assert/strict';
import { getFolder } from '../../dist/src/protocol/get-folder.js';
import { EwsClient } from '../../dist/src/transport/ews-client.js';
import { StreamLab } from '../support/stream-lab.js';

describe('A stream that waits for its turn among the requests', () => {
  let lab: StreamLab;
  let client: EwsClient;

  beforeEach(async () => {
    lab = await StreamLab.open();
    client = new EwsClient({
      url: lab.sandbox.url,
      credentials: { type: 'basic', username: lab.sandbox.user, password: lab.sandbox.password },
      version: 'Exchange2010_SP2',
      timeoutMs: 300_000,
      clock: lab.clock,
      maxConcurrent: 1,
    });
  });
  afterEach(async () => {
    await lab.close();
    await client.close();
  });

  const opened = () => lab.base.requests.filter((operation) => operation === 'GetStreamingEvents').length;

  async function reopenedAfter(waitMs: number) {
    const connection = { client, server: { name: 'lab' }, traits: { watermarks: undefined } };
    const account = { ...lab.base.account(), connect: () => Promise.resolve(connection) };
    const running = lab.session(account).run({ connectionTimeout: 1 });
    await lab.untilConnected(running);
    const before = opened();
    await lab.clock.advance(50_000);
    // Somebody else's request takes long.
    lab.sandbox.failNext({ operation: 'GetFolder', delayMs: 10_000 + waitMs });
    const other = client.call(getFolder, { folders: [{ id: 'inbox' }], shape: 'IdOnly', mailbox: lab.sandbox.user });
    await lab.clock.untilTimer(10_000 + waitMs, 10_000 + waitMs);
    let done = false;
    void other.then(() => (done = true));
    await lab.untilAfter(() => opened() > before && done, 1000);
    await lab.untilAfter(() => lab.sandbox.streamCount === 1, 1000);
    await lab.clock.advance(10_000);
    return running;
  }

  it('is not taken for one that a proxy holds back', async () => {
    const { told } = await reopenedAfter(40_000);
    assert.deepEqual(
      told.errors.map(({ code }) => code),
      [],
    );
  });

  it('is not taken for dead, and keeps its place', async () => {
    const { told } = await reopenedAfter(100_000);
    assert.deepEqual(
      told.errors.map(({ code }) => code),
      [],
    );
    assert.ok(!told.states.some(({ name }) => name === 'waiting'), 'it was given up while it waited');
  });

  it('may wait for long where it goes first', async () => {
    const connection = { client, server: { name: 'lab' }, traits: { watermarks: undefined } };
    const account = { ...lab.base.account(), connect: () => Promise.resolve(connection) };
    const before = lab.session(account).run();
    await lab.untilConnected(before);
    let closed = false;
    void before.engine.close(true).then(() => (closed = true));
    await lab.untilAfter(() => closed, 100);
    lab.sandbox.failNext({ operation: 'GetFolder', delayMs: 50_000 });
    const other = client.call(getFolder, {
      folders: [{ id: 'inbox' }],
      shape: 'IdOnly',
      mailbox: lab.sandbox.user,
    });
    await lab.clock.untilTimer(50_000, 50_000);
    const { told } = lab.session(account).run();
    let done = false;
    void other.then(() => (done = true));
    await lab.untilAfter(() => told.current === 'connected' && done, 500);
    assert.deepEqual(
      told.errors.map(({ code }) => code),
      [],
    );
    assert.ok(!told.states.some(({ name }) => name === 'waiting'), 'it was given up while it waited');
  });
});
