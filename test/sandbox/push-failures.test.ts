import assert from 'node:assert/strict';
import { startSandbox, type Sandbox } from '../../dist/src/sandbox/sandbox.js';
import { ManualClock } from '../support/manual-clock.js';
import { until } from '../support/wait.js';
import { Client } from './client.js';
import { PushListener } from './push-listener.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

describe('sandbox: push that goes wrong', () => {
  let clock: ManualClock;
  let sandbox: Sandbox;
  let client: Client;
  let listener: PushListener;

  beforeEach(async () => {
    clock = new ManualClock();
    sandbox = await startSandbox({ clock });
    client = new Client(sandbox);
    listener = new PushListener();
  });

  afterEach(async () => {
    await client.close();
    await sandbox.close();
    listener.close();
  });

  const settled = (ms: number) => clock.untilTimer(ms, ms);
  async function subscribe(caller = client): Promise<void> {
    const url = await listener.listen();
    await caller.subscribe({ delivery: 'push', statusFrequencyMinutes: 5, url, events: ['NewMail'] });
    await listener.until(1);
    await settled(5 * MINUTE);
  }

  it('arrives in pieces', async () => {
    await subscribe();
    sandbox.failNext({ operation: 'SendNotification', chunkBytes: 50 });
    sandbox.mailbox().deliver();
    assert.match(await listener.until(2), /NewMailEvent.*Envelope>$/);
  });

  it('is cut, and comes again', async () => {
    await subscribe();
    sandbox.failNext({ operation: 'SendNotification', cutAfter: 100 });
    sandbox.mailbox().deliver();
    while (listener.received.length < 2) await clock.advance(SECOND);
    assert.match(await listener.until(2), /NewMailEvent/);
  });

  it('falls silent, and comes again', async () => {
    await subscribe();
    sandbox.failNext({ operation: 'SendNotification', silentAfter: 100 });
    sandbox.mailbox().deliver();
    await settled(20 * SECOND);
    await clock.advance(20 * SECOND);
    assert.equal(listener.received.length, 1);
    await settled(30 * SECOND);
    await clock.advance(30 * SECOND);
    assert.match(await listener.until(2), /NewMailEvent/);
  });

  it('ends with an error when its mailbox is being moved', async () => {
    await subscribe();
    sandbox.beginMailboxMove();
    assert.match(await listener.until(2), /ErrorMailboxMoveInProgress/);
    await until(() => sandbox.subscriptionCount === 0);
  });

  it('ends with an error when impersonation is taken away', async () => {
    sandbox.addMailbox('other@sandbox.example');
    sandbox.allowImpersonation(sandbox.user);
    const header = { impersonate: { smtpAddress: 'other@sandbox.example' } };
    const impersonating = new Client(sandbox, { header });
    await subscribe(impersonating);
    sandbox.revokeImpersonation(sandbox.user);
    assert.match(await listener.until(2), /ErrorAccessDenied/);
    await until(() => sandbox.subscriptionCount === 0);
    await impersonating.close();
  });
});
