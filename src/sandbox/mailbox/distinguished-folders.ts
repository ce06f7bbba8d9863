import type { DistinguishedFolder } from '../../protocol/distinguished-folder.js';

/** How a mailbox is laid out when it is new. */
export interface FolderLayout {
  readonly distinguished?: DistinguishedFolder;
  readonly displayName: string;
  readonly folderClass: string;
  /** The display name or distinguished name of the folder it lies in; the root lies in itself. */
  readonly parent: DistinguishedFolder;
}

const NOTE = 'IPF.Note';

/** The folder that holds what Exchange writes while it works out free and busy times. It has no distinguished name. */
export const FREE_BUSY_FOLDER = 'Freebusy Data';

/** Parents stand before their children. */
export const FOLDER_LAYOUT: readonly FolderLayout[] = [
  { distinguished: 'root', displayName: 'Root', folderClass: '', parent: 'root' },
  { distinguished: 'msgfolderroot', displayName: 'Top of Information Store', folderClass: '', parent: 'root' },
  { distinguished: 'inbox', displayName: 'Inbox', folderClass: NOTE, parent: 'msgfolderroot' },
  { distinguished: 'drafts', displayName: 'Drafts', folderClass: NOTE, parent: 'msgfolderroot' },
  { distinguished: 'sentitems', displayName: 'Sent Items', folderClass: NOTE, parent: 'msgfolderroot' },
  { distinguished: 'deleteditems', displayName: 'Deleted Items', folderClass: NOTE, parent: 'msgfolderroot' },
  { distinguished: 'outbox', displayName: 'Outbox', folderClass: NOTE, parent: 'msgfolderroot' },
  { distinguished: 'junkemail', displayName: 'Junk Email', folderClass: NOTE, parent: 'msgfolderroot' },
  { distinguished: 'calendar', displayName: 'Calendar', folderClass: 'IPF.Appointment', parent: 'msgfolderroot' },
  { distinguished: 'contacts', displayName: 'Contacts', folderClass: 'IPF.Contact', parent: 'msgfolderroot' },
  { distinguished: 'tasks', displayName: 'Tasks', folderClass: 'IPF.Task', parent: 'msgfolderroot' },
  { distinguished: 'notes', displayName: 'Notes', folderClass: 'IPF.StickyNote', parent: 'msgfolderroot' },
  { distinguished: 'journal', displayName: 'Journal', folderClass: 'IPF.Journal', parent: 'msgfolderroot' },
  {
    distinguished: 'conversationhistory',
    displayName: 'Conversation History',
    folderClass: NOTE,
    parent: 'msgfolderroot',
  },
  { distinguished: 'syncissues', displayName: 'Sync Issues', folderClass: NOTE, parent: 'msgfolderroot' },
  { distinguished: 'conflicts', displayName: 'Conflicts', folderClass: NOTE, parent: 'syncissues' },
  { distinguished: 'localfailures', displayName: 'Local Failures', folderClass: NOTE, parent: 'syncissues' },
  { distinguished: 'serverfailures', displayName: 'Server Failures', folderClass: NOTE, parent: 'syncissues' },
  { distinguished: 'searchfolders', displayName: 'Finder', folderClass: '', parent: 'root' },
  { distinguished: 'recoverableitemsroot', displayName: 'Recoverable Items', folderClass: '', parent: 'root' },
  {
    distinguished: 'recoverableitemsdeletions',
    displayName: 'Deletions',
    folderClass: '',
    parent: 'recoverableitemsroot',
  },
  {
    distinguished: 'recoverableitemsversions',
    displayName: 'Versions',
    folderClass: '',
    parent: 'recoverableitemsroot',
  },
  { distinguished: 'recoverableitemspurges', displayName: 'Purges', folderClass: '', parent: 'recoverableitemsroot' },
  { displayName: FREE_BUSY_FOLDER, folderClass: '', parent: 'root' },
];
