import assert from 'node:assert/strict';
import type { Failure } from '../../dist/src/sandbox/misbehaviour/failure.js';
import { startSandbox, type Sandbox } from '../../dist/src/sandbox/sandbox.js';
import { ManualClock } from '../support/manual-clock.js';
import { until } from '../support/wait.js';
import { Client } from './client.js';

const OTHER = 'other@sandbox.example';

describe('sandbox: streams that go wrong', () => {
  let sandbox: Sandbox;
  let client: Client;

  beforeEach(async () => {
    sandbox = await startSandbox({ clock: new ManualClock() });
    client = new Client(sandbox);
  });

  afterEach(async () => {
    await client.close();
    await sandbox.close();
  });

  const subscribe = async (mailbox?: string) => {
    const { subscriptionId } = await client.subscribe({
      delivery: 'streaming',
      ...(mailbox === undefined ? {} : { scope: { folders: [{ id: 'inbox' }], mailbox } }),
    });
    return subscriptionId;
  };
  const fail = (failure: Failure) => sandbox.failNext({ operation: 'GetStreamingEvents', ...failure });
  const idsIn = (envelope: string) => [...envelope.matchAll(/<t:SubscriptionId>([^<]*)/g)].map(([, id]) => id);

  /** The events that are there for the next reader: only those of this delivery, if what came before was lost. */
  async function assertLostUntil(id: string, subject: string): Promise<void> {
    const { id: kept } = sandbox.mailbox().deliver({ subject });
    const envelope = await (await client.stream([id])).until(/NewMail/);
    assert.equal(envelope.split('<t:NewMailEvent>').length - 1, 1);
    assert.ok(envelope.includes(kept));
  }

  it('loses events while it is silent after some bytes', async () => {
    const id = await subscribe();
    fail({ silentAfter: 1500 });
    const stream = await client.stream([id]);
    await stream.next();
    for (let mail = 0; mail < 3; mail++) {
      sandbox.mailbox().deliver({ subject: 'lost' });
      await new Promise(setImmediate);
    }
    assert.equal(sandbox.streamCount, 1);
    assert.equal(stream.waiting, 0);
    stream.destroy();
    await until(() => sandbox.streamCount === 0);
    await assertLostUntil(id, 'kept');
  });

  it('loses events while it is silent from the beginning', async () => {
    const id = await subscribe();
    fail({ silent: true });
    const silent = client.stream([id]).catch(() => undefined);
    await until(() => sandbox.streamCount === 1);
    sandbox.mailbox().deliver({ subject: 'lost' });
    await new Promise(setImmediate);
    sandbox.resetConnections();
    assert.equal(await silent, undefined);
    await until(() => sandbox.streamCount === 0);
    await assertLostUntil(id, 'kept');
  });

  it('is reset in the middle of the first envelope with events', async () => {
    const id = await subscribe();
    fail({ reset: 'during' });
    const stream = await client.stream([id]);
    assert.match((await stream.next()) ?? '', />OK</);
    sandbox.mailbox().deliver({ subject: 'lost' });
    assert.equal(await stream.next(), undefined);
    await until(() => sandbox.streamCount === 0);
    await assertLostUntil(id, 'kept');
  });

  it('is reset behind the first envelope with events', async () => {
    fail({ reset: 'after' });
    const stream = await client.stream([await subscribe()]);
    assert.match((await stream.next()) ?? '', />OK</);
    sandbox.mailbox().deliver();
    assert.match((await stream.next()) ?? '', /NewMail/);
    assert.equal(await stream.next(), undefined);
    await until(() => sandbox.streamCount === 0);
  });

  it('ends as if nothing was missing, in the middle of an envelope', async () => {
    fail({ truncateAfter: 1500 });
    const stream = await client.stream([await subscribe()]);
    assert.match((await stream.next()) ?? '', />OK</);
    sandbox.mailbox().deliver();
    assert.equal(await stream.next(), undefined);
    await until(() => sandbox.streamCount === 0);
    assert.equal((await client.send('<m:Nothing/>')).status, 500, 'the connection goes on');
  });

  it('names the subscriptions that the server drops, and ends; the others can be read again', async () => {
    sandbox.addMailbox(OTHER);
    sandbox.allowDelegate(OTHER, sandbox.user);
    const own = await subscribe();
    const others = [await subscribe(OTHER), await subscribe(OTHER)];
    const stream = await client.stream([own, ...others]);
    await stream.next();
    sandbox.moveMailbox(OTHER);
    const [last, ...more] = await stream.rest();
    assert.match(last ?? '', /ResponseClass="Error".*ErrorInvalidSubscription.*<m:ErrorSubscriptionIds>.*>Closed</);
    assert.deepEqual(idsIn(last ?? ''), others);
    assert.deepEqual(more, []);
    sandbox.mailbox().deliver();
    await (await client.stream([own])).until(/NewMail/);
  });

  it('ends when impersonation is taken away, and when the mailbox is removed', async () => {
    sandbox.addMailbox(OTHER);
    sandbox.allowImpersonation(sandbox.user);
    const impersonating = new Client(sandbox, { header: { impersonate: { smtpAddress: OTHER } } });
    const { subscriptionId } = await impersonating.subscribe({ delivery: 'streaming' });
    const stream = await impersonating.stream([subscriptionId]);
    sandbox.revokeImpersonation(sandbox.user);
    assert.match((await stream.rest()).at(-1) ?? '', /ErrorAccessDenied.*Closed/);
    await impersonating.close();
    sandbox.allowDelegate(OTHER, sandbox.user);
    const delegated = await client.stream([await subscribe(OTHER)]);
    sandbox.removeMailbox(OTHER);
    assert.match((await delegated.rest()).at(-1) ?? '', /ErrorAccessDenied.*Closed/);
  });
});
