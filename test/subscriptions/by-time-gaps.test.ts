import assert from 'node:assert/strict';
import type { Folder } from '../../dist/src/sandbox/mailbox/folder.js';
import type { EventType } from '../../dist/src/protocol/event-type.js';
import { findByTime } from '../../dist/src/subscriptions/find-by-time.js';
import { ToldLog } from '../../dist/src/subscriptions/told-log.js';
import { INBOX, PullLab } from '../support/pull-lab.js';
import type { Recorder } from '../support/recorder.js';
import { until } from '../support/wait.js';

describe('catching up by time', () => {
  let lab: PullLab;

  afterEach(async () => {
    await lab.close();
  });

  const description = (events: readonly EventType[]) => ({ ...INBOX, events });

  /** What is told after a time in which `meanwhile` happened, and the server then refuses the watermark. */
  async function after(
    events: readonly EventType[],
    meanwhile: () => void,
    before: () => void = () => undefined,
  ): Promise<Recorder> {
    lab = await PullLab.open();
    before();
    await lab.clock.advance(600_000);
    const first = await lab.connected({ description: description(events) });
    await first.engine.close(true);
    lab.sandbox.moveMailbox();
    await lab.clock.advance(60_000);
    meanwhile();
    await lab.clock.advance(60_000);
    return (await lab.connected({ description: description(events) })).told;
  }

  for (const how of ['move', 'hardDelete'] as const) {
    it(`says that mail may be missing which came and went again by ${how}, where only mail is watched`, async () => {
      const told = await after(['NewMail'], () => {
        const mailbox = lab.sandbox.mailbox();
        const gone = mailbox.deliver({ subject: 'gone' });
        if (how === 'move') mailbox.move(gone, 'drafts');
        else mailbox.hardDelete(gone);
        mailbox.deliver({ subject: 'still there' });
      });
      assert.equal(told.items.length, 1);
      assert.deepEqual(
        told.gaps.map(({ reason }) => reason),
        ['watermark-refused'],
      );
      assert.ok(told.gaps[0]?.from !== undefined && told.gaps[0].until !== undefined);
    });
  }

  it('says nothing of the kind where nothing has left the folder', async () => {
    const told = await after(['NewMail'], () => lab.deliver(2));
    assert.equal(told.items.length, 2);
    assert.deepEqual(told.gaps, []);
  });

  /** A pull that is closed after what it told first; the server then refuses the watermark. */
  async function closedAfterFirst(begin: () => Promise<void>): Promise<Recorder> {
    const first = await lab.connected({ description: description(['Deleted']) });
    let closed: Promise<void> | undefined;
    first.told.onEvents = () => void (closed ??= first.engine.close(true));
    await begin();
    await lab.clock.advanceToNext();
    await until(() => closed !== undefined);
    await closed;
    lab.sandbox.moveMailbox();
    await lab.clock.advance(60_000);
    return (await lab.connected({ description: description(['Deleted']) })).told;
  }

  it('says that deletions may be missing from the last that was told on, where an answer did not hold all', async () => {
    lab = await PullLab.open();
    const box = lab.sandbox.mailbox();
    const mails = Array.from({ length: 60 }, () => box.deliver({ subject: 'doomed' }));
    await lab.clock.advance(600_000);
    let deletedAt = 0;
    const told = await closedAfterFirst(async () => {
      for (const [at, mail] of mails.entries()) {
        if (at === 50) deletedAt = lab.clock.now();
        box.hardDelete(mail);
        await lab.clock.advance(at === 50 ? 3000 : 10);
      }
    });
    assert.equal(told.gaps.length, 1);
    assert.ok(Date.parse(told.gaps[0]?.from ?? '') <= deletedAt, `${told.gaps[0]?.from}`);
  });

  it('says so from when an answer was looked up on, where it was long on its way', async () => {
    lab = await PullLab.open();
    const box = lab.sandbox.mailbox();
    const [first, second] = [box.deliver({ subject: 'doomed' }), box.deliver({ subject: 'doomed' })];
    await lab.clock.advance(600_000);
    let deletedAt = 0;
    const told = await closedAfterFirst(async () => {
      box.hardDelete(first);
      lab.sandbox.failNext({ operation: 'GetEvents', delayMs: 3000 });
      const asked = new Promise<void>((resolve) => {
        lab.sandbox.onRequest(({ operation }) => {
          if (operation === 'GetEvents') resolve();
        });
      });
      await lab.clock.advanceToNext();
      await asked;
      await lab.clock.advance(1000);
      deletedAt = lab.clock.now();
      box.hardDelete(second);
      await lab.clock.advance(1000);
    });
    assert.equal(told.gaps.length, 1);
    assert.ok(Date.parse(told.gaps[0]?.from ?? '') <= deletedAt, `${told.gaps[0]?.from}`);
  });

  for (const what of ['made', 'renamed', 'moved away'] as const) {
    it(`says that something may be missing where a folder in the watched one was ${what}, and nothing else`, async () => {
      let folder: Folder | undefined;
      const told = await after(
        ['Created', 'Modified', 'Moved'],
        () => {
          const mailbox = lab.sandbox.mailbox();
          if (what === 'renamed') mailbox.modifyFolder(folder!, { displayName: 'Other' });
          else if (what === 'made') mailbox.createFolder('New', 'inbox');
          else mailbox.moveFolder(folder!, 'drafts');
        },
        () => {
          if (what !== 'made') folder = lab.sandbox.mailbox().createFolder('New', 'inbox');
        },
      );
      assert.equal(told.gaps.length, 1);
    });
  }

  it('says nothing of the kind where there is no folder in it', async () => {
    const told = await after(['Created', 'Modified', 'Deleted'], () => undefined);
    assert.deepEqual(told.gaps, []);
  });

  it('tells that the folder was changed, with how many are unread', async () => {
    const told = await after(['Modified'], () => lab.deliver(2));
    const changes = told.batches.flatMap(({ events }) => events).filter((event) => 'folderId' in event);
    assert.deepEqual(
      changes.map((event) => [event.eventType, 'unreadCount' in event ? event.unreadCount : undefined]),
      [['Modified', 2]],
    );
    assert.deepEqual(told.gaps, []);
  });

  it('tells a change of something new once, with its being new', async () => {
    const told = await after(['NewMail', 'Modified'], () => {
      const mailbox = lab.sandbox.mailbox();
      const item = mailbox.deliver({ subject: 'new' });
      mailbox.modify(item, { subject: 'changed' });
    });
    const kinds = () =>
      told.batches
        .flatMap(({ events }) => events)
        .filter((event) => 'itemId' in event)
        .map(({ eventType }) => eventType);
    assert.deepEqual(kinds(), ['NewMail']);
  });

  describe('on a server without watermarks', () => {
    /** Once more by time, which a lost answer calls for, with what was counted before. */
    async function lostAnswer(told: Recorder, meanwhile: () => void): Promise<void> {
      await lab.clock.advance(1000);
      meanwhile();
      lab.sandbox.failNext({ operation: 'GetEvents', reset: 'before' });
      await lab.next(told);
      await lab.next(told);
    }

    it('knows what had left the folder before', async () => {
      lab = await PullLab.open({ character: 'grommunio' });
      const mailbox = lab.sandbox.mailbox();
      mailbox.hardDelete(mailbox.deliver({ subject: 'long gone' }));
      await lab.clock.advance(600_000);
      const { told } = await lab.connected({ description: description(['NewMail']) });
      await lostAnswer(told, () => lab.deliver(1));
      assert.deepEqual([told.items.length, told.gaps], [1, []]);
      await lostAnswer(told, () => {
        mailbox.hardDelete(mailbox.deliver({ subject: 'gone' }));
      });
      assert.equal(told.gaps.length, 1);
      await lostAnswer(told, () => lab.deliver(1));
      assert.deepEqual([told.items.length, told.gaps.length], [2, 1]);
    });
  });
});

describe('finding by time', () => {
  it('takes what changed in the second of the last event for later, however exactly the time of that is known', async () => {
    const lab = await PullLab.open({ character: 'grommunio' });
    try {
      const account = lab.account();
      const ask = {
        ...{ connection: await account.connect(), account, signal: new AbortController().signal },
        description: { ...INBOX, events: ['Modified', 'Moved'] as EventType[] },
      };
      await lab.clock.advance(60_490);
      lab.deliver(1);
      const upTo = lab.clock.now();
      await lab.clock.advance(200);
      lab.deliver(1);
      const { events, untold } = await findByTime(ask, upTo, new ToldLog());
      const ofFolders = events.filter((event) => 'folderId' in event);
      assert.deepEqual(
        ofFolders.map((event) => 'unreadCount' in event && event.unreadCount),
        [2],
      );
      assert.equal(untold, true, 'something may have been moved in that second too');
    } finally {
      await lab.close();
    }
  });
});
