import {
  folderModified,
  isFolderAction,
  placeOfFolder,
  placeOfItem,
  type EventStyle,
  type FolderAction,
  type ItemAction,
} from '../mailbox/action.js';
import type { Folder } from '../mailbox/folder.js';
import type { RaisedEvent } from '../mailbox/journal.js';

/** What grommunio raises, as captured from a running server: NewMail comes last, and a change is told twice. */
export const grommunioEvents: EventStyle = (action) => (isFolderAction(action) ? ofFolder(action) : ofItem(action));

function ofItem(action: ItemAction): RaisedEvent[] {
  switch (action.kind) {
    case 'deliver': {
      const subject = placeOfItem(action.item);
      return [{ type: 'Created', subject }, folderModified(action.item.folder), { type: 'NewMail', subject }];
    }
    case 'create':
      return [{ type: 'Created', subject: placeOfItem(action.item) }, folderModified(action.item.folder)];
    case 'modify': {
      const once = [
        { type: 'Modified', subject: placeOfItem(action.item) } as const,
        folderModified(action.item.folder),
      ];
      return [...once, ...once];
    }
    case 'copy':
      return [
        { type: 'Copied', subject: placeOfItem(action.item), old: action.old },
        folderModified(action.item.folder),
      ];
    case 'move':
    case 'trash':
      return [
        { type: 'Moved', subject: placeOfItem(action.item), old: action.old },
        ...bothModified(action.oldParent, action.item.folder),
      ];
    case 'hardDelete':
      return [{ type: 'Deleted', subject: action.old }, folderModified(action.oldParent)];
  }
}

function ofFolder(action: FolderAction): RaisedEvent[] {
  switch (action.kind) {
    case 'createFolder':
      return [{ type: 'Created', subject: placeOfFolder(action.folder) }, folderModified(action.folder.parent)];
    case 'modifyFolder':
      return [folderModified(action.folder)];
    case 'copyFolder':
      return [
        { type: 'Copied', subject: placeOfFolder(action.folder), old: action.old },
        folderModified(action.folder.parent),
      ];
    case 'moveFolder':
    case 'trashFolder':
      return [
        { type: 'Moved', subject: placeOfFolder(action.folder), old: action.old },
        ...bothModified(action.oldParent, action.folder.parent),
      ];
    case 'hardDeleteFolder':
      return [{ type: 'Deleted', subject: action.old }, folderModified(action.oldParent)];
  }
}

function bothModified(one: Folder, other: Folder): RaisedEvent[] {
  return one === other ? [folderModified(one)] : [folderModified(one), folderModified(other)];
}
