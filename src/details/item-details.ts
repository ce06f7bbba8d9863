import type { EmailAddress } from '../protocol/email-address.js';
import { extendedPropertyValue } from '../protocol/extended-property.js';
import type { Folder } from '../protocol/folder.js';
import type { Item } from '../protocol/item.js';
import { PREVIEW } from '../protocol/property-path.js';
import type { ContentSettings } from './details-settings.js';

/**
 * An item as messages hold it: EWS's names in camel case, times in ISO 8601, and what a server leaves out is left out.
 * See the protocol's {@link Item} for what there is.
 */
export type ItemDetails = Omit<Item, 'body' | 'mimeContent' | 'extendedProperties'> & {
  readonly body?: string;
  readonly bodyType?: 'text' | 'html';
  /** The whole message as it goes over the internet (RFC 5322). */
  readonly mime?: Buffer;
  readonly attendees?: readonly EmailAddress[];
};

export type FolderDetails = Omit<Folder, 'extendedProperties'>;

/** Makes of an item what messages hold, anew each time it is called: flows change what they are given. */
export function itemDetails(item: Item, { include }: ContentSettings): ItemDetails {
  const { body, mimeContent, extendedProperties, ...plain } = item;
  const preview = plain.preview ?? extendedPropertyValue(extendedProperties, PREVIEW);
  const { requiredAttendees, optionalAttendees, resources } = item;
  const attendees = [...(requiredAttendees ?? []), ...(optionalAttendees ?? []), ...(resources ?? [])];
  return structuredCloneOf({
    ...plain,
    ...(preview === undefined ? {} : { preview }),
    ...(attendees.length === 0 ? {} : { attendees }),
    ...(body && include === 'body'
      ? { body: body.text, bodyType: body.bodyType === 'HTML' ? ('html' as const) : ('text' as const) }
      : {}),
    ...(mimeContent !== undefined && include === 'mime' ? { mime: Buffer.from(mimeContent, 'base64') } : {}),
  });
}

export function folderDetails({ extendedProperties: _extendedProperties, ...plain }: Folder): FolderDetails {
  return structuredClone(plain);
}

/** A Buffer would lose its methods. */
function structuredCloneOf({ mime, ...rest }: ItemDetails): ItemDetails {
  return { ...structuredClone(rest), ...(mime ? { mime } : {}) };
}
