import assert from 'node:assert/strict';
import { startSandbox, type Sandbox } from '../../dist/src/sandbox/sandbox.js';
import { ManualClock } from '../support/manual-clock.js';
import { until } from '../support/wait.js';
import { ClientProcess } from './client-process.js';
import { itemEvents } from './happenings.js';
import { furnish, readsMail } from './reads-mail.js';
import { worksWithExchange } from './works-with-exchange.js';

/** The Python that Debian installs the package `python3-exchangelib` for. */
const PYTHON = process.env.EXCHANGELIB_PYTHON ?? '/usr/bin/python3';

const start = (sandbox: Sandbox) => new ClientProcess(PYTHON, 'exchangelib_client.py', sandbox);

describe('exchangelib and Exchange', () => worksWithExchange(start));

// It cannot pull there: it takes no answer to Subscribe without a watermark.
describe('exchangelib and grommunio', () => {
  let clock: ManualClock;
  let sandbox: Sandbox;
  let client: ClientProcess;

  before(async () => {
    clock = new ManualClock();
    sandbox = await startSandbox({ character: 'grommunio', clock });
    furnish(sandbox);
    client = start(sandbox);
  });

  after(async () => {
    await client.close();
    await sandbox.close();
  });

  readsMail(() => ({ sandbox, client }));

  it('streams what comes in', async () => {
    const id = await client.ask('subscribe', { delivery: 'streaming' });
    await client.ask('stream', { id });
    await until(() => sandbox.streamCount === 1);
    for (let count = 0; count < 2; count += 1) {
      const item = sandbox.mailbox().deliver();
      client.notifications.length = 0;
      await clock.advance(5_000);
      await client.until(() => client.notifications.length > 0);
      assert.deepEqual(itemEvents(client.notifications.flat()), [`Created ${item.id}`, `NewMail ${item.id}`]);
    }
    await client.ask('unsubscribe', { id });
    await client.until(() => client.ended.length > 0);
    assert.deepEqual(client.ended, [null]);
    assert.equal(sandbox.subscriptionCount, 0);
  });
});
