import assert from 'node:assert/strict';
import type { DetailsSettings } from '../../dist/src/details/details-settings.js';
import { DetailsLab, eventOf, type Payload, SUMMARY } from '../support/details-lab.js';

describe('what messages hold of items', () => {
  let lab: DetailsLab;
  beforeEach(async () => (lab = await DetailsLab.open()));
  afterEach(() => lab.close());

  const pdf = { name: 'Übersicht.pdf', contentType: 'application/pdf', content: '%PDF-1.7' };

  async function about(id: string, settings: Partial<DetailsSettings> = SUMMARY): Promise<Payload> {
    const [payload] = await lab.send(lab.run(settings), [eventOf(id)]);
    return payload!;
  }

  it('of a mail: who wrote what to whom, and its attachments', async () => {
    const mail = lab.mailbox.deliver({
      subject: 'Grüße & <mehr> 😀',
      from: { name: 'Zoë', address: 'zoe@x.example' },
      cc: ['c@x.example'],
      body: '<p>Hello&nbsp;there</p>',
      bodyType: 'HTML',
      importance: 'High',
      categories: ['Red'],
      attachments: [pdf],
    });
    const { item, itemError } = await about(mail.id);
    assert.equal(itemError, undefined);
    const { itemId, parentFolderId, conversationId, internetMessageId, attachments, size, ...rest } = item;
    const time = '2026-03-02T08:00:00Z';
    assert.deepEqual(rest, {
      kind: 'Message',
      itemClass: 'IPM.Note',
      subject: 'Grüße & <mehr> 😀',
      sensitivity: 'Normal',
      importance: 'High',
      categories: ['Red'],
      hasAttachments: true,
      isDraft: false,
      isRead: false,
      preview: 'Hello there',
      dateTimeReceived: time,
      dateTimeSent: time,
      dateTimeCreated: time,
      lastModifiedTime: time,
      from: { name: 'Zoë', emailAddress: 'zoe@x.example', routingType: 'SMTP' },
      sender: { name: 'Zoë', emailAddress: 'zoe@x.example', routingType: 'SMTP' },
      toRecipients: [{ name: lab.mailbox.displayName, emailAddress: lab.base.sandbox.user, routingType: 'SMTP' }],
      ccRecipients: [{ name: 'c@x.example', emailAddress: 'c@x.example', routingType: 'SMTP' }],
    });
    assert.deepEqual(itemId, { id: mail.id, changeKey: mail.changeKey });
    assert.equal(parentFolderId.id, lab.mailbox.folder('inbox').id);
    assert.ok(conversationId.id && internetMessageId && size > 0);
    const [{ attachmentId, ...attached }] = attachments;
    assert.ok(attachmentId);
    assert.deepEqual(attached, {
      kind: 'FileAttachment',
      name: 'Übersicht.pdf',
      contentType: 'application/pdf',
      size: 8,
      isInline: false,
    });
  });

  it('its body, as text or as HTML', async () => {
    const { id } = lab.mailbox.deliver({ body: '<p>1 &lt; 2</p>', bodyType: 'HTML' });
    const text = await about(id, { include: 'body', bodyType: 'text' });
    assert.deepEqual([text.item.body, text.item.bodyType], ['1 < 2', 'text']);
    const html = await about(id, { include: 'body', bodyType: 'html' });
    assert.deepEqual([html.item.body, html.item.bodyType], ['<p>1 &lt; 2</p>', 'html']);
  });

  it('the whole message as a Buffer', async () => {
    const { id } = lab.mailbox.deliver({ subject: 'whole', body: 'b', attachments: [pdf] });
    const { item } = await about(id, { include: 'mime', bodyType: 'text' });
    assert.ok(Buffer.isBuffer(item.mime));
    assert.match(item.mime.toString(), /^Subject: whole\r\n.*multipart\/mixed.*application\/pdf/ms);
  });

  it('of an appointment: when and where it is, and who comes', async () => {
    const start = Date.parse('2026-04-01T10:00:00Z');
    const { id } = lab.mailbox.createAppointment(
      {
        ...{ start, end: start + 3_600_000, location: 'Zürich', isRecurring: true, freeBusy: 'OOF' },
        ...{ organizer: { name: 'Org', address: 'o@x.example' }, attendees: ['a@x.example'] },
      },
      { subject: 'Weekly' },
    );
    const { item } = await about(id);
    assert.equal(item.kind, 'CalendarItem');
    assert.deepEqual([item.start, item.end], ['2026-04-01T10:00:00Z', '2026-04-01T11:00:00Z']);
    assert.deepEqual(
      [item.location, item.isRecurring, item.isAllDayEvent, item.isCancelled],
      ['Zürich', true, false, false],
    );
    assert.deepEqual([item.legacyFreeBusyStatus, item.myResponseType], ['OOF', 'NoResponseReceived']);
    assert.equal(item.organizer.emailAddress, 'o@x.example');
    const attendee = { name: 'a@x.example', emailAddress: 'a@x.example', routingType: 'SMTP' };
    assert.deepEqual(item.attendees, [{ ...attendee, responseType: 'NoResponseReceived' }]);
  });

  it('of contacts and tasks their main fields', async () => {
    const contact = lab.mailbox.create(
      { contact: { givenName: 'Ada', surname: 'Byron', emailAddress: 'ada@x.example', mobilePhone: '+41 1' } },
      'contacts',
    );
    const task = lab.mailbox.create({ subject: 'Do it', task: { dueDate: 0, percentComplete: 50 } }, 'tasks');
    const running = lab.run();
    const [ofContact, ofTask] = await lab.send(running, [eventOf(contact.id), eventOf(task.id)]);
    assert.equal(ofContact!.item.displayName, 'Ada Byron');
    assert.deepEqual(ofContact!.item.emailAddresses, { EmailAddress1: 'ada@x.example' });
    assert.deepEqual(ofContact!.item.phoneNumbers, { MobilePhone: '+41 1' });
    assert.deepEqual([ofTask!.item.dueDate, ofTask!.item.status], ['1970-01-01T00:00:00Z', 'InProgress']);
    assert.deepEqual([ofTask!.item.percentComplete, ofTask!.item.isComplete], [50, false]);
  });

  it('of a folder its name, class and counts', async () => {
    lab.mailbox.deliver();
    const inbox = lab.mailbox.folder('inbox');
    const [payload] = await lab.send(lab.run(), [eventOf('', 'Modified', { folderId: { id: inbox.id } })]);
    const { displayName, folderClass, totalCount, unreadCount, childFolderCount } = payload!.item;
    assert.deepEqual(
      [displayName, folderClass, totalCount, unreadCount, childFolderCount],
      ['Inbox', 'IPF.Note', 1, 1, 0],
    );
  });

  it('nothing of what was deleted, and quietly why of what is gone', async () => {
    const gone = lab.mailbox.deliver();
    lab.mailbox.hardDelete(gone);
    const running = lab.run();
    const before = lab.base.requests.length;
    const [deleted] = await lab.send(running, [eventOf(gone.id, 'Deleted')]);
    assert.equal(deleted!.item, null);
    assert.ok(!('itemError' in deleted!));
    assert.equal(lab.base.requests.length, before, 'nothing is asked for');
    const [created] = await lab.send(running, [eventOf(gone.id)]);
    assert.equal(created!.item, null);
    assert.equal(created!.itemError.code, 'ErrorItemNotFound');
    assert.deepEqual(running.troubles, []);
  });

  it('leaves out what calendar changes make for a moment', async () => {
    const temporary = lab.mailbox.create({ itemClass: 'IPM.SchedulePlus.FreeBusy.BinaryData' }, 'calendar');
    const { id } = lab.mailbox.deliver();
    const running = lab.run();
    await running.outbox.take({ subscriptionId: 's', events: [eventOf(temporary.id)], recovered: false });
    await lab.send(running, [eventOf(id)]);
    assert.deepEqual(running.told.items, [id]);
  });

  it('two messages about the same item share nothing that a flow could change', async () => {
    const { id } = lab.mailbox.deliver({ categories: ['Red'] });
    const [one, other] = await lab.send(lab.run(), [eventOf(id), eventOf(id, 'Modified')]);
    one!.item.categories.push('Blue');
    assert.deepEqual(other!.item.categories, ['Red']);
  });
});
