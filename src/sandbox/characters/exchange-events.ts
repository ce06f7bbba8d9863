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
import type { Place, RaisedEvent } from '../mailbox/journal.js';

/**
 * What Exchange 2013 and later raise
 * (docs: "Pull notifications for EWS deletion-related mailbox events", and the samples of GetStreamingEvents).
 */
export const exchangeEvents: EventStyle = (action, freeBusyFolder) => {
  if (isFolderAction(action)) return ofFolder(action);
  return [...ofItem(action), ...freeBusyEvents(action, freeBusyFolder)];
};

function ofItem(action: ItemAction): RaisedEvent[] {
  switch (action.kind) {
    case 'deliver': {
      const subject = placeOfItem(action.item);
      return [{ type: 'Created', subject }, { type: 'NewMail', subject }, folderModified(action.item.folder)];
    }
    case 'create': {
      const subject = placeOfItem(action.item);
      // An appointment is written once more when its reminder and its free/busy status are worked out.
      const again: RaisedEvent[] = action.item.isCalendarItem ? [{ type: 'Modified', subject }] : [];
      return [{ type: 'Created', subject }, ...again, folderModified(action.item.folder)];
    }
    case 'modify': {
      const modified: RaisedEvent = { type: 'Modified', subject: placeOfItem(action.item) };
      return action.unreadChanged ? [modified, folderModified(action.item.folder)] : [modified];
    }
    case 'copy':
      return [
        { type: 'Copied', subject: placeOfItem(action.item), old: action.old },
        folderModified(action.item.folder),
      ];
    case 'move':
      return [
        { type: 'Moved', subject: placeOfItem(action.item), old: action.old },
        ...bothModified(action.oldParent, action.item.folder),
      ];
    case 'trash':
      return [...trashed(placeOfItem(action.item), action.old), ...bothModified(action.oldParent, action.item.folder)];
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
      return [
        { type: 'Moved', subject: placeOfFolder(action.folder), old: action.old },
        ...bothModified(action.oldParent, action.folder.parent),
      ];
    case 'trashFolder':
      return [
        ...trashed(placeOfFolder(action.folder), action.old),
        ...bothModified(action.oldParent, action.folder.parent),
      ];
    case 'hardDeleteFolder':
      return [{ type: 'Deleted', subject: action.old }, folderModified(action.oldParent)];
  }
}

/** A subscription to named folders sees such a deletion as a move, one to all folders as two events. */
function trashed(subject: Place, old: Place): RaisedEvent[] {
  return [
    { type: 'Moved', subject, old, seenBy: 'named' },
    { type: 'Deleted', subject: old, seenBy: 'all' },
    { type: 'Created', subject, seenBy: 'all' },
  ];
}

function bothModified(one: Folder, other: Folder): RaisedEvent[] {
  return one === other ? [folderModified(one)] : [folderModified(one), folderModified(other)];
}

/**
 * A change in the calendar changes the free/busy times. They are worked out in a temporary item
 * (`IPM.SchedulePlus.FreeBusy.BinaryData`) that is gone when a client looks for it.
 */
function freeBusyEvents(action: ItemAction, freeBusyFolder: Folder): RaisedEvent[] {
  const subject = action.kind === 'hardDelete' ? action.old : placeOfItem(action.item);
  if (!subject.calendar) return [];
  const temporary: Place = { item: subject.item ?? 0, parent: freeBusyFolder.number };
  return [
    { type: 'FreeBusyChanged', subject },
    { type: 'Created', subject: temporary },
    { type: 'Modified', subject: temporary },
    folderModified(freeBusyFolder),
  ];
}
