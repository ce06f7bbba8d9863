import { isDistinguishedFolder, type DistinguishedFolder } from '../../protocol/distinguished-folder.js';
import type { Clock } from '../../clock.js';
import { IdWriter, readEwsId } from '../ids.js';
import type { Random } from '../random.js';
import { FOLDER_LAYOUT } from './distinguished-folders.js';
import { Folder } from './folder.js';
import { Item, type ItemProperties } from './item.js';

/** A folder, or how it is called: a distinguished name or its id. */
export type FolderLike = Folder | string;

/** The first number that a folder gets; numbers below it are kept for the store itself, as in Exchange. */
const FIRST_FOLDER = 0x101;
const FIRST_ITEM = 0x2000;

/** The folders and items of a mailbox, and their numbers. It raises no events. */
export class Store {
  readonly guid: string;
  readonly ids: IdWriter;
  readonly #folders = new Map<number, Folder>();
  readonly #items = new Map<number, Item>();
  #nextFolder = FIRST_FOLDER;
  #nextItem = FIRST_ITEM;
  #change = 1;

  constructor(
    readonly clock: Clock,
    random: Random,
  ) {
    this.guid = random.guid();
    this.ids = new IdWriter(this.guid, random.bytes(16));
    for (const { parent, displayName, folderClass, distinguished } of FOLDER_LAYOUT) {
      this.addFolder(this.distinguished(parent), displayName, folderClass, distinguished);
    }
  }

  get folders(): Iterable<Folder> {
    return this.#folders.values();
  }

  /** A distinguished folder; `undefined` for those that this kind of mailbox has not. */
  distinguished(name: DistinguishedFolder): Folder | undefined {
    const at = FOLDER_LAYOUT.findIndex((layout) => layout.distinguished === name);
    return at === -1 ? undefined : this.#folders.get(FIRST_FOLDER + at);
  }

  /** The folder of that distinguished name or id, if there is one. */
  findFolder(nameOrId: string): Folder | undefined {
    if (isDistinguishedFolder(nameOrId)) return this.distinguished(nameOrId);
    const key = readEwsId(nameOrId);
    return key?.mailbox === this.guid && !('item' in key) ? this.#folders.get(key.folder) : undefined;
  }

  /** The item of that id, if it is still there and still in that folder. */
  findItem(id: string): Item | undefined {
    const key = readEwsId(id);
    if (key?.mailbox !== this.guid || !('item' in key)) return undefined;
    const item = this.#items.get(key.item);
    return item?.folder.number === key.folder ? item : undefined;
  }

  /** Throws for a folder that is not there: who calls is a test or a script. */
  folder(like: FolderLike): Folder {
    if (typeof like !== 'string') return like;
    const found = this.findFolder(like) ?? [...this.folders].find((folder) => folder.displayName === like);
    if (!found) throw new Error(`The mailbox has no folder "${like}".`);
    return found;
  }

  childrenOf(parent: Folder): readonly Folder[] {
    return [...this.folders].filter((folder) => folder.parent === parent && folder !== parent);
  }

  addFolder(
    parent: Folder | undefined,
    displayName: string,
    folderClass: string,
    distinguished?: DistinguishedFolder,
  ): Folder {
    const folder = new Folder(this.ids, this.#nextFolder++, parent, displayName, folderClass, distinguished);
    this.#folders.set(folder.number, folder);
    this.touch(folder);
    return folder;
  }

  /** Takes a folder and all that is below it out of the store. */
  dropFolder(folder: Folder): void {
    for (const child of this.childrenOf(folder)) this.dropFolder(child);
    for (const item of folder.items) this.#items.delete(item.number);
    this.#folders.delete(folder.number);
  }

  addItem(folder: Folder, properties: ItemProperties): Item {
    const item = new Item(this.#nextItem++, folder, this.clock.now(), this.#change++);
    item.assign(properties);
    this.#items.set(item.number, item);
    folder.add(item);
    this.touch(folder);
    return item;
  }

  /** Moves an item, which gives it another number and so another id. */
  moveItem(item: Item, target: Folder): void {
    this.touch(item.folder);
    item.folder.remove(item);
    item.folder.deletedCount += 1;
    this.#items.delete(item.number);
    item.number = this.#nextItem++;
    this.#items.set(item.number, item);
    target.add(item);
    this.touch(target);
  }

  copyItem(item: Item, target: Folder): Item {
    const { number: _number, folder: _folder, ...content } = item;
    const copy = Object.assign(new Item(this.#nextItem++, target, item.created, this.#change++), {
      ...content,
      change: this.#change,
    });
    this.#items.set(copy.number, copy);
    target.add(copy);
    this.touch(target);
    return copy;
  }

  dropItem(item: Item): void {
    item.folder.remove(item);
    item.folder.deletedCount += 1;
    this.#items.delete(item.number);
    this.touch(item.folder);
  }

  /** Marks an item as changed now, and its folder too. */
  touchItem(item: Item): void {
    item.change = this.#change++;
    item.lastModified = this.clock.now();
    this.touch(item.folder);
  }

  /** Marks a folder as changed now. */
  touch(folder: Folder): void {
    folder.change = this.#change++;
    folder.lastChange = this.clock.now();
  }
}
