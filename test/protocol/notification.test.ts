import assert from 'node:assert/strict';
import fc from 'fast-check';
import { EVENT_TYPES } from '../../dist/src/protocol/event-type.js';
import { readNotification, type Notification } from '../../dist/src/protocol/notification.js';
import { readXml } from '../../dist/src/protocol/xml-reader.js';
import { refusal } from './refusal.js';

const notification = (content: string): Notification =>
  readNotification(
    readXml(
      `<m:Notification xmlns:m="m" xmlns:t="t"><t:SubscriptionId>s</t:SubscriptionId>${content}</m:Notification>`,
    ),
  );

const ITEM = '<t:ItemId Id="i" ChangeKey="CQAAAA=="/><t:ParentFolderId Id="p"/>';
const FOLDER = '<t:FolderId Id="f"/><t:ParentFolderId Id="p"/>';
const OLD_ITEM = '<t:OldItemId Id="oi"/><t:OldParentFolderId Id="op"/>';
const OLD_FOLDER = '<t:OldFolderId Id="of"/><t:OldParentFolderId Id="op"/>';

function event(type: string, content: string, watermark?: string): string {
  const mark = watermark === undefined ? '' : `<t:Watermark>${watermark}</t:Watermark>`;
  return `<t:${type}Event>${mark}<t:TimeStamp>2026-01-02T03:04:05Z</t:TimeStamp>${content}</t:${type}Event>`;
}

