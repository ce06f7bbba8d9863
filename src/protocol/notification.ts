import { isEventType, type EventType } from './event-type.js';
import type { EwsId, MailboxEvent } from './mailbox-event.js';
import { malformedAnswer, requiredChild, requiredText } from './malformed.js';
import type { XmlElement } from './xml-element.js';

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
    watermark = nonEmpty(child.childText('Watermark')) ?? watermark;
    if (kind === 'Status') heartbeat = true;
    else if (isEventType(kind)) events.push(readEvent(kind, child));
  }
  const previousWatermark = nonEmpty(element.childText('PreviousWatermark'));
  return {
    subscriptionId: requiredText(element, 'SubscriptionId'),
    moreEvents: readBoolean(element.childText('MoreEvents')),
    events,
    heartbeat,
    ...(previousWatermark === undefined ? {} : { previousWatermark }),
    ...(watermark === undefined ? {} : { watermark }),
  };
}

function readEvent(eventType: EventType, element: XmlElement): MailboxEvent {
  const watermark = nonEmpty(element.childText('Watermark'));
  const base = {
    eventType,
    timeStamp: requiredText(element, 'TimeStamp').trim(),
    ...readSubject(eventType, element),
    parentFolderId: readId(requiredChild(element, 'ParentFolderId')),
  };
  const unreadCount = eventType === 'Modified' ? readCount(element.childText('UnreadCount')) : undefined;
  // The parts were chosen by eventType just above; the compiler cannot follow a union through a spread.
  return {
    ...base,
    ...(eventType === 'Moved' || eventType === 'Copied' ? readOrigin(element) : {}),
    ...(unreadCount === undefined ? {} : { unreadCount }),
    ...(watermark === undefined ? {} : { watermark }),
  } as MailboxEvent;
}

function readSubject(eventType: EventType, element: XmlElement): { itemId: EwsId } | { folderId: EwsId } {
  const item = element.child('ItemId');
  if (item) return { itemId: readId(item) };
  const folder = element.child('FolderId');
  if (folder) return { folderId: readId(folder) };
  throw malformedAnswer(`a ${eventType} event names neither an item nor a folder`);
}

function readOrigin(element: XmlElement): object {
  const oldParentFolderId = readId(requiredChild(element, 'OldParentFolderId'));
  const oldItem = element.child('OldItemId');
  return oldItem
    ? { oldItemId: readId(oldItem), oldParentFolderId }
    : { oldFolderId: readId(requiredChild(element, 'OldFolderId')), oldParentFolderId };
}

/** Reads an element with `Id` and `ChangeKey` attributes (schema: ItemIdType, FolderIdType). */
export function readId(element: XmlElement): EwsId {
  const id = element.attributes.Id;
  if (id === undefined || id === '') throw malformedAnswer(`<${element.name}> has no Id`);
  const changeKey = element.attributes.ChangeKey;
  return changeKey === undefined ? { id } : { id, changeKey };
}

function readBoolean(text: string | undefined): boolean {
  const value = text?.trim();
  return value === 'true' || value === '1';
}

/** A count is the only number in a notification; one that is none is left out, as it tells nothing. */
function readCount(text: string | undefined): number | undefined {
  return text !== undefined && /^\s*\d{1,9}\s*$/.test(text) ? Number(text) : undefined;
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
