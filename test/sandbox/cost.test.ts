import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { startSandbox } from '../../dist/src/sandbox/sandbox.js';
import { projectRoot } from '../support/fixture.js';
import { Client } from './client.js';

describe('sandbox: cost', () => {
  it('keeps 10,000 mailboxes with a subscription each in 300 MB', () => {
    const program = join(projectRoot, 'dist-test', 'sandbox', 'many-mailboxes.js');
    const { stdout, stderr } = spawnSync(process.execPath, [program, '10000'], { encoding: 'utf8', timeout: 60_000 });
    const { subscriptions, megabytes } = JSON.parse(stdout || '{}') as { subscriptions: number; megabytes: number };
    assert.equal(subscriptions, 10_000, stderr);
    assert.ok(megabytes < 300, `${megabytes} MB`);
  });

  it('emits 20,000 events a second on a stream, counted in CPU time', async () => {
    const sandbox = await startSandbox();
    const client = new Client(sandbox);
    const { subscriptionId } = await client.subscribe({ delivery: 'streaming' });
    const stream = await client.stream([subscriptionId]);
    await stream.next();
    stream.keepOnlyTail();
    const mailbox = sandbox.mailbox();
    const deliver = async (mails: number) => {
      let last = '';
      for (let mail = 0; mail < mails; mail++) {
        last = mailbox.deliver().id;
        if (mail % 20 === 19) await new Promise(setImmediate);
      }
      return last;
    };
    // The first ones are slow, before the code is compiled.
    await stream.untilTail(await deliver(1000));
    const mails = 4000;
    const before = process.cpuUsage();
    await stream.untilTail(await deliver(mails));
    const { user, system } = process.cpuUsage(before);
    const eventsPerSecond = Math.round((3 * mails * 1e6) / (user + system));
    assert.ok(eventsPerSecond > 20_000, `${eventsPerSecond} events per second`);
    await client.close();
    await sandbox.close();
  });
});
