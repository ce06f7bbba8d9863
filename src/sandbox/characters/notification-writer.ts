import { element, textElement } from '../../protocol/xml-writer.js';
import { STUB_CHANGE_KEYS } from '../ids.js';
import type { JournalEvent, Place } from '../mailbox/journal.js';
import type { Mailbox } from '../mailbox/mailbox.js';
import type { Batch, Subscription } from '../notifications/subscription.js';

/** What servers write differently in a notification. */
export interface NotificationStyle {
  /** Whether this delivery has watermarks. */
  readonly watermarks: boolean;
  /** Whether ids carry the stub of a change key. */
  readonly changeKeys: boolean;
  /** Whether MoreEvents is told. */
  readonly moreEvents: boolean;
  timeStamp(time: number): string;
}

/** The content of a Notification element (schema: NotificationType); a StatusEvent when nothing happened. */
export function writeNotificationContent(subscription: Subscription, batch: Batch, style: NotificationStyle): string {
  const { mailbox } = subscription;
  let xml = textElement('t:SubscriptionId', subscription.id);
  if (style.watermarks) xml += textElement('t:PreviousWatermark', mailbox.watermark(batch.previous));
  if (style.moreEvents) xml += textElement('t:MoreEvents', String(batch.moreEvents));
  if (batch.events.length === 0) {
    const watermark = style.watermarks ? textElement('t:Watermark', mailbox.watermark(batch.position)) : '';
    return xml + element('t:StatusEvent', {}, watermark);
  }
  for (const event of batch.events) xml += writeEvent(mailbox, event, style);
  return xml;
}

function writeEvent(mailbox: Mailbox, event: JournalEvent, style: NotificationStyle): string {
  const { type, subject, old, unreadCount } = event;
  let xml = `<t:${type}Event>`;
  if (style.watermarks) xml += `<t:Watermark>${mailbox.watermark(event.position)}</t:Watermark>`;
  xml += `<t:TimeStamp>${style.timeStamp(event.time)}</t:TimeStamp>`;
  xml += writePlace(mailbox, subject, style, '');
  if (old) xml += writePlace(mailbox, old, style, 'Old');
  if (unreadCount !== undefined) xml += textElement('t:UnreadCount', unreadCount);
  return `${xml}</t:${type}Event>`;
}

/** `ItemId` or `FolderId`, then `ParentFolderId`; with `Old` before each name for where it was. */
function writePlace(mailbox: Mailbox, place: Place, { changeKeys }: NotificationStyle, prefix: '' | 'Old'): string {
  const { ids } = mailbox.store;
  const parent = writeId(
    `t:${prefix}ParentFolderId`,
    ids.folderId(place.parent),
    changeKeys && STUB_CHANGE_KEYS.folder,
  );
  if (place.item === undefined) {
    const id = ids.folderId(place.folder ?? place.parent);
    return writeId(`t:${prefix}FolderId`, id, changeKeys && STUB_CHANGE_KEYS.folder) + parent;
  }
  const id = ids.itemId(place.parent, place.item);
  return (
    writeId(`t:${prefix}ItemId`, id, changeKeys && STUB_CHANGE_KEYS[place.calendar ? 'calendarItem' : 'item']) + parent
  );
}

/** Ids are base64 and need no escaping; notifications are what the sandbox writes most of. */
function writeId(name: string, id: string, changeKey: string | false): string {
  return changeKey === false ? `<${name} Id="${id}"/>` : `<${name} Id="${id}" ChangeKey="${changeKey}"/>`;
}
