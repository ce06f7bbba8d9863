import type { EwsId, MailboxEvent } from '../mailbox-event.js';
import type { Notification } from '../notification.js';
import { doubt } from './doubt.js';
import type { EventTags, KindTags } from './event-tags.js';
import type { StrictXml } from './strict-xml.js';

/** What `readNotification` makes of the same element. All tags in it have one prefix, and the order of the schema. */
export function readStrictNotification(xml: StrictXml): Notification {
  xml.open('Notification');
  const tags = xml.tags();
  const subscriptionId = xml.text(tags.subscriptionId);
  if (subscriptionId === undefined || subscriptionId === '') doubt();
  const previousWatermark = xml.text(tags.previousWatermark);
  const moreEvents = readMoreEvents(xml.text(tags.moreEvents));
  const events: MailboxEvent[] = [];
  let watermark: string | undefined;
  let heartbeat = false;
  while (!xml.isOver) {
    const kind = nextKind(xml, tags);
    if (kind === undefined) {
      heartbeat = true;
      continue;
    }
    const its = xml.text(tags.watermark);
    if (its !== undefined && its !== '') watermark = its;
    if (kind.eventType === 'Status') heartbeat = true;
    else events.push(readEvent(xml, tags, kind.eventType, its));
    if (!xml.takes(kind.close)) doubt();
  }
  xml.leave();
  return {
    subscriptionId,
    ...(previousWatermark === undefined || previousWatermark === '' ? {} : { previousWatermark }),
    ...(watermark === undefined ? {} : { watermark }),
    moreEvents,
    events,
    heartbeat,
  };
}

function readMoreEvents(text: string | undefined): boolean {
  if (text === undefined || text === 'false') return false;
  return text === 'true' || doubt();
}

/** Takes the start tag of an event; nothing where it was a heartbeat with no watermark, and so is behind as a whole. */
function nextKind(xml: StrictXml, { kinds, bareStatus }: EventTags): KindTags | undefined {
  for (const kind of kinds) if (xml.takes(kind.open)) return kind;
  return xml.takes(bareStatus) ? undefined : doubt();
}

/** An event while it is put together. The properties come in the order in which the general reader has them. */
interface Draft {
  eventType: MailboxEvent['eventType'];
  timeStamp: string;
  itemId?: EwsId;
  folderId?: EwsId;
  parentFolderId?: EwsId;
  oldItemId?: EwsId;
  oldFolderId?: EwsId;
  oldParentFolderId?: EwsId;
  unreadCount?: number;
  watermark?: string;
}

function readEvent(
  xml: StrictXml,
  tags: EventTags,
  eventType: MailboxEvent['eventType'],
  watermark: string | undefined,
): MailboxEvent {
  const timeStamp = xml.text(tags.timeStamp);
  if (timeStamp === undefined || timeStamp === '') doubt();
  const event: Draft = { eventType, timeStamp: timeStamp.trim() };
  const itemId = xml.id(tags.itemId);
  if (itemId) event.itemId = itemId;
  else event.folderId = xml.id(tags.folderId) ?? doubt();
  event.parentFolderId = xml.id(tags.parentFolderId) ?? doubt();
  if (eventType === 'Moved' || eventType === 'Copied') {
    if (itemId) event.oldItemId = xml.id(tags.oldItemId) ?? doubt();
    else event.oldFolderId = xml.id(tags.oldFolderId) ?? doubt();
    event.oldParentFolderId = xml.id(tags.oldParentFolderId) ?? doubt();
  } else if (eventType === 'Modified' && !itemId) {
    const unreadCount = xml.text(tags.unreadCount);
    if (unreadCount !== undefined) event.unreadCount = readCount(unreadCount);
  }
  if (watermark !== undefined && watermark !== '') event.watermark = watermark;
  // The parts are chosen by eventType; the compiler cannot follow that.
  return event as MailboxEvent;
}

function readCount(text: string): number {
  return /^\d{1,10}$/.test(text) ? Number(text) : doubt();
}
