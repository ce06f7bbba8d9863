import { readFolder, writeFolderShape, type BaseShape, type Folder } from './folder.js';
import { writeFolderIds, type FolderReference } from './folder-ids.js';
import { requiredChild } from './malformed.js';
import type { Operation } from './operation.js';
import { readPagePlace, writePage, type Page, type PagePlace } from './paging.js';
import type { PropertyPath } from './property-path.js';
import { singleMessage } from './response-message.js';
import type { XmlElement } from './xml-element.js';
import { element } from './xml-writer.js';

export interface FindFolderRequest {
  readonly parent: FolderReference;
  /** The SMTP address of the mailbox in which a distinguished name is looked up; the caller's own if left out. */
  readonly mailbox?: string;
  /** Shallow: the folders in it; Deep: also all below them; SoftDeleted: those in its dumpster. */
  readonly traversal: 'Shallow' | 'Deep' | 'SoftDeleted';
  readonly shape: BaseShape;
  /** What is to be told besides. */
  readonly properties?: readonly PropertyPath[];
  /** All at once if left out, as far as the server goes. */
  readonly page?: Page;
}

export interface FindFolderResponse extends PagePlace {
  readonly folders: readonly Folder[];
}

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/findfolder-operation */
export const findFolder: Operation<FindFolderRequest, FindFolderResponse> = {
  name: 'FindFolder',
  write: writeFindFolder,
  read: readFindFolder,
};

export function writeFindFolder(request: FindFolderRequest): string {
  return element(
    'm:FindFolder',
    { Traversal: request.traversal },
    writeFolderShape(request.shape, request.properties),
    writePage('m:IndexedPageFolderView', request.page),
    element('m:ParentFolderIds', {}, writeFolderIds([request.parent], request.mailbox)),
  );
}

export function readFindFolder(response: XmlElement): FindFolderResponse {
  const rootFolder = requiredChild(singleMessage(response, 'FindFolder'), 'RootFolder');
  const folders = rootFolder.child('Folders')?.children ?? [];
  return { folders: folders.map(readFolder), ...readPagePlace(rootFolder) };
}
