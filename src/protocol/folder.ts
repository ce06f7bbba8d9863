import { readExtendedProperties, type ExtendedProperty } from './extended-property.js';
import type { EwsId } from './mailbox-event.js';
import { requiredChild } from './malformed.js';
import { omitUndefined } from './omit-undefined.js';
import { writeAdditionalProperties, type PropertyPath } from './property-path.js';
import { readId, readOptionalId } from './read-id.js';
import { readCount } from './simple-values.js';
import type { XmlElement } from './xml-element.js';
import { element, textElement } from './xml-writer.js';

/** How much a server is to tell (schema: DefaultShapeNamesType). */
export type BaseShape = 'IdOnly' | 'Default' | 'AllProperties';

/** What a server tells of a folder; what it leaves out is left out. */
export interface Folder {
  /** The element it came as: Folder, CalendarFolder, ContactsFolder, SearchFolder or TasksFolder. */
  readonly kind: string;
  readonly folderId: EwsId;
  readonly parentFolderId?: EwsId;
  readonly displayName?: string;
  readonly folderClass?: string;
  readonly totalCount?: number;
  readonly childFolderCount?: number;
  readonly unreadCount?: number;
  readonly extendedProperties?: readonly ExtendedProperty[];
}

/** `m:FolderShape` (schema: FolderResponseShapeType). */
export function writeFolderShape(shape: BaseShape, properties?: readonly PropertyPath[]): string {
  return element('m:FolderShape', {}, textElement('t:BaseShape', shape), writeAdditionalProperties(properties));
}

/** Reads any of the folder elements (schema: ArrayOfFoldersType). */
export function readFolder(element: XmlElement): Folder {
  return omitUndefined<Folder>({
    kind: element.name,
    folderId: readId(requiredChild(element, 'FolderId')),
    parentFolderId: readOptionalId(element, 'ParentFolderId'),
    displayName: element.childText('DisplayName'),
    folderClass: element.childText('FolderClass'),
    totalCount: readCount(element.childText('TotalCount')),
    childFolderCount: readCount(element.childText('ChildFolderCount')),
    unreadCount: readCount(element.childText('UnreadCount')),
    extendedProperties: readExtendedProperties(element),
  });
}
