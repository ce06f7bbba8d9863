import assert from 'node:assert/strict';
import type { Sandbox } from '../../dist/src/sandbox/sandbox.js';
import type { ClientProcess } from './client-process.js';

/** Newest first, as the clients ask for them. */
const LETTERS = [
  { subject: 'Löhne & Gehälter <2026>', from: 'zoë@example.com', received: '2026-02-28T12:00:00Z', isRead: false },
  { subject: 'Tolls', from: 'ada@example.com', received: '2026-02-27T09:30:00Z', isRead: true },
  { subject: 'Bolts', from: 'ada@example.com', received: '2026-01-05T23:59:59Z', isRead: false },
];
const SINCE = '2026-02-27T09:30:00Z';

/** Puts folders and letters into the demo mailbox. */
export function furnish(sandbox: Sandbox): void {
  const mailbox = sandbox.mailbox();
  mailbox.createFolder('Bridges', mailbox.createFolder('Projects'));
  for (const letter of [...LETTERS].reverse()) {
    mailbox.deliver({ ...letter, body: `About: ${letter.subject}`, received: Date.parse(letter.received) });
  }
}

export function isInstant(time: string | null, expected: string | number): void {
  assert.equal(new Date(time ?? Number.NaN).toISOString(), new Date(expected).toISOString());
}

/** What every client can read of a mailbox that is furnished so, in any character. */
export function readsMail(lab: () => { sandbox: Sandbox; client: ClientProcess }): void {
  it('reads the tree of folders', async () => {
    const { sandbox, client } = lab();
    const folders = await client.ask('folders');
    const find = (wanted: string) => folders.find(({ path }) => path === wanted);
    const mailbox = sandbox.mailbox();
    assert.deepEqual(find('Inbox'), { id: mailbox.folder('inbox').id, path: 'Inbox', count: 3 });
    assert.equal(find('Projects')?.id, mailbox.folder('Projects').id);
    assert.equal(find('Projects/Bridges')?.id, mailbox.folder('Bridges').id);
    for (const path of ['Drafts', 'Sent Items', 'Deleted Items', 'Calendar', 'Contacts']) assert.ok(find(path), path);
  });

  it('finds items', async () => {
    const items = await lab().client.ask('items');
    assert.deepEqual(
      items.map(({ subject, from, isRead }) => ({ subject, from, isRead })),
      LETTERS.map(({ subject, from, isRead }) => ({ subject, from, isRead })),
    );
    for (const [index, { received }] of items.entries()) isInstant(received, LETTERS[index]!.received);
  });

  it('finds items that came since then', async () => {
    const items = await lab().client.ask('items', { since: SINCE });
    assert.deepEqual(
      items.map(({ subject }) => subject),
      [LETTERS[0]!.subject, LETTERS[1]!.subject],
    );
  });

  it('gets an item', async () => {
    const { sandbox, client } = lab();
    const [found] = await client.ask('items');
    const item = await client.ask('item', { id: found!.id });
    assert.equal(item.subject, LETTERS[0]!.subject);
    assert.equal(item.body, `About: ${LETTERS[0]!.subject}`);
    assert.deepEqual(item.to, [sandbox.user]);
  });

  it('learns that an item is gone', async () => {
    const { sandbox, client } = lab();
    const item = sandbox.mailbox().create({}, 'drafts');
    const { id } = item;
    sandbox.mailbox().hardDelete(item);
    await assert.rejects(client.ask('item', { id }), { name: /^(ErrorItemNotFound|DoesNotExist)$/ });
  });
}
