import { getFolder } from '../protocol/get-folder.js';
import type { MailboxEvent } from '../protocol/mailbox-event.js';
import { COUNT_PROPERTIES, countsOf, type FolderCounts } from './folder-counts.js';
import { contextOf, type AccountConnection, type AccountLink } from './account-link.js';
import type { SubscriptionDescription } from './subscription-description.js';

/**
 * Whether a description is better served by a subscription to all folders, of which only those that are wanted are told.
 * Servers without watermarks (grommunio) tell of named folders hardly more than that something in them changed.
 * A delegate cannot subscribe to all folders: that would mean his own mailbox.
 */
export function wantsAllFolders(description: SubscriptionDescription, watermarks: boolean | undefined): boolean {
  const own = description.mailbox === '' || description.access === 'impersonate';
  return watermarks === false && own && !description.allFolders;
}

/** Keeps the events of certain folders, for a subscription to all of them. */
export class FolderFilter {
  readonly #ids: ReadonlySet<string>;

  /** @param counts how much they had lost when they were looked up */
  constructor(
    ids: Iterable<string>,
    readonly counts?: FolderCounts,
  ) {
    this.#ids = new Set(ids);
  }

  /** Looks up the ids of the folders that a description names. Throws the `EwsError` of a folder that cannot be had. */
  static async of(
    connection: AccountConnection,
    account: AccountLink,
    description: SubscriptionDescription,
    signal: AbortSignal,
  ): Promise<FolderFilter> {
    const ids = description.folders.map(({ id }) => id);
    const folders = ids.map((id) => ({ id }));
    const context = contextOf(description, account.email, signal);
    const { response } = await connection.client.call(
      getFolder,
      { folders, shape: 'IdOnly', properties: COUNT_PROPERTIES },
      context,
    );
    const found = response.map((result) => {
      if ('error' in result) throw result.error;
      return result.folder;
    });
    return new FolderFilter([...ids, ...found.map(({ folderId }) => folderId.id)], countsOf(found));
  }

  /** What happened to a wanted folder, in it, into it or out of it. */
  keeps(event: MailboxEvent): boolean {
    return (
      this.#ids.has(event.parentFolderId.id) ||
      ('folderId' in event && this.#ids.has(event.folderId.id)) ||
      ('oldParentFolderId' in event && this.#ids.has(event.oldParentFolderId.id))
    );
  }
}
