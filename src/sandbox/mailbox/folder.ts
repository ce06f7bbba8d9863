import type { DistinguishedFolder } from '../../protocol/distinguished-folder.js';
import type { IdWriter } from '../ids.js';
import type { Item } from './item.js';

/** A folder of a mailbox. It knows its items; who changes them keeps {@link unreadCount} right. */
export class Folder {
  /** Changes with each change of the folder or of what it holds. */
  change = 1;
  unreadCount = 0;
  /** How many items have ever been deleted from it (PR_DELETED_COUNT_TOTAL). */
  deletedCount = 0;
  /** When it or an item in it last changed, in milliseconds since 1970 (PR_LOCAL_COMMIT_TIME_MAX). */
  lastChange = 0;
  parent: Folder;
  // Made when the first item comes: most folders of most mailboxes stay empty.
  #items: Set<Item> | undefined;

  /** @param parent none makes it the root, which lies in itself */
  constructor(
    readonly ids: IdWriter,
    readonly number: number,
    parent: Folder | undefined,
    public displayName: string,
    readonly folderClass: string,
    readonly distinguished?: DistinguishedFolder,
  ) {
    this.parent = parent ?? this;
  }

  get id(): string {
    return this.ids.folderId(this.number);
  }

  get changeKey(): string {
    return this.ids.changeKey('folder', this.change);
  }

  get items(): Iterable<Item> {
    return this.#items ?? [];
  }

  get totalCount(): number {
    return this.#items?.size ?? 0;
  }

  /** The folder element that EWS shows it as (schema: ArrayOfFoldersType). */
  get kind(): 'Folder' | 'CalendarFolder' | 'ContactsFolder' | 'SearchFolder' | 'TasksFolder' {
    switch (this.folderClass) {
      case 'IPF.Appointment':
        return 'CalendarFolder';
      case 'IPF.Contact':
        return 'ContactsFolder';
      case 'IPF.Task':
        return 'TasksFolder';
      default:
        return 'Folder';
    }
  }

  /** Whether it is `other` or lies anywhere below it. */
  isWithin(other: Folder): boolean {
    if (this === other) return true;
    return this.parent !== this && this.parent.isWithin(other);
  }

  add(item: Item): void {
    (this.#items ??= new Set()).add(item);
    item.folder = this;
    if (!item.isRead) this.unreadCount += 1;
  }

  remove(item: Item): void {
    if (this.#items?.delete(item) && !item.isRead) this.unreadCount -= 1;
  }
}
