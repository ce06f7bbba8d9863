import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { startSandbox } from '../../dist/src/sandbox/sandbox.js';
import { projectRoot } from '../support/fixture.js';
import { Client } from './client.js';

describe('sandbox: cost', () => {
  it('keeps 10,000 mailboxes with a subscription each in 300 MB', function () {
    this.timeout(60_000);
    const program = join(projectRoot, 'dist-test', 'sandbox', 'many-mailboxes.js');
    const { stdout, stderr } = spawnSync(process.execPath, [program, '10000'], { encoding: 'utf8', timeout: 60_000 });
    const { subscriptions, megabytes } = JSON.parse(stdout || '{}') as { subscriptions: number; megabytes: number };
    assert.equal(subscriptions, 10_000, stderr);
    assert.ok(megabytes < 300, `${megabytes} MB`);
  });

  it('emits 20,000 events a second on a stream, counted in its own CPU time', async () => {
    const sandbox = await startSandbox();
    const client = new Client(sandbox);
    const { subscriptionId } = await client.subscribe({ delivery: 'streaming' });
    const stream = await client.stream([subscriptionId]);
    const mails = 4000;
    const before = process.cpuUsage();
    let last = '';
    for (let mail = 0; mail < mails; mail++) {
      last = sandbox.mailbox().deliver().id;
      if (mail % 20 === 19) await new Promise(setImmediate);
    }
    for (let envelope = ''; !envelope.includes(last); ) envelope = await stream.until(/NewMail/);
    const { user, system } = process.cpuUsage(before);
    const eventsPerSecond = (3 * mails * 1e6) / (user + system);
    // The reader's time is counted too, and the first events are slow: the sandbox alone does several times as many.
    assert.ok(eventsPerSecond > 20_000, `${Math.round(eventsPerSecond)} events per second of CPU time`);
    await client.close();
    await sandbox.close();
  });
});
