import { isDistinguishedFolder } from './distinguished-folder.js';
import { EwsError } from './ews-error.js';
import { nonEmpty } from './non-empty.js';
import { element, textElement } from './xml-writer.js';

/** A folder that a request names: a distinguished name such as `inbox`, or the id of a folder. */
export interface FolderReference {
  readonly id: string;
  readonly changeKey?: string;
}

/**
 * `BaseFolderIdType` elements, for `FolderIds` of the types or the messages namespace.
 * @param mailbox the SMTP address of the mailbox in which distinguished names are looked up; the caller's own if left out
 */
export function writeFolderIds(folders: readonly FolderReference[], mailbox?: string): string {
  if (folders.length === 0) throw new EwsError('EWS_INVALID_REQUEST', 'No folder is named.');
  return folders.map((folder) => writeFolderId(folder, mailbox)).join('');
}

function writeFolderId(folder: FolderReference, mailbox: string | undefined): string {
  const attributes = { Id: nonEmpty('The id of a folder', folder.id), ChangeKey: folder.changeKey };
  if (!isDistinguishedFolder(folder.id)) return element('t:FolderId', attributes);
  return element(
    't:DistinguishedFolderId',
    attributes,
    mailbox === undefined
      ? ''
      : element('t:Mailbox', {}, textElement('t:EmailAddress', nonEmpty('The address of the mailbox', mailbox))),
  );
}
