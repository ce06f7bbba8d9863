import type { Clock } from '../../clock.js';
import type { Random } from '../random.js';
import { readWatermark, writeWatermark } from '../watermark.js';
import { placeOfFolder, placeOfItem, type EventStyle, type MailboxAction } from './action.js';
import { FREE_BUSY_FOLDER } from './distinguished-folders.js';
import type { Folder } from './folder.js';
import type { Appointment, Item, ItemProperties } from './item.js';
import { Journal, type JournalLimits } from './journal.js';
import { Store, type FolderLike } from './store.js';

export interface MailboxSettings {
  readonly address: string;
  readonly displayName: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly history: JournalLimits;
  readonly eventStyle: EventStyle;
}

/** A mailbox. What is done in it raises the events that a real server raises for it. */
export class Mailbox {
  readonly address: string;
  readonly displayName: string;
  /** @internal */
  readonly store: Store;
  /** @internal */
  readonly journal: Journal;
  /** Called after events were raised. @internal */
  readonly watchers = new Set<() => void>();
  /** Set while it is being moved to another database, when nothing can be done with it. @internal */
  isMoving = false;
  #database: Buffer;
  readonly #freeBusyFolder: Folder;
  readonly #eventStyle: EventStyle;
  readonly #random: Random;

  /** @internal */
  constructor({ address, displayName, clock, random, history, eventStyle }: MailboxSettings) {
    this.address = address;
    this.displayName = displayName;
    this.store = new Store(clock, random);
    this.journal = new Journal(clock, history, random.integer(1_000, 1_000_000));
    this.#database = random.bytes(16);
    this.#freeBusyFolder = this.store.folder(FREE_BUSY_FOLDER);
    this.#eventStyle = eventStyle;
    this.#random = random;
  }

  /** The folder of that distinguished name, id or display name. Throws if there is none. */
  folder(like: FolderLike): Folder {
    return this.store.folder(like);
  }

  /** The item of that id. Throws if it is not there any more. */
  item(id: string): Item {
    const item = this.store.findItem(id);
    if (!item) throw new Error(`The mailbox ${this.address} has no item ${id}.`);
    return item;
  }

  /** New mail from outside: Created, NewMail, Modified of the folder. */
  deliver(properties: ItemProperties = {}, folder: FolderLike = 'inbox'): Item {
    const to = properties.to ?? [{ name: this.displayName, address: this.address }];
    return this.#made('deliver', this.store.addItem(this.folder(folder), { ...properties, to }));
  }

  /** An item made by a client, for example a draft. */
  create(properties: ItemProperties = {}, folder: FolderLike = 'drafts'): Item {
    return this.#made('create', this.store.addItem(this.folder(folder), { isRead: true, ...properties }));
  }

  /** An appointment, which is several events. */
  createAppointment(appointment: Appointment, properties: ItemProperties = {}, folder: FolderLike = 'calendar'): Item {
    return this.create({ ...properties, appointment }, folder);
  }

  modify(item: Item, properties: ItemProperties): Item {
    const { folder, isRead } = item;
    folder.remove(item);
    item.assign(properties);
    folder.add(item);
    this.store.touchItem(item);
    this.#raise({ kind: 'modify', item, unreadChanged: item.isRead !== isRead });
    return item;
  }

  markRead(item: Item, isRead = true): Item {
    return this.modify(item, { isRead });
  }

  /** The item gets another id. */
  move(item: Item, target: FolderLike): Item {
    return this.#relocate('move', item, target);
  }

  /** The copy. */
  copy(item: Item, target: FolderLike): Item {
    const old = placeOfItem(item);
    const copy = this.store.copyItem(item, this.folder(target));
    this.#raise({ kind: 'copy', item: copy, old, oldParent: item.folder });
    return copy;
  }

  /** To Deleted Items. */
  delete(item: Item): Item {
    return this.#relocate('trash', item, 'deleteditems');
  }

  /** To the Recoverable Items. */
  softDelete(item: Item): Item {
    return this.#relocate('trash', item, 'recoverableitemsdeletions');
  }

  /** For good. */
  hardDelete(item: Item): void {
    const old = placeOfItem(item);
    this.store.dropItem(item);
    this.#raise({ kind: 'hardDelete', old, oldParent: item.folder });
  }

