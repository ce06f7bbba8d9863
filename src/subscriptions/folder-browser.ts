import type { DistinguishedFolder } from '../protocol/distinguished-folder.js';
import { toEwsError, type EwsError } from '../protocol/ews-error.js';
import { findFolder, type FindFolderResponse } from '../protocol/find-folder.js';
import type { FolderReference } from '../protocol/folder-ids.js';
import { getFolder, type Folder } from '../protocol/get-folder.js';
import type { FieldUri } from '../protocol/property-path.js';
import type { EwsClient } from '../transport/ews-client.js';
import { contextOf } from './account-link.js';
import type { Access } from './subscription-description.js';

/** So many folders come with one answer. */
const PAGE = 200;
/** Search: so many folders a request, so many looked at in all, so many found ones told. */
const SEARCH_PAGE = 1000;
const MAX_SEARCHED = 5000;
const MAX_FOUND = 200;
/** A folder lies so deep, at most; more is a circle. */
const MAX_DEPTH = 50;

const PROPERTIES: readonly FieldUri[] = [
  'folder:ParentFolderId',
  'folder:DisplayName',
  'folder:FolderClass',
  'folder:TotalCount',
  'folder:UnreadCount',
  'folder:ChildFolderCount',
];

/** Folders with a name in every mailbox, in the order in which they are told where there is nothing else to go by. */
const DISTINGUISHED: readonly DistinguishedFolder[] = [
  ...(['inbox', 'drafts', 'sentitems', 'deleteditems', 'junkemail', 'outbox', 'calendar', 'contacts'] as const),
  ...(['tasks', 'notes', 'journal', 'conversationhistory', 'syncissues'] as const),
];

/** A folder as somebody who chooses one sees it. */
export interface BrowsedFolder {
  readonly id: string;
  readonly name: string;
  /** Its name in every mailbox, where it has one. */
  readonly distinguished?: DistinguishedFolder;
  /** Such as `IPF.Note`; empty if the server does not say. */
  readonly folderClass: string;
  readonly total?: number;
  readonly unread?: number;
  /** How many folders are in it. */
  readonly children: number;
  /** Search: the names of the folders around it, from the outside. */
  readonly path?: readonly string[];
}

export interface BrowsedFolders {
  readonly folders: readonly BrowsedFolder[];
  /** Where the rest begins, if this is not all. */
  readonly nextOffset?: number;
  /** Only these may be opened, not the mailbox they are in. */
  readonly partial?: boolean;
  /** Search: there is more than was looked at, or than is told. */
  readonly cut?: boolean;
}

export interface BrowserOptions {
  readonly client: EwsClient;
  /** The account's own address. */
  readonly email: string;
  /** Empty for the account's own. */
  readonly mailbox: string;
  readonly access: Access;
  readonly signal: AbortSignal;
}

/** The folders of a mailbox, a level at a time. Everything throws an `EwsError`. */
export class FolderBrowser {
  readonly #options: BrowserOptions;

  constructor(options: BrowserOptions) {
    this.#options = options;
  }

  /** The folders at the top of the mailbox; where only single ones may be opened, those that every mailbox has. */
  async top(offset = 0): Promise<BrowsedFolders> {
    const known = await this.#distinguished();
    try {
      return this.#page(await this.#find({ id: 'msgfolderroot' }, offset, PAGE), known);
    } catch (thrown) {
      const error = toEwsError(thrown);
      if (known.size === 0 || !isRefusal(error)) throw error;
      return { folders: [...known].map(([name, folder]) => browsed(folder, name)), partial: true };
    }
  }

  /** The folders in a folder. */
  async below(id: string, offset = 0): Promise<BrowsedFolders> {
    return this.#page(await this.#find({ id }, offset, PAGE), new Map());
  }

  /**
   * The folders anywhere in the mailbox whose names hold a text. They are looked through here: servers differ in what they
   * understand of such a question, and only who knows all can say where a folder lies.
   */
  async search(text: string): Promise<BrowsedFolders> {
    const known = await this.#distinguished();
    const all: Folder[] = [];
    let next: number | undefined = 0;
    while (next !== undefined && all.length < MAX_SEARCHED) {
      const page: FindFolderResponse = await this.#find({ id: 'msgfolderroot' }, next, SEARCH_PAGE, 'Deep');
      all.push(...page.folders);
      next = follows(page, next);
    }
    const byId = new Map(all.map((folder) => [folder.folderId.id, folder]));
    const wanted = text.toLocaleLowerCase();
    const found = all.filter(({ displayName = '' }) => displayName.toLocaleLowerCase().includes(wanted));
    const folders = found.slice(0, MAX_FOUND).map((folder) => {
      const path = pathOf(folder, byId);
      return { ...browsed(folder, path.length === 0 ? nameOf(folder, known) : undefined), path };
    });
    return { folders, cut: next !== undefined || found.length > MAX_FOUND };
  }

