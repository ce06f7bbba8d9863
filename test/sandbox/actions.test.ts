import assert from 'node:assert/strict';
import type { Mailbox } from '../../dist/src/sandbox/mailbox/mailbox.js';
import { startSandbox, type Sandbox } from '../../dist/src/sandbox/sandbox.js';
import { Client } from './client.js';
import { brief } from './events.js';

/** What is done in a mailbox, and what a subscription to all folders is told of it. */
const HOUR = 3_600_000;

describe('sandbox: what actions raise', () => {
  let sandbox: Sandbox;
  let client: Client;
  let mailbox: Mailbox;

  async function start(character: 'exchange' | 'grommunio'): Promise<void> {
    sandbox = await startSandbox({ character });
    client = new Client(sandbox);
    mailbox = sandbox.mailbox();
  }

  /** What a subscription to all folders, or to the inbox, hears of an action. */
  async function heard(action: () => unknown, scope: 'all' | 'inbox' = 'all'): Promise<string[]> {
    const { subscriptionId, watermark } = await client.subscribe({
      scope: scope === 'all' ? { allFolders: true } : { folders: [{ id: 'inbox' }] },
    });
    action();
    const { events } = await client.getEvents(subscriptionId, watermark);
    await client.unsubscribe(subscriptionId);
    return brief(events);
  }

  afterEach(async () => {
    await client.close();
    await sandbox.close();
  });

  describe('as Exchange', () => {
    beforeEach(() => start('exchange'));

    it('items: delivered, created, read, changed', async () => {
      assert.deepEqual(await heard(() => mailbox.deliver()), ['Created item', 'NewMail item', 'Modified folder 1']);
      assert.deepEqual(await heard(() => mailbox.create()), ['Created item', 'Modified folder 0']);
      const item = mailbox.deliver();
      assert.deepEqual(await heard(() => mailbox.markRead(item)), ['Modified item', 'Modified folder 1']);
      assert.deepEqual(await heard(() => mailbox.markRead(item, false)), ['Modified item', 'Modified folder 2']);
      assert.deepEqual(await heard(() => mailbox.modify(item, { subject: 'New' })), ['Modified item']);
    });

    it('items: moved and copied, with their old ids', async () => {
      const item = mailbox.deliver();
      const before = item.id;
      const { subscriptionId, watermark } = await client.subscribe({ events: ['Moved', 'Copied'] });
      mailbox.move(item, 'drafts');
      const copy = mailbox.copy(item, 'inbox');
      const { events } = await client.getEvents(subscriptionId, watermark);
      const [moved, copied] = events;
      assert.ok(moved?.eventType === 'Moved' && 'oldItemId' in moved);
      assert.equal(moved.oldItemId.id, before);
      assert.equal(moved.itemId.id, item.id);
      assert.equal(moved.oldParentFolderId.id, mailbox.folder('inbox').id);
      assert.equal(moved.parentFolderId.id, mailbox.folder('drafts').id);
      assert.ok(copied?.eventType === 'Copied' && 'oldItemId' in copied);
      assert.equal(copied.oldItemId.id, item.id);
      assert.equal(copied.itemId.id, copy.id);
      assert.notEqual(before, item.id);
    });

    it('deletions: as a move on a named folder, as Deleted and Created on all; for good always as Deleted', async () => {
      const folders = ['Modified folder 0', 'Modified folder 1'];
      const deleted = ['Deleted item', 'Created item', ...folders];
      assert.deepEqual(await heard(() => mailbox.delete(mailbox.deliver())), [
        'Created item',
        'NewMail item',
        'Modified folder 1',
        ...deleted,
      ]);
      const [one, two, three] = [mailbox.deliver(), mailbox.deliver(), mailbox.deliver()];
      assert.deepEqual(await heard(() => mailbox.delete(one), 'inbox'), ['Moved item', 'Modified folder 2']);
      assert.deepEqual(await heard(() => mailbox.softDelete(two), 'inbox'), ['Moved item', 'Modified folder 1']);
      assert.deepEqual(await heard(() => mailbox.hardDelete(three), 'inbox'), ['Deleted item', 'Modified folder 0']);
      const four = mailbox.deliver();
      assert.deepEqual(await heard(() => mailbox.hardDelete(four)), ['Deleted item', 'Modified folder 0']);
    });

    it('folders: made, renamed, moved, copied, deleted', async () => {
      const folder = mailbox.createFolder('A');
      assert.deepEqual(await heard(() => mailbox.createFolder('B')), ['Created folder', 'Modified folder 0']);
      const rename = () => mailbox.modifyFolder(folder, { displayName: 'C' });
      assert.deepEqual(await heard(rename), ['Modified folder 0']);
      const both = ['Modified folder 0', 'Modified folder 0'];
      assert.deepEqual(await heard(() => mailbox.moveFolder(folder, 'inbox')), ['Moved folder', ...both]);
      assert.deepEqual(await heard(() => mailbox.copyFolder(folder, 'drafts')), ['Copied folder', 'Modified folder 0']);
      const trashed = ['Deleted folder', 'Created folder', ...both];
      assert.deepEqual(await heard(() => mailbox.deleteFolder(folder)), trashed);
      assert.deepEqual(await heard(() => mailbox.deleteFolder(folder, 'hard')), [
        'Deleted folder',
        'Modified folder 0',
      ]);
      assert.throws(() => mailbox.moveFolder('inbox', 'inbox'), /into itself/);
      assert.throws(() => mailbox.deleteFolder('inbox'), /cannot be deleted/);
    });

    it('appointments: several events, one of them about an item that is never found', async () => {
      const { subscriptionId, watermark } = await client.subscribe();
      const item = mailbox.createAppointment({ start: 0, end: HOUR, location: 'Room 1' }, { subject: 'Meeting' });
      const { events } = await client.getEvents(subscriptionId, watermark);
      assert.deepEqual(brief(events), [
        'Created item',
        'Modified item',
        'Modified folder 0',
        'FreeBusyChanged item',
        'Created item',
        'Modified item',
        'Modified folder 0',
      ]);
      const ids = events.flatMap((event) => ('itemId' in event ? [event.itemId] : []));
      const temporary = ids.find(({ id }) => id !== item.id);
      assert.ok(temporary);
      const { body } = await client.send(
        '<m:GetItem><m:ItemShape><t:BaseShape>Default</t:BaseShape></m:ItemShape>' +
          `<m:ItemIds><t:ItemId Id="${item.id}"/><t:ItemId Id="${temporary.id}"/></m:ItemIds></m:GetItem>`,
      );
      assert.match(body, /<t:CalendarItem>.*<t:Location>Room 1<\/t:Location>.*ErrorItemNotFound/);
    });

    it('carries the stub of a change key in notifications, and the whole one elsewhere', async () => {
      const { subscriptionId, watermark } = await client.subscribe();
      const item = mailbox.deliver();
      const { events } = await client.getEvents(subscriptionId, watermark);
      assert.ok(events[0] && 'itemId' in events[0]);
      assert.equal(events[0].itemId.changeKey, 'CQAAAA==');
      assert.equal(events[0].parentFolderId.changeKey, 'AQAAAA==');
      const before = item.changeKey;
      assert.match(before, /^CQAAABYAAA[A-Za-z0-9+/]{30}$/);
      mailbox.modify(item, { subject: 'New' });
      assert.notEqual(item.changeKey, before);
    });
  });

  describe('as grommunio', () => {
    beforeEach(() => start('grommunio'));

    // The order is that of the captured streams of a running server.
    it('items and folders, on all folders', async () => {
      assert.deepEqual(await heard(() => mailbox.deliver()), ['Created item', 'Modified folder 1', 'NewMail item']);
      const item = mailbox.deliver();
      const twice = ['Modified item', 'Modified folder 2', 'Modified item', 'Modified folder 2'];
      assert.deepEqual(await heard(() => mailbox.modify(item, { subject: 'New' })), twice);
      assert.deepEqual(await heard(() => mailbox.copy(item, 'drafts')), ['Copied item', 'Modified folder 1']);
      const moved = ['Moved item', 'Modified folder 1', 'Modified folder 2'];
      assert.deepEqual(await heard(() => mailbox.move(item, 'drafts')), moved);
      assert.deepEqual(await heard(() => mailbox.hardDelete(item)), ['Deleted item', 'Modified folder 1']);
      assert.deepEqual(await heard(() => mailbox.createFolder('A', 'inbox')), ['Created folder', 'Modified folder 1']);
    });

    it('only what comes in, and changes of the folder itself, on a named folder', async () => {
      const item = mailbox.deliver();
      const delivered = ['Created item', 'Modified folder 2', 'NewMail item'];
      assert.deepEqual(await heard(() => mailbox.deliver(), 'inbox'), delivered);
      const changed = ['Modified folder 2', 'Modified folder 2'];
      assert.deepEqual(await heard(() => mailbox.modify(item, { subject: 'New' }), 'inbox'), changed);
      assert.deepEqual(await heard(() => mailbox.copy(item, 'drafts'), 'inbox'), []);
      assert.deepEqual(await heard(() => mailbox.move(item, 'drafts'), 'inbox'), ['Modified folder 1']);
    });
  });
});
