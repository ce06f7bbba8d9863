import type { EwsError } from '../protocol/ews-error.js';
import type { MailboxEvent } from '../protocol/mailbox-event.js';
import type { ContentSettings } from './details-settings.js';
import type { Found } from './fetch-details.js';
import { folderDetails, itemDetails, type FolderDetails, type ItemDetails } from './item-details.js';

/** An event with what it is about, as messages hold it. */
export type DetailedEvent = MailboxEvent & {
  /** `null` where there is none: it was deleted, is gone by now, or could not be had in time. */
  readonly item: ItemDetails | FolderDetails | null;
  /** Why it could not be had, or not whole. */
  readonly itemError?: ItemError;
};

/** Why an item could not be had, for flows. */
export interface ItemError {
  /** An EWS ResponseCode or a code of this package. */
  readonly code: string;
  readonly text: string;
}

/** What calendar changes make for a moment and nobody wants to hear of. */
const TEMPORARY_CLASS = 'IPM.SchedulePlus.FreeBusy.BinaryData';

/** What is to be looked up for an event, if anything is. */
export function wantedOf(event: MailboxEvent): { readonly item: string } | { readonly folder: string } | undefined {
  if (event.eventType === 'Deleted') return undefined;
  return 'itemId' in event ? { item: event.itemId.id } : { folder: event.folderId.id };
}

/** An event with what was found of its item or folder. */
export function detailedEvent(event: MailboxEvent, found: Found | undefined, settings: ContentSettings): DetailedEvent {
  const { item, folder, error } = found ?? {};
  return {
    ...event,
    item: item ? itemDetails(item, settings) : folder ? folderDetails(folder) : null,
    ...(error ? { itemError: itemError(error) } : {}),
  };
}

/** Whether an event is about one of the items that calendar changes make for a moment. */
export function isOfTemporaryItem(found: Found | undefined): boolean {
  return found?.item?.itemClass === TEMPORARY_CLASS;
}

export function itemError({ code, message }: EwsError): ItemError {
  return { code, text: message };
}