  async #find(
    parent: FolderReference,
    offset: number,
    maxEntries: number,
    traversal: 'Shallow' | 'Deep' = 'Shallow',
  ): Promise<FindFolderResponse> {
    const { client } = this.#options;
    const page = { offset, maxEntries };
    const request = { parent, traversal, shape: 'IdOnly', properties: PROPERTIES, page, ...this.#named() } as const;
    return (await client.call(findFolder, request, this.#context())).response;
  }

  /** Those of the folders with names that are there and may be opened. */
  async #distinguished(): Promise<ReadonlyMap<DistinguishedFolder, Folder>> {
    const folders = DISTINGUISHED.map((id) => ({ id }));
    const request = { folders, shape: 'IdOnly', properties: PROPERTIES, ...this.#named() } as const;
    const { response } = await this.#options.client.call(getFolder, request, this.#context());
    const known = new Map<DistinguishedFolder, Folder>();
    for (const [at, name] of DISTINGUISHED.entries()) {
      const result = response[at];
      if (result && 'folder' in result) known.set(name, result.folder);
    }
    return known;
  }

  #page(page: FindFolderResponse, known: ReadonlyMap<DistinguishedFolder, Folder>): BrowsedFolders {
    const folders = page.folders.map((folder) => browsed(folder, nameOf(folder, known)));
    return page.nextOffset === undefined ? { folders } : { folders, nextOffset: page.nextOffset };
  }

  /** Impersonated, the mailbox is the caller's own; a delegate must say whose folders are meant. */
  #named(): { readonly mailbox?: string } {
    const { mailbox, access } = this.#options;
    return mailbox !== '' && access === 'delegate' ? { mailbox } : {};
  }

  #context(): ReturnType<typeof contextOf> {
    const { email, signal } = this.#options;
    return contextOf(this.#options, email, signal);
  }
}

/** Where the next page begins. A server that does not get on would otherwise be asked without end. */
function follows({ folders, nextOffset }: FindFolderResponse, offset: number): number | undefined {
  return folders.length > 0 && nextOffset !== undefined && nextOffset > offset ? nextOffset : undefined;
}

function isRefusal({ code }: EwsError): boolean {
  return ['ErrorAccessDenied', 'ErrorFolderNotFound', 'ErrorItemNotFound'].includes(code);
}

/**
 * Its name in every mailbox, of a folder at the top. Exchange may give a folder two forms of id, depending on how it was
 * asked for, but no two folders beside each other have the same display name.
 */
function nameOf(folder: Folder, known: ReadonlyMap<DistinguishedFolder, Folder>): DistinguishedFolder | undefined {
  for (const [name, { folderId, displayName }] of known) {
    if (folderId.id === folder.folderId.id) return name;
    if (displayName !== undefined && displayName === folder.displayName) return name;
  }
  return undefined;
}

/** What some servers leave to the kind of element. */
const CLASSES: Readonly<Record<string, string>> = {
  CalendarFolder: 'IPF.Appointment',
  ContactsFolder: 'IPF.Contact',
  TasksFolder: 'IPF.Task',
};

function browsed(folder: Folder, distinguished: DistinguishedFolder | undefined): BrowsedFolder {
  const { folderId, displayName, folderClass, kind, totalCount, unreadCount, childFolderCount } = folder;
  return {
    id: folderId.id,
    name: displayName ?? '',
    ...(distinguished === undefined ? {} : { distinguished }),
    folderClass: folderClass ?? CLASSES[kind] ?? '',
    ...(totalCount === undefined ? {} : { total: totalCount }),
    ...(unreadCount === undefined ? {} : { unread: unreadCount }),
    children: childFolderCount ?? 0,
  };
}

function pathOf(folder: Folder, byId: ReadonlyMap<string, Folder>): readonly string[] {
  const path: string[] = [];
  for (let at = parentOf(folder, byId); at && path.length < MAX_DEPTH; at = parentOf(at, byId)) {
    path.unshift(at.displayName ?? '');
  }
  return path;
}

function parentOf({ parentFolderId }: Folder, byId: ReadonlyMap<string, Folder>): Folder | undefined {
  return parentFolderId && byId.get(parentFolderId.id);
}
