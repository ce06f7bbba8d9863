import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { Activity } from '../../dist/src/sandbox/activity/activity.js';
import { Random } from '../../dist/src/sandbox/random.js';
import { startSandbox } from '../../dist/src/sandbox/sandbox.js';
import { closeSharedSandbox, sharedSandbox } from '../../dist/src/sandbox/shared-sandbox.js';
import { projectRoot } from '../support/fixture.js';
import { ManualClock } from '../support/manual-clock.js';
import { Client } from './client.js';
import { brief } from './events.js';

const SECOND = 1000;

describe('sandbox: the shared one', () => {
  after(closeSharedSandbox);

  it('is one for the process, until it is closed', async () => {
    const [one, two] = await Promise.all([sharedSandbox(), sharedSandbox()]);
    assert.equal(one, two);
    await closeSharedSandbox();
    assert.notEqual(await sharedSandbox(), one);
  });

  it('does not keep the process alive', () => {
    const module = JSON.stringify(join(projectRoot, 'dist/src/sandbox/shared-sandbox.js'));
    const script =
      `require(${module}).sharedSandbox().then(({ url }) => fetch(url, { method: 'POST' }))` +
      '.then(({ status }) => console.log(status))';
    const { status, stdout } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8', timeout: 60_000 });
    assert.equal(status, 0);
    assert.equal(stdout.trim(), '401');
  });
});

describe('sandbox: activity', () => {
  it('begins within two seconds, goes on every few seconds, and keeps the mailbox in bounds', async () => {
    const clock = new ManualClock();
    const sandbox = await startSandbox({ clock });
    const client = new Client(sandbox);
    const mailbox = sandbox.mailbox();
    const activity = new Activity(mailbox, clock, new Random(5));
    const { subscriptionId, watermark } = await client.subscribe();
    activity.start();
    await clock.advance(2 * SECOND);
    const first = await client.getEvents(subscriptionId, watermark);
    assert.deepEqual(brief(first.events), ['Created item', 'NewMail item', 'Modified folder 1']);
    for (const quarter of [1, 2, 3, 4]) {
      const before = mailbox.journal.last;
      await clock.advance(15 * SECOND);
      assert.ok(mailbox.journal.last > before, `something happens in the ${quarter}. quarter of a minute`);
    }
    await clock.advance(3600 * SECOND);
    const kinds = new Set<string>();
    for (const { type } of mailbox.journal.after(0)) kinds.add(type);
    for (const kind of ['NewMail', 'Created', 'Modified', 'Moved', 'Deleted', 'FreeBusyChanged'])
      assert.ok(kinds.has(kind));
    for (const folder of mailbox.store.folders) assert.ok(folder.totalCount <= 110, folder.displayName);
    activity.stop();
    assert.deepEqual(clock.pending, []);
    await client.close();
    await sandbox.close();
  });
});
