import type { EwsError } from './ews-error.js';
import { readFolder, writeFolderShape, type BaseShape, type Folder } from './folder.js';
import { writeFolderIds, type FolderReference } from './folder-ids.js';
import { malformedAnswer, requiredChild } from './malformed.js';
import type { Operation } from './operation.js';
import type { PropertyPath } from './property-path.js';
import { errorOf, responseMessages } from './response-message.js';
import type { XmlElement } from './xml-element.js';
import { element } from './xml-writer.js';

export { readFolder, type Folder } from './folder.js';

export interface GetFolderRequest {
  readonly folders: readonly FolderReference[];
  /** The SMTP address of the mailbox in which distinguished names are looked up; the caller's own if left out. */
  readonly mailbox?: string;
  readonly shape: BaseShape;
  /** What is to be told besides, for example `LOCAL_COMMIT_TIME_MAX`. */
  readonly properties?: readonly PropertyPath[];
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
    writeFolderShape(request.shape, request.properties),
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
