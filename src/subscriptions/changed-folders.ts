import { extendedPropertyValue } from '../protocol/extended-property.js';
import { findFolder, type FindFolderResponse } from '../protocol/find-folder.js';
import type { Folder } from '../protocol/folder.js';
import { getFolder } from '../protocol/get-folder.js';
import { LOCAL_COMMIT_TIME_MAX, type PropertyPath } from '../protocol/property-path.js';
import type { EwsAnswer } from '../transport/ews-client.js';
import { contextOf } from './account-link.js';
import { COUNT_PROPERTIES, countsOf, type FolderCounts } from './folder-counts.js';
import type { Ask } from './modified-items.js';
import { scopeOf } from './subscription-description.js';

const PROPERTIES: readonly PropertyPath[] = [
  LOCAL_COMMIT_TIME_MAX,
  ...COUNT_PROPERTIES,
  'folder:ParentFolderId',
  'folder:UnreadCount',
];
const PAGE_SIZE = 500;
/** A mailbox with more folders than these pages hold is not looked at as a whole. */
const MAX_PAGES = 10;

export interface ChangedFolder {
  readonly id: string;
  /** When something last happened in it, deletions included (ms since 1970); NaN where the server does not tell. */
  readonly changedAt: number;
  /** The same as the server wrote it. */
  readonly changed: string | undefined;
  readonly folder: Folder;
}

export interface ChangedFolders {
  readonly folders: readonly ChangedFolder[];
  /** The ids of all that were looked at. */
  readonly looked: readonly string[];
  /** Of all of them. */
  readonly counts: FolderCounts;
  /** Whether all were looked at. */
  readonly complete: boolean;
  /** The server's clock when it was asked (ms since 1970). */
  readonly serverTime: number | undefined;
}

/**
 * The folders of a description in which something happened later than `since` (ms since 1970, by the server's clock), or
 * may have, where the server does not tell. Folders that are gone are left out. Throws an `EwsError`.
 */
export async function changedFolders(ask: Ask, since: number): Promise<ChangedFolders> {
  const { folders, ...rest } = ask.description.allFolders ? await allFolders(ask) : await namedFolders(ask);
  const all = folders.map((folder) => {
    const changed = extendedPropertyValue(folder.extendedProperties, LOCAL_COMMIT_TIME_MAX);
    return { id: folder.folderId.id, changedAt: Date.parse(changed ?? ''), changed, folder };
  });
  const looked = all.map(({ id }) => id);
  return { folders: all.filter(({ changedAt }) => !(changedAt < since)), looked, counts: countsOf(folders), ...rest };
}

type Folders = Omit<ChangedFolders, 'folders' | 'looked' | 'counts'> & { readonly folders: readonly Folder[] };

async function namedFolders({ connection, account, description, signal }: Ask): Promise<Folders> {
  const scope = scopeOf(description);
  if ('allFolders' in scope) return { folders: [], complete: false, serverTime: undefined };
  const { response, serverTime } = await connection.client.call(
    getFolder,
    { ...scope, shape: 'IdOnly', properties: PROPERTIES },
    contextOf(description, account.email, signal),
  );
  const folders = response.flatMap((result) => {
    if ('folder' in result) return [result.folder];
    if (result.error.action === 'stop-target') return [];
    throw result.error;
  });
  return { folders, complete: true, serverTime };
}

async function allFolders({ connection, account, description, signal }: Ask): Promise<Folders> {
  const folders: Folder[] = [];
  let begun: number | undefined;
  let offset: number | undefined = 0;
  for (let page = 0; page < MAX_PAGES && offset !== undefined; page += 1) {
    const { response, serverTime }: EwsAnswer<FindFolderResponse> = await connection.client.call(
      findFolder,
      {
        parent: { id: 'msgfolderroot' },
        traversal: 'Deep',
        shape: 'IdOnly',
        properties: PROPERTIES,
        page: { offset, maxEntries: PAGE_SIZE },
      },
      contextOf(description, account.email, signal),
    );
    folders.push(...response.folders);
    begun ??= serverTime;
    const next: number | undefined = response.nextOffset;
    offset = next !== undefined && next > offset ? next : undefined;
  }
  return { folders, complete: offset === undefined, serverTime: begun };
}
