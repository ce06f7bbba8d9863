import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { shapeOf } from '../../dist/src/details/shape-of.js';
import { writeGetAttachment } from '../../dist/src/protocol/get-attachment.js';
import { writeGetItem } from '../../dist/src/protocol/get-item.js';
import { startSandbox, type Sandbox } from '../../dist/src/sandbox/sandbox.js';
import { needsSchema, schemaErrors } from '../support/schema.js';
import { ManualClock } from '../support/manual-clock.js';
import { Client } from '../sandbox/client.js';

/** Everything that the sandbox sends as Exchange, held against the schema. */
describe('sandbox: what it sends is valid', () => {
  needsSchema();

  let clock: ManualClock;
  let sandbox: Sandbox;
  let client: Client;

  beforeEach(async () => {
    clock = new ManualClock();
    sandbox = await startSandbox({ clock });
    client = new Client(sandbox);
  });

  afterEach(async () => {
    await client.close();
    await sandbox.close();
  });

  function assertValid(envelopes: readonly string[]): void {
    assert.deepEqual(schemaErrors(...envelopes), []);
  }

  /** Every kind of event there is, with what XML has to escape. */
  function everything(): void {
    const mailbox = sandbox.mailbox();
    const item = mailbox.deliver({
      subject: 'a <b> & "c" \u{1f511}',
      from: { name: 'Zoë & <co>', address: 'z@x.example' },
    });
    mailbox.markRead(item);
    mailbox.copy(item, 'drafts');
    mailbox.move(item, 'junkemail');
    mailbox.delete(item);
    mailbox.hardDelete(item);
    mailbox.createAppointment({ start: 0, end: 3_600_000, location: 'Room "1"' }, { subject: 'Meeting' });
    const folder = mailbox.createFolder('A & B');
    mailbox.copyFolder(folder, 'inbox');
    mailbox.moveFolder(folder, 'inbox');
    mailbox.deleteFolder(folder, 'hard');
    mailbox.deliver({ body: '<p>Hello</p>', bodyType: 'HTML', cc: ['c@x.example'], categories: ['Red'] });
  }

  it('pull, with every kind of event and error', async () => {
    const envelopes: string[] = [];
    const { subscriptionId, watermark } = await client.subscribe();
    everything();
    const get = (id: string) =>
      `<m:GetEvents><m:SubscriptionId>${id}</m:SubscriptionId><m:Watermark>${watermark}</m:Watermark></m:GetEvents>`;
    const unsubscribe = `<m:Unsubscribe><m:SubscriptionId>${subscriptionId}</m:SubscriptionId></m:Unsubscribe>`;
    const subscribe =
      '<m:Subscribe><m:PullSubscriptionRequest SubscribeToAllFolders="true"><t:EventTypes>' +
      '<t:EventType>NewMailEvent</t:EventType></t:EventTypes><t:Timeout>1</t:Timeout>' +
      '</m:PullSubscriptionRequest></m:Subscribe>';
    const requests = [subscribe, get(subscriptionId), get(subscriptionId), get('AAAA'), unsubscribe, unsubscribe];
    for (const element of requests) envelopes.push((await client.send(element)).body);
    assert.match(envelopes[1] ?? '', /CopiedEvent.*MovedEvent.*FreeBusyChangedEvent/);
    sandbox.failNext({ code: 'ErrorServerBusy', backOffMs: 5 });
    envelopes.push((await client.send(get(subscriptionId))).body);
    assertValid(envelopes);
  });

  it('folders and items, in every shape', async () => {
    everything();
    const mailbox = sandbox.mailbox();
    const folders = ['inbox', 'calendar', 'contacts', 'tasks', 'root', 'publicfoldersroot']
      .map((id) => `<t:DistinguishedFolderId Id="${id}"/>`)
      .join('');
    const ids = [...mailbox.folder('inbox').items, ...mailbox.folder('calendar').items]
      .map(({ id }) => `<t:ItemId Id="${id}"/>`)
      .join('');
    const envelopes: string[] = [];
    for (const base of ['IdOnly', 'Default', 'AllProperties']) {
      const extended = (tag: string, type: string) =>
        `<t:ExtendedFieldURI PropertyTag="${tag}" PropertyType="${type}"/>`;
      const shape =
        `<t:BaseShape>${base}</t:BaseShape><t:AdditionalProperties><t:FieldURI FieldURI="folder:DisplayName"/>` +
        `<t:FieldURI FieldURI="folder:DistinguishedFolderId"/>${extended('0x670A', 'SystemTime')}` +
        `${extended('0x670B', 'Integer')}</t:AdditionalProperties>`;
      const items =
        `<t:BaseShape>${base}</t:BaseShape><t:IncludeMimeContent>true</t:IncludeMimeContent>` +
        `<t:AdditionalProperties><t:FieldURI FieldURI="item:LastModifiedTime"/>${extended('0x3008', 'SystemTime')}` +
        '</t:AdditionalProperties>';
      for (const element of [
        `<m:GetFolder><m:FolderShape>${shape}</m:FolderShape><m:FolderIds>${folders}</m:FolderIds></m:GetFolder>`,
        `<m:FindFolder Traversal="Deep"><m:FolderShape>${shape}</m:FolderShape><m:ParentFolderIds>${folders}</m:ParentFolderIds></m:FindFolder>`,
        `<m:FindItem Traversal="Shallow"><m:ItemShape>${items.replace(/<t:Inc.*?t>(?=<t:A)/, '')}</m:ItemShape><m:ParentFolderIds>${folders}</m:ParentFolderIds></m:FindItem>`,
        `<m:GetItem><m:ItemShape>${items}</m:ItemShape><m:ItemIds>${ids}<t:ItemId Id="AAAA"/></m:ItemIds></m:GetItem>`,
      ]) {
        const { status, body } = await client.send(element);
        assert.equal(status, 200);
        envelopes.push(body);
      }
    }
    assertValid(envelopes);
  });

  it('what is in items: attachments, meetings, contacts and tasks', async () => {
    const mailbox = sandbox.mailbox();
    const attachments = [{ name: 'ä & b.txt', contentType: 'text/plain', content: 'text' }];
    const ids = [
      mailbox.deliver({ subject: 'Re: with a file', body: '<p>a</p>', bodyType: 'HTML', attachments }),
      mailbox.createAppointment({
        ...{ start: 0, end: 1, location: 'here', isRecurring: true, freeBusy: 'OOF' },
        ...{ organizer: 'o@x.example', attendees: ['a@x.example', { name: 'B & C', address: 'b@x.example' }] },
      }),
      mailbox.create(
        { contact: { givenName: 'A', surname: 'B', emailAddress: 'a@x.example', mobilePhone: '1' } },
        'contacts',
      ),
      mailbox.create({ task: { startDate: 0, dueDate: 1, percentComplete: 100 } }, 'tasks'),
    ].map(({ id }) => ({ id }));
    const envelopes: string[] = [];
    for (const include of ['summary', 'body', 'mime'] as const) {
      const shape = shapeOf({ include, bodyType: 'html' }, 'Exchange2013');
      envelopes.push((await client.send(writeGetItem({ items: ids, shape }))).body);
    }
    for (const word of ['Attachments', 'Preview', 'ConversationId', 'RequiredAttendees', 'PhoneNumbers', 'DueDate']) {
      assert.ok(envelopes[0]?.includes(`<t:${word}`), word);
    }
    const [, id = ''] = /AttachmentId Id="([^"]+)"/.exec(envelopes[0] ?? '') ?? [];
    envelopes.push((await client.send(writeGetAttachment({ attachments: [id, 'none'] }))).body);
    assert.match(envelopes.at(-1) ?? '', /<t:Content>dGV4dA==.*ErrorInvalidAttachmentId/s);
    assertValid(envelopes);
  });

  // Where the schema says t:Notification, Exchange writes m:Notification.
  it('streams, but for the namespace of Notification', async () => {
    const { subscriptionId } = await client.subscribe({ delivery: 'streaming' });
    const stream = await client.stream([subscriptionId]);
    everything();
    const envelopes = [await stream.next(), await stream.next()];
    await clock.advance(60_000);
    envelopes.push(...(await stream.rest()), ...(await (await client.stream(['AAAA'])).rest()));
    assert.match(envelopes.join(''), /CopiedEvent.*StatusEvent.*Closed.*ErrorSubscriptionIds/s);
    assertValid(
      envelopes.map((envelope) => (envelope ?? '').replaceAll(/<(\/?)m:Notification>/g, '<$1t:Notification>')),
    );
  });

  it('push', async () => {
    const received: string[] = [];
    const listener = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      request.on('end', () => {
        received.push(body);
        response.end('<SendNotificationResult><SubscriptionStatus>OK</SubscriptionStatus></SendNotificationResult>');
        listener.emit('notification');
      });
    });
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/`;
    await client.subscribe({ delivery: 'push', statusFrequencyMinutes: 1, url });
    while (received.length < 1) await once(listener, 'notification');
    everything();
    while (received.length < 2) await once(listener, 'notification');
    listener.close();
    listener.closeAllConnections();
    assertValid(received);
  });
});
