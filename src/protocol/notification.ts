import { isEventType, type EventType } from './event-type.js';
import type { EwsId, MailboxEvent } from './mailbox-event.js';
import { malformedAnswer, requiredChild, requiredText } from './malformed.js';
import { omitUndefined } from './omit-undefined.js';
import { readId } from './read-id.js';
import { readBoolean, readCount, readNonEmpty } from './simple-values.js';
import type { XmlElement } from './xml-element.js';

export { readId } from './read-id.js';

/** What a server tells about one subscription (schema: NotificationType). */
export interface Notification {
  readonly subscriptionId: string;
  /** The watermark after which these events come; servers without watermarks send none. */
  readonly previousWatermark?: string;
  /** The last watermark in it, of a heartbeat too: where to resume when all its events are dealt with. */
  readonly watermark?: string;
  /** Pull: ask again at once. Push: more will be sent. */
  readonly moreEvents: boolean;
  /** In the order in which they happened; heartbeats (StatusEvent) are not among them. */
  readonly events: readonly MailboxEvent[];
  /** Whether it holds a heartbeat. */
  readonly heartbeat: boolean;
}

const EVENT = /^(.*)Event$/;

/** Reads a `Notification` element. Kinds of event that did not exist when this was written only move the watermark. */
export function readNotification(element: XmlElement): Notification {
  const events: MailboxEvent[] = [];
  let heartbeat = false;
  let watermark: string | undefined;
  for (const child of element.children) {
    const kind = EVENT.exec(child.name)?.[1];
    if (kind === undefined) continue;
    watermark = readNonEmpty(child.childText('Watermark')) ?? watermark;
    if (kind === 'Status') heartbeat = true;
    else if (isEventType(kind)) events.push(readEvent(kind, child));
  }
  return omitUndefined<Notification>({
    subscriptionId: requiredText(element, 'SubscriptionId'),
    previousWatermark: readNonEmpty(element.childText('PreviousWatermark')),
    watermark,
    moreEvents: readBoolean(element.childText('MoreEvents')) ?? false,
    events,
    heartbeat,
  });
}

function readEvent(eventType: EventType, element: XmlElement): MailboxEvent {
  const timeStamp = requiredText(element, 'TimeStamp').trim();
  const subject = readSubject(eventType, element);
  const counted = eventType === 'Modified' && 'folderId' in subject;
  // The parts are chosen by eventType; the compiler cannot follow a union through a spread.
  return omitUndefined({
    eventType,
    timeStamp,
    ...subject,
    parentFolderId: readId(requiredChild(element, 'ParentFolderId')),
    ...(eventType === 'Moved' || eventType === 'Copied' ? readOrigin(subject, element) : {}),
    unreadCount: counted ? readCount(element.childText('UnreadCount')) : undefined,
    watermark: readNonEmpty(element.childText('Watermark')),
  }) as MailboxEvent;
}

type Subject = { itemId: EwsId } | { folderId: EwsId };

function readSubject(eventType: EventType, element: XmlElement): Subject {
  const item = element.child('ItemId');
  if (item) return { itemId: readId(item) };
  const folder = element.child('FolderId');
  if (folder) return { folderId: readId(folder) };
  throw malformedAnswer(`a ${eventType} event names neither an item nor a folder`);
}

/** What a moved or copied item or folder was before, and where. */
function readOrigin(subject: Subject, element: XmlElement): object {
  const oldId = (name: string) => readId(requiredChild(element, name));
  return {
    ...('itemId' in subject ? { oldItemId: oldId('OldItemId') } : { oldFolderId: oldId('OldFolderId') }),
    oldParentFolderId: oldId('OldParentFolderId'),
  };
}
