import assert from 'node:assert/strict';
import { Activity } from '../../dist/src/sandbox/activity/activity.js';
import { addOrganization, BRANCHES, ROOM, SUPPORT } from '../../dist/src/sandbox/activity/organization.js';
import { startSandbox, type Sandbox } from '../../dist/src/sandbox/sandbox.js';
import { ManualClock } from '../support/manual-clock.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

describe('sandbox: activity', () => {
  let clock: ManualClock;
  let sandbox: Sandbox;
  let activity: Activity;
  beforeEach(async () => {
    clock = new ManualClock();
    sandbox = await startSandbox({ clock });
    addOrganization(sandbox);
    activity = new Activity(sandbox, clock, 5);
    activity.start();
  });
  afterEach(async () => {
    activity.stop();
    assert.deepEqual(clock.pending, []);
    await sandbox.close();
  });

  const kinds = (address: string) => {
    const { journal } = sandbox.mailbox(address);
    return new Set([...journal.after(0)].map(({ type }) => type));
  };
  /** So far happened in a mailbox. */
  const count = (address: string) => [...sandbox.mailbox(address).journal.after(0)].length;

  it('begins within two seconds, with new mail and a meeting', async () => {
    await clock.advance(2 * SECOND);
    assert.ok(kinds(sandbox.user).has('NewMail'));
    assert.ok(kinds(SUPPORT).has('NewMail'));
    assert.ok(kinds(ROOM).has('Created'));
    assert.ok(BRANCHES.some((address) => kinds(address).has('NewMail')));
  });

  it('goes on every few seconds', async () => {
    for (const quarter of [1, 2, 3, 4]) {
      const before = [sandbox.user, SUPPORT, ROOM].map(count);
      await clock.advance(15 * SECOND);
      const after = [sandbox.user, SUPPORT, ROOM].map(count);
      assert.ok(
        after.every((events, at) => events > before[at]!),
        `${before.join()} events, and ${after.join()} after the ${quarter}. quarter of a minute`,
      );
    }
  });

  it('brings every kind of event, to every branch, and keeps the mailboxes in bounds', async () => {
    await clock.advance(60 * MINUTE);
    for (const kind of ['NewMail', 'Created', 'Modified', 'Moved', 'Deleted', 'FreeBusyChanged'] as const) {
      assert.ok(kinds(sandbox.user).has(kind), kind);
    }
    for (const address of BRANCHES) assert.ok(kinds(address).has('NewMail'), address);
    for (const address of [sandbox.user, SUPPORT, ROOM, ...BRANCHES]) {
      for (const folder of sandbox.mailbox(address).store.folders) {
        assert.ok(folder.totalCount <= 110, `${address}: ${folder.displayName} holds ${folder.totalCount}`);
      }
    }
  });

  it('brings HTML, attachments, subjects in other scripts and recurring appointments now and then', async () => {
    await clock.advance(30 * MINUTE);
    const { store } = sandbox.mailbox();
    const items = [...store.folders].flatMap((folder) => [...folder.items]);
    const mails = items.filter(({ isCalendarItem }) => !isCalendarItem);
    assert.ok(mails.some(({ bodyType }) => bodyType === 'HTML') && mails.some(({ bodyType }) => bodyType === 'Text'));
    assert.ok(mails.some(({ attachments }) => attachments.length > 0));
    assert.ok(mails.some(({ subject }) => /\p{Script=Han}|\p{Script=Cyrillic}/u.test(subject)));
    const appointments = items.flatMap(({ appointment }) => (appointment ? [appointment] : []));
    assert.ok(appointments.some(({ isRecurring }) => isRecurring) && appointments.some((one) => !one.isRecurring));
  });

  it('books meetings that do not overlap, now and in the hour that comes, and cancels some', async () => {
    for (let hour = 0; hour < 3; hour += 1) {
      await clock.advance(60 * MINUTE);
      const meetings = [...sandbox.mailbox(ROOM).folder('calendar').items].map(({ appointment }) => appointment!);
      meetings.sort((one, other) => one.start - other.start);
      for (const [at, { start, end }] of meetings.entries()) {
        assert.ok(start < end && end < clock.now() + 60 * MINUTE);
        assert.ok(at === 0 || start >= meetings[at - 1]!.end, 'one begins when the one before has ended');
      }
    }
    for (const kind of ['Created', 'Modified', 'Moved'] as const) assert.ok(kinds(ROOM).has(kind), kind);
  });
});