  createFolder(displayName: string, parent: FolderLike = 'msgfolderroot', folderClass = 'IPF.Note'): Folder {
    const folder = this.store.addFolder(this.folder(parent), displayName, folderClass);
    this.store.touch(folder.parent);
    this.#raise({ kind: 'createFolder', folder });
    return folder;
  }

  /** Gives a folder another name. */
  modifyFolder(folder: FolderLike, { displayName }: { readonly displayName: string }): Folder {
    const renamed = this.folder(folder);
    renamed.displayName = displayName;
    this.store.touch(renamed);
    this.#raise({ kind: 'modifyFolder', folder: renamed });
    return renamed;
  }

  moveFolder(folder: FolderLike, target: FolderLike): Folder {
    return this.#relocateFolder('moveFolder', this.folder(folder), this.folder(target));
  }

  /** The copy, with what the folder holds. Only the folder itself raises an event. */
  copyFolder(folder: FolderLike, target: FolderLike): Folder {
    const source = this.folder(folder);
    const parent = this.folder(target);
    if (parent.isWithin(source)) throw new Error('A folder cannot be copied into itself.');
    const copy = this.#copyTree(source, parent);
    this.store.touch(parent);
    this.#raise({ kind: 'copyFolder', folder: copy, old: placeOfFolder(source), oldParent: source.parent });
    return copy;
  }

  /** To Deleted Items, or for good. */
  deleteFolder(folder: FolderLike, how: 'toDeletedItems' | 'hard' = 'toDeletedItems'): void {
    const doomed = this.folder(folder);
    if (doomed.distinguished) throw new Error(`The folder ${doomed.distinguished} cannot be deleted.`);
    if (how === 'toDeletedItems') {
      this.#relocateFolder('trashFolder', doomed, this.folder('deleteditems'));
      return;
    }
    this.store.dropFolder(doomed);
    this.store.touch(doomed.parent);
    this.#raise({ kind: 'hardDeleteFolder', old: placeOfFolder(doomed), oldParent: doomed.parent });
  }

  /** The watermark of a position in the journal. @internal */
  watermark(position: number): string {
    return writeWatermark(this.#database, position);
  }

  /** The position a watermark stands for; `undefined` when it is void or too old to resume from. @internal */
  positionOf(watermark: string): number | undefined {
    const position = readWatermark(this.#database, watermark);
    return position !== undefined && this.journal.reachesBack(position) ? position : undefined;
  }

  /** What happens to watermarks when a mailbox comes to another database: they are void. @internal */
  changeDatabase(): void {
    this.#database = this.#random.bytes(16);
    this.journal.clear();
  }

  /** Has whoever watches the mailbox look at it. @internal */
  wake(): void {
    for (const watcher of [...this.watchers]) watcher();
  }

  #made(kind: 'deliver' | 'create', item: Item): Item {
    this.#raise({ kind, item });
    return item;
  }

  #relocate(kind: 'move' | 'trash', item: Item, target: FolderLike): Item {
    const old = placeOfItem(item);
    const oldParent = item.folder;
    this.store.moveItem(item, this.folder(target));
    this.#raise({ kind, item, old, oldParent });
    return item;
  }

  #relocateFolder(kind: 'moveFolder' | 'trashFolder', folder: Folder, target: Folder): Folder {
    if (target.isWithin(folder)) throw new Error('A folder cannot be moved into itself.');
    const old = placeOfFolder(folder);
    const oldParent = folder.parent;
    folder.parent = target;
    for (const touched of [folder, oldParent, target]) this.store.touch(touched);
    this.#raise({ kind, folder, old, oldParent });
    return folder;
  }

  #copyTree(source: Folder, parent: Folder): Folder {
    const copy = this.store.addFolder(parent, source.displayName, source.folderClass);
    for (const item of source.items) this.store.copyItem(item, copy);
    for (const child of this.store.childrenOf(source)) this.#copyTree(child, copy);
    return copy;
  }

  #raise(action: MailboxAction): void {
    for (const event of this.#eventStyle(action, this.#freeBusyFolder)) this.journal.append(event);
    this.wake();
  }
}
