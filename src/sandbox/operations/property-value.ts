import type { XmlElement } from '../../protocol/xml-element.js';
import type { Folder } from '../mailbox/folder.js';
import type { Item } from '../mailbox/item.js';
import { preview } from './item-body.js';
import { propertyTag } from './property-paths.js';

/** A value that restrictions and sort orders compare. Times are milliseconds since 1970. */
export type PropertyValue = string | number | boolean | undefined;

/** Gives the value of the property that a path names. */
export type ValueOf<Thing> = (thing: Thing, path: XmlElement) => PropertyValue;

/** MAPI's PR_LAST_MODIFICATION_TIME. */
const LAST_MODIFICATION_TIME = 0x3008;
const CREATION_TIME = 0x3007;
const MESSAGE_DELIVERY_TIME = 0x0e06;
const MESSAGE_CLASS = 0x001a;
const SUBJECT = 0x0037;
const PREVIEW = 0x3fd9;
const DISPLAY_NAME = 0x3001;
const CONTAINER_CLASS = 0x3613;

export const itemValue: ValueOf<Item> = (item, path) => {
  if (path.name !== 'FieldURI') return mapiValue(item, propertyTag(path));
  switch (path.attributes.FieldURI) {
    case 'item:LastModifiedTime':
      return item.lastModified;
    case 'item:DateTimeReceived':
    case 'item:DateTimeSent':
      return item.received;
    case 'item:DateTimeCreated':
      return item.created;
    case 'item:Subject':
      return item.subject;
    case 'item:ItemClass':
      return item.itemClass;
    case 'item:Importance':
      return item.importance;
    case 'item:IsDraft':
      return item.isDraft;
    case 'item:HasAttachments':
      return item.hasAttachments;
    case 'item:Size':
      return item.size;
    case 'item:Body':
      return item.body;
    case 'message:IsRead':
      return item.isRead;
    case 'message:From':
    case 'message:Sender':
      return item.from?.address;
    case 'calendar:Start':
      return item.appointment?.start;
    case 'calendar:End':
      return item.appointment?.end;
    default:
      return undefined;
  }
};

/** The value of the MAPI property with that tag. */
export function mapiValue(item: Item, tag: number | undefined): PropertyValue {
  switch (tag) {
    case LAST_MODIFICATION_TIME:
      return item.lastModified;
    case MESSAGE_DELIVERY_TIME:
      return item.received;
    case CREATION_TIME:
      return item.created;
    case SUBJECT:
      return item.subject;
    case MESSAGE_CLASS:
      return item.itemClass;
    case PREVIEW:
      return preview(item);
    default:
      return undefined;
  }
}

export const folderValue: ValueOf<Folder> = (folder, path) => {
  switch (path.name === 'FieldURI' ? path.attributes.FieldURI : propertyTag(path)) {
    case 'folder:DisplayName':
    case DISPLAY_NAME:
      return folder.displayName;
    case 'folder:FolderClass':
    case CONTAINER_CLASS:
      return folder.folderClass;
    case 'folder:TotalCount':
      return folder.totalCount;
    case 'folder:UnreadCount':
      return folder.unreadCount;
    default:
      return undefined;
  }
};