describe('a notification', () => {
  it('holds every kind of event, on items and on folders', () => {
    const { events } = notification(
      event('NewMail', ITEM) +
        event('Created', FOLDER) +
        event('Deleted', ITEM) +
        event('Modified', ITEM) +
        event('Modified', `${FOLDER}<t:UnreadCount>7</t:UnreadCount>`) +
        event('Moved', ITEM + OLD_ITEM) +
        event('Copied', FOLDER + OLD_FOLDER) +
        event('FreeBusyChanged', FOLDER),
    );
    const timeStamp = '2026-01-02T03:04:05Z';
    const onItem = { timeStamp, itemId: { id: 'i', changeKey: 'CQAAAA==' }, parentFolderId: { id: 'p' } };
    const onFolder = { timeStamp, folderId: { id: 'f' }, parentFolderId: { id: 'p' } };
    assert.deepEqual(events, [
      { eventType: 'NewMail', ...onItem },
      { eventType: 'Created', ...onFolder },
      { eventType: 'Deleted', ...onItem },
      { eventType: 'Modified', ...onItem },
      { eventType: 'Modified', ...onFolder, unreadCount: 7 },
      { eventType: 'Moved', ...onItem, oldItemId: { id: 'oi' }, oldParentFolderId: { id: 'op' } },
      { eventType: 'Copied', ...onFolder, oldFolderId: { id: 'of' }, oldParentFolderId: { id: 'op' } },
      { eventType: 'FreeBusyChanged', ...onFolder },
    ]);
  });

  it('keeps events in the order in which they came, whatever their kinds', () => {
    const kinds = fc.array(fc.constantFrom(...EVENT_TYPES), { maxLength: 60 });
    fc.assert(
      fc.property(kinds, (types) => {
        const { events, watermark } = notification(
          types.map((type, n) => event(type, ITEM + OLD_ITEM, `w${n}`)).join(''),
        );
        assert.deepEqual(
          events.map(({ eventType, watermark: mark }) => [eventType, mark]),
          types.map((type, n) => [type, `w${n}`]),
        );
        assert.equal(watermark, types.length === 0 ? undefined : `w${types.length - 1}`);
      }),
      { numRuns: 50 },
    );
  });

  it('keeps ids and watermarks as exact strings', () => {
    for (const value of ['0123', '1e5', '9'.repeat(40), 'AAA+/=', 'true', ' ', '-0.0']) {
      const { events, previousWatermark } = notification(
        `<t:PreviousWatermark>${value}</t:PreviousWatermark>` +
          event('Created', `<t:ItemId Id="${value}" ChangeKey="${value}"/><t:ParentFolderId Id="${value}"/>`, value),
      );
      const id = { id: value, changeKey: value };
      assert.deepEqual(events, [
        {
          eventType: 'Created',
          timeStamp: '2026-01-02T03:04:05Z',
          itemId: id,
          parentFolderId: { id: value },
          watermark: value,
        },
      ]);
      assert.equal(previousWatermark, value);
    }
  });

  it('decodes references in ids and watermarks', () => {
    const { events, watermark } = notification(
      event('Created', '<t:ItemId Id="&#65;&amp;&#x1F600;"/><t:ParentFolderId Id="&quot;"/>', 'a&lt;<![CDATA[&b]]>'),
    );
    assert.deepEqual(events[0], {
      eventType: 'Created',
      timeStamp: '2026-01-02T03:04:05Z',
      itemId: { id: 'A&😀' },
      parentFolderId: { id: '"' },
      watermark: 'a<&b',
    });
    assert.equal(watermark, 'a<&b');
  });

  it('may be a heartbeat, with or without a watermark', () => {
    const nothing = { subscriptionId: 's', moreEvents: false, events: [], heartbeat: true };
    assert.deepEqual(notification('<t:StatusEvent/>'), nothing);
    assert.deepEqual(notification('<t:StatusEvent><t:Watermark/></t:StatusEvent>'), nothing);
    assert.deepEqual(
      notification('<t:PreviousWatermark/><t:StatusEvent><t:Watermark>w</t:Watermark></t:StatusEvent>'),
      { ...nothing, watermark: 'w' },
    );
  });

  it('has the last watermark, which may be that of a heartbeat', () => {
    const read = notification(
      `${event('Created', ITEM, '1')}<t:StatusEvent><t:Watermark>2</t:Watermark></t:StatusEvent>${event('Deleted', ITEM)}`,
    );
    assert.equal(read.watermark, '2');
    assert.equal(read.heartbeat, true);
    assert.equal(read.events.length, 2);
  });

  it('says whether more events wait', () => {
    for (const [text, more] of [
      ['true', true],
      [' 1 ', true],
      ['false', false],
      ['0', false],
      ['', false],
    ] as const) {
      assert.equal(notification(`<t:MoreEvents>${text}</t:MoreEvents>`).moreEvents, more);
    }
    assert.equal(notification('').moreEvents, false);
  });

  it('of kinds that are not known moves the watermark and nothing else', () => {
    const read = notification(event('Created', ITEM, '1') + event('LikedByEverybody', '', '2'));
    assert.equal(read.events.length, 1);
    assert.equal(read.watermark, '2');
  });

  it('leaves out an UnreadCount that is no count, or that is none of a folder', () => {
    for (const count of ['', '-1', 'many', '1e3', '99999999999999']) {
      const [read] = notification(event('Modified', `${FOLDER}<t:UnreadCount>${count}</t:UnreadCount>`)).events;
      assert.ok(read && !('unreadCount' in read), count);
    }
    const [onItem] = notification(event('Modified', `${ITEM}<t:UnreadCount>1</t:UnreadCount>`)).events;
    assert.ok(onItem && !('unreadCount' in onItem));
  });

  it('is refused in words when something is missing', () => {
    const missing: [string, RegExp][] = [
      [event('Created', '<t:ParentFolderId Id="p"/>'), /a Created event names neither an item nor a folder/],
      [event('Created', '<t:ItemId Id="i"/>'), /<CreatedEvent> holds no <ParentFolderId>/],
      [event('Created', '<t:ItemId/><t:ParentFolderId Id="p"/>'), /<ItemId> has no Id/],
      [event('Created', '<t:ItemId Id="i"/><t:ParentFolderId Id=""/>'), /<ParentFolderId> has no Id/],
      [`<t:CreatedEvent>${ITEM}</t:CreatedEvent>`, /<CreatedEvent> holds no <TimeStamp>/],
      [event('Moved', `${ITEM}<t:OldItemId Id="oi"/>`), /<MovedEvent> holds no <OldParentFolderId>/],
      [event('Moved', `${ITEM}<t:OldParentFolderId Id="op"/>`), /<MovedEvent> holds no <OldItemId>/],
      [event('Moved', ITEM + OLD_FOLDER), /<MovedEvent> holds no <OldItemId>/],
      [event('Copied', `${FOLDER}<t:OldParentFolderId Id="op"/>`), /<CopiedEvent> holds no <OldFolderId>/],
    ];
    for (const [content, message] of missing) refusal(() => notification(content), 'EWS_MALFORMED', message);
    refusal(() => readNotification(readXml('<Notification/>')), 'EWS_MALFORMED', /holds no <SubscriptionId>/);
    refusal(
      () => readNotification(readXml('<Notification><SubscriptionId/></Notification>')),
      'EWS_MALFORMED',
      /<SubscriptionId> in <Notification> is empty/,
    );
  });
});
