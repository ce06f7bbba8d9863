import type { EwsError } from './ews-error.js';
import { writeFolderIds, type FolderReference } from './folder-ids.js';
import type { EwsId } from './mailbox-event.js';
import { malformedAnswer, requiredChild } from './malformed.js';
import { readId } from './notification.js';
import type { Operation } from './operation.js';
import { errorOf, responseMessages } from './response-message.js';
import type { XmlElement } from './xml-element.js';
import { element, textElement } from './xml-writer.js';

export interface GetFolderRequest {
  readonly folders: readonly FolderReference[];
  /** The SMTP address of the mailbox in which distinguished names are looked up; the caller's own if left out. */
  readonly mailbox?: string;
  /** How much is told of each folder (schema: DefaultShapeNamesType). */
  readonly shape: 'IdOnly' | 'Default' | 'AllProperties';
}

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
}

/** For each folder that was asked for, in that order: the folder, or why it cannot be had. */
export type FolderResult = { readonly folder: Folder } | { readonly error: EwsError };

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/getfolder-operation */
export const getFolder: Operation<GetFolderRequest, readonly FolderResult[]> = {
  name: 'GetFolder',
  write: writeGetFolder,
  read: readGetFolder,
};

export function writeGetFolder(request: GetFolderRequest): string {
  return element(
    'm:GetFolder',
    {},
    element('m:FolderShape', {}, textElement('t:BaseShape', request.shape)),
    element('m:FolderIds', {}, writeFolderIds(request.folders, request.mailbox)),
  );
}

export function readGetFolder(response: XmlElement): readonly FolderResult[] {
  return responseMessages(response, 'GetFolder').map((message) => {
    const error = errorOf(message, 'GetFolder');
    return error ? { error } : { folder: readFolder(onlyFolder(message)) };
  });
}

function onlyFolder(message: XmlElement): XmlElement {
  const [folder] = requiredChild(message, 'Folders').children;
  if (!folder) throw malformedAnswer('<Folders> is empty');
  return folder;
}

/** Reads any of the folder elements (schema: ArrayOfFoldersType). */
export function readFolder(element: XmlElement): Folder {
  const parent = element.child('ParentFolderId');
  return {
    kind: element.name,
    folderId: readId(requiredChild(element, 'FolderId')),
    ...(parent ? { parentFolderId: readId(parent) } : {}),
    ...text(element, 'DisplayName', 'displayName'),
    ...text(element, 'FolderClass', 'folderClass'),
    ...count(element, 'TotalCount', 'totalCount'),
    ...count(element, 'ChildFolderCount', 'childFolderCount'),
    ...count(element, 'UnreadCount', 'unreadCount'),
  };
}

function text<Key extends string>(element: XmlElement, name: string, key: Key): Partial<Record<Key, string>> {
  const value = element.childText(name);
  return (value === undefined ? {} : { [key]: value }) as Partial<Record<Key, string>>;
}

function count<Key extends string>(element: XmlElement, name: string, key: Key): Partial<Record<Key, number>> {
  const value = element.childText(name);
  return (value !== undefined && /^\s*\d{1,9}\s*$/.test(value) ? { [key]: Number(value) } : {}) as Partial<
    Record<Key, number>
  >;
}
