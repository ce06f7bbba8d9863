import assert from 'node:assert/strict';
import { startSandbox, type Sandbox } from '../../dist/src/sandbox/sandbox.js';
import { ManualClock } from '../support/manual-clock.js';
import { until } from '../support/wait.js';
import type { ClientProcess } from './client-process.js';
import { happenings, itemEvents } from './happenings.js';
import { furnish, isInstant, readsMail } from './reads-mail.js';

const SECOND = 1000;

/** What every client can do with the sandbox in the character of Exchange. */
export function worksWithExchange(start: (sandbox: Sandbox) => ClientProcess): void {
  let clock: ManualClock;
  let sandbox: Sandbox;
  let client: ClientProcess;

  before(async () => {
    clock = new ManualClock();
    sandbox = await startSandbox({ clock });
    furnish(sandbox);
    client = start(sandbox);
  });

  beforeEach(() => {
    client.notifications.length = 0;
    client.ended.length = 0;
  });

  afterEach(() => assert.equal(sandbox.subscriptionCount, 0));

  after(async () => {
    await client.close();
    await sandbox.close();
  });

  /** Subscribes and reads the stream, until `most` notifications have come. */
  async function openStream(most?: number): Promise<string> {
    const id = await client.ask('subscribe', { delivery: 'streaming' });
    await client.ask('stream', { id, most });
    await until(() => sandbox.streamCount === 1);
    return id;
  }

  const streamed = () => itemEvents(client.notifications.flat());

  readsMail(() => ({ sandbox, client }));

  it('pulls what happens', async () => {
    const id = await client.ask('subscribe', { delivery: 'pull' });
    assert.deepEqual(await client.ask('events', { id }), []);
    for (const expected of happenings(sandbox.mailbox())) {
      const events = await client.ask('events', { id });
      assert.deepEqual(itemEvents(events), expected);
      for (const { time } of events) isInstant(time, clock.now());
    }
    const all = [...happenings(sandbox.mailbox())].flat();
    // One of the clients sorts events by their types.
    assert.deepEqual(itemEvents(await client.ask('events', { id })).sort(), all.sort());
    assert.deepEqual(await client.ask('events', { id }), []);
    await client.ask('unsubscribe', { id });
    await assert.rejects(client.ask('events', { id }), { name: 'ErrorSubscriptionNotFound' });
  });

  it('is told of the folder, too', async () => {
    const id = await client.ask('subscribe', { delivery: 'pull' });
    sandbox.mailbox().deliver();
    const folders = (await client.ask('events', { id })).filter(({ item }) => item === null);
    assert.deepEqual(
      folders.map(({ type, folder }) => ({ type, folder })),
      [{ type: 'Modified', folder: sandbox.mailbox().folder('inbox').id }],
    );
    await client.ask('unsubscribe', { id });
  });

  it('streams what happens, as it happens', async () => {
    const id = await openStream();
    for (const expected of happenings(sandbox.mailbox())) {
      await client.until(() => streamed().length >= expected.length);
      assert.deepEqual(streamed(), expected);
      client.notifications.length = 0;
    }
    await client.ask('unsubscribe', { id });
    await client.until(() => client.ended.length > 0);
    // One of the clients does not know the code, and says so.
    const [error] = client.ended;
    assert.match(`${error?.name}: ${error?.message}`, /ErrorSubscriptionUnsubscribed/);
  });

  it('streams on over a heartbeat, until the time is up, and once more', async () => {
    const id = await openStream();
    await clock.advance(45 * SECOND);
    const first = sandbox.mailbox().deliver();
    await client.until(() => streamed().length === 2);
    await clock.advance(15 * SECOND);
    await client.until(() => client.ended.length > 0);
    assert.deepEqual(client.ended, [null]);
    const second = sandbox.mailbox().deliver();
    await client.ask('stream', { id });
    await client.until(() => streamed().length === 4);
    assert.deepEqual(
      streamed(),
      [first, second].flatMap((item) => [`Created ${item.id}`, `NewMail ${item.id}`]),
    );
    await client.ask('unsubscribe', { id });
    await client.until(() => client.ended.length > 1);
  });

  it('hangs up', async () => {
    const id = await openStream(1);
    sandbox.mailbox().deliver();
    await client.until(() => client.ended.length > 0);
    assert.deepEqual(client.ended, [null]);
    await until(() => sandbox.streamCount === 0);
    await client.ask('unsubscribe', { id });
  });

  it('learns that a stream is for subscriptions that are there', async () => {
    const id = await client.ask('subscribe', { delivery: 'streaming' });
    await client.ask('unsubscribe', { id });
    await client.ask('stream', { id });
    await client.until(() => client.ended.length > 0);
    assert.equal(client.ended[0]?.name, 'ErrorSubscriptionNotFound');
  });
}
