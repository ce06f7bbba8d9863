import type { Folder } from './folder.js';
import type { Item } from './item.js';
import type { Place, RaisedEvent } from './journal.js';

/** Something done to an item. `old` and `oldParent` tell where it was. */
export type ItemAction =
  | { readonly kind: 'deliver' | 'create'; readonly item: Item }
  /** `unreadChanged`: it was read, or marked as unread. */
  | { readonly kind: 'modify'; readonly item: Item; readonly unreadChanged: boolean }
  /** `trash`: moved to Deleted Items, or to the Recoverable Items (a soft delete). */
  | { readonly kind: 'move' | 'copy' | 'trash'; readonly item: Item; readonly old: Place; readonly oldParent: Folder }
  | { readonly kind: 'hardDelete'; readonly old: Place; readonly oldParent: Folder };

/** Something done to a folder. */
export type FolderAction =
  | { readonly kind: 'createFolder' | 'modifyFolder'; readonly folder: Folder }
  | {
      readonly kind: 'moveFolder' | 'copyFolder' | 'trashFolder';
      readonly folder: Folder;
      readonly old: Place;
      readonly oldParent: Folder;
    }
  | { readonly kind: 'hardDeleteFolder'; readonly old: Place; readonly oldParent: Folder };

/** One thing that a user or the server does in a mailbox. */
export type MailboxAction = ItemAction | FolderAction;

/** What a server raises for an action, in order. Servers differ in this. */
export type EventStyle = (action: MailboxAction, freeBusyFolder: Folder) => readonly RaisedEvent[];

export function placeOfItem(item: Item): Place {
  const place = { item: item.number, parent: item.folder.number };
  return item.isCalendarItem ? { ...place, calendar: true } : place;
}

export function placeOfFolder(folder: Folder): Place {
  return { folder: folder.number, parent: folder.parent.number };
}

export function isFolderAction(action: MailboxAction): action is FolderAction {
  return action.kind.endsWith('Folder');
}

/** The event that tells of a change of the folder itself, such as the number of its unread items. */
export function folderModified(folder: Folder): RaisedEvent {
  return { type: 'Modified', subject: placeOfFolder(folder), unreadCount: folder.unreadCount };
}
