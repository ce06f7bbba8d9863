import type { EventType } from './event-type.js';

/** The identity of an item or folder. Notifications carry no usable change key: Exchange sends a stub, others none. */
export interface EwsId {
  readonly id: string;
  readonly changeKey?: string;
}

interface EventBase<Type extends EventType> {
  readonly eventType: Type;
  /** When it happened by the server's clock, as the server wrote it (ISO 8601, up to nine fraction digits). */
  readonly timeStamp: string;
  /** The folder that holds it (after a move or copy: the new one). */
  readonly parentFolderId: EwsId;
  /** Where to resume after this event; servers without watermarks send none. */
  readonly watermark?: string;
}

interface OnItem {
  readonly itemId: EwsId;
}

interface OnFolder {
  readonly folderId: EwsId;
}

export type NewMailEvent = EventBase<'NewMail'> & (OnItem | OnFolder);
export type CreatedEvent = EventBase<'Created'> & (OnItem | OnFolder);
export type DeletedEvent = EventBase<'Deleted'> & (OnItem | OnFolder);
export type FreeBusyChangedEvent = EventBase<'FreeBusyChanged'> & (OnItem | OnFolder);
/** On a folder it tells the number of unread items, where the server says it. */
export type ModifiedEvent = EventBase<'Modified'> & (OnItem | (OnFolder & { readonly unreadCount?: number }));

/** Moved and Copied also tell what it was before and where. */
type From = { readonly oldParentFolderId: EwsId } & (
  (OnItem & { readonly oldItemId: EwsId }) | (OnFolder & { readonly oldFolderId: EwsId })
);
export type MovedEvent = EventBase<'Moved'> & From;
export type CopiedEvent = EventBase<'Copied'> & From;

/** What happened in a mailbox; `eventType` tells which it is. */
export type MailboxEvent =
  NewMailEvent | CreatedEvent | DeletedEvent | ModifiedEvent | MovedEvent | CopiedEvent | FreeBusyChangedEvent;
