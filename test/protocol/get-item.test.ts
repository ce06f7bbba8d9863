import assert from 'node:assert/strict';
import { getItem, isItemGone, writeGetItem } from '../../dist/src/protocol/get-item.js';
import { answer, failure, read, success } from './envelopes.js';
import { refusal } from './refusal.js';

const items = (content: string) => success('GetItem', `<m:Items>${content}</m:Items>`);
const mailbox = (name: string) =>
  `<t:Mailbox><t:Name>${name}</t:Name><t:EmailAddress>${name}@example.test</t:EmailAddress>` +
  '<t:RoutingType>SMTP</t:RoutingType></t:Mailbox>';
const person = (name: string) => ({ name, emailAddress: `${name}@example.test`, routingType: 'SMTP' });

describe('GetItem', () => {
  it('is written with its shape, in the order of the schema', () => {
    assert.equal(
      writeGetItem({
        items: [{ id: 'A&B', changeKey: 'k"' }, { id: '2' }],
        shape: { base: 'Default', includeMimeContent: true, bodyType: 'Text', properties: ['item:Preview'] },
      }),
      '<m:GetItem><m:ItemShape><t:BaseShape>Default</t:BaseShape><t:IncludeMimeContent>true</t:IncludeMimeContent>' +
        '<t:BodyType>Text</t:BodyType><t:AdditionalProperties><t:FieldURI FieldURI="item:Preview"/>' +
        '</t:AdditionalProperties></m:ItemShape><m:ItemIds><t:ItemId Id="A&amp;B" ChangeKey="k&quot;"/>' +
        '<t:ItemId Id="2"/></m:ItemIds></m:GetItem>',
    );
    assert.equal(
      writeGetItem({ items: [{ id: '1' }], shape: { base: 'IdOnly' } }),
      '<m:GetItem><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape>' +
        '<m:ItemIds><t:ItemId Id="1"/></m:ItemIds></m:GetItem>',
    );
  });

  it('is not written for nothing', () => {
    const shape = { base: 'IdOnly' } as const;
    refusal(() => writeGetItem({ items: [], shape }), 'EWS_INVALID_REQUEST', /No item is named/);
    refusal(() => writeGetItem({ items: [{ id: '' }], shape }), 'EWS_INVALID_REQUEST', /id of an item is empty/);
  });

  it('is read: a message', () => {
    const message =
      '<t:Message><t:MimeContent CharacterSet="UTF-8">RnJvbTo=</t:MimeContent><t:ItemId Id="1" ChangeKey="k"/>' +
      '<t:ParentFolderId Id="p"/><t:ItemClass>IPM.Note</t:ItemClass><t:Subject>a &lt;b&gt; &#x1F600;</t:Subject>' +
      '<t:Sensitivity>Normal</t:Sensitivity><t:Body BodyType="HTML" IsTruncated="false">&lt;p&gt;1&amp;amp;2&lt;/p&gt;' +
      '</t:Body><t:DateTimeReceived>2026-01-02T03:04:05Z</t:DateTimeReceived><t:Size>386</t:Size>' +
      '<t:Categories><t:String>red</t:String><t:String>R&amp;D</t:String></t:Categories>' +
      '<t:Importance>High</t:Importance><t:InReplyTo>&lt;0@x&gt;</t:InReplyTo><t:IsDraft>false</t:IsDraft>' +
      '<t:DateTimeSent>2026-01-02T03:04:04Z</t:DateTimeSent><t:DateTimeCreated>2026-01-02T03:04:06Z</t:DateTimeCreated>' +
      '<t:HasAttachments>true</t:HasAttachments><t:ExtendedProperty><t:ExtendedFieldURI PropertyTag="0x1035"' +
      ' PropertyType="String"/><t:Value>v</t:Value></t:ExtendedProperty>' +
      '<t:LastModifiedTime>2026-01-02T03:04:07Z</t:LastModifiedTime><t:ConversationId Id="c"/>' +
      `<t:Preview>1&amp;2</t:Preview><t:Sender>${mailbox('s')}</t:Sender><t:ToRecipients>${mailbox('a')}${mailbox('b')}` +
      `</t:ToRecipients><t:CcRecipients>${mailbox('c')}</t:CcRecipients><t:BccRecipients>${mailbox('d')}` +
      `</t:BccRecipients><t:From>${mailbox('f')}</t:From><t:InternetMessageId>&lt;1@x&gt;</t:InternetMessageId>` +
      '<t:IsRead>0</t:IsRead></t:Message>';
    assert.deepEqual(read(getItem, answer('GetItem', items(message))), [
      {
        item: {
          kind: 'Message',
          itemId: { id: '1', changeKey: 'k' },
          parentFolderId: { id: 'p' },
          itemClass: 'IPM.Note',
          subject: 'a <b> 😀',
          body: { bodyType: 'HTML', text: '<p>1&amp;2</p>', isTruncated: false },
          mimeContent: 'RnJvbTo=',
          preview: '1&2',
          size: 386,
          importance: 'High',
          sensitivity: 'Normal',
          categories: ['red', 'R&D'],
          hasAttachments: true,
          isDraft: false,
          isRead: false,
          dateTimeReceived: '2026-01-02T03:04:05Z',
          dateTimeSent: '2026-01-02T03:04:04Z',
          dateTimeCreated: '2026-01-02T03:04:06Z',
          lastModifiedTime: '2026-01-02T03:04:07Z',
          from: person('f'),
          sender: person('s'),
          toRecipients: [person('a'), person('b')],
          ccRecipients: [person('c')],
          bccRecipients: [person('d')],
          internetMessageId: '<1@x>',
          inReplyTo: '<0@x>',
          conversationId: { id: 'c' },
          extendedProperties: [{ propertyTag: 0x1035, propertyType: 'String', values: ['v'] }],
        },
      },
    ]);
  });

  it('is read: an appointment', () => {
    const appointment =
      '<t:CalendarItem><t:ItemId Id="1"/><t:Body BodyType="Text">b</t:Body><t:Start>2026-01-02T03:00:00Z</t:Start>' +
      '<t:End>2026-01-02T04:00:00Z</t:End><t:IsAllDayEvent>false</t:IsAllDayEvent><t:Location>here</t:Location>' +
      `<t:IsCancelled>true</t:IsCancelled><t:Organizer>${mailbox('o')}</t:Organizer></t:CalendarItem>`;
    assert.deepEqual(read(getItem, answer('GetItem', items(appointment))), [
      {
        item: {
          kind: 'CalendarItem',
          itemId: { id: '1' },
          body: { bodyType: 'Text', text: 'b' },
          start: '2026-01-02T03:00:00Z',
          end: '2026-01-02T04:00:00Z',
          location: 'here',
          organizer: person('o'),
          isAllDayEvent: false,
          isCancelled: true,
        },
      },
    ]);
  });

  it('is read, each item or why it cannot be had, in the order of the request', () => {
    const results = read(
      getItem,
      answer(
        'GetItem',
        failure('GetItem', 'ErrorItemNotFound', 'Gone.', '<m:Items/>'),
        items('<t:Item><t:ItemId Id="2"/><t:Subject/><t:From/></t:Item>'),
        failure('GetItem', 'ErrorAccessDenied', 'No.'),
      ),
    );
    const errors = results.map((result) => ('error' in result ? result.error : undefined));
    assert.deepEqual(
      errors.map((error) => error && [error.code, isItemGone(error)]),
      [['ErrorItemNotFound', true], undefined, ['ErrorAccessDenied', false]],
    );
    assert.deepEqual(results[1], { item: { kind: 'Item', itemId: { id: '2' }, subject: '' } });
  });

  it('is refused in words when something is missing', () => {
    refusal(() => read(getItem, answer('GetItem', items(''))), 'EWS_MALFORMED', /<Items> is empty/);
    refusal(() => read(getItem, answer('GetItem', success('GetItem'))), 'EWS_MALFORMED', /no <Items>/);
    refusal(() => read(getItem, answer('GetItem', items('<t:Message/>'))), 'EWS_MALFORMED', /no <ItemId>/);
  });
});
