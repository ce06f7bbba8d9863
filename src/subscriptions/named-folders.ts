import { getFolder } from '../protocol/get-folder.js';
import type { MailboxEvent } from '../protocol/mailbox-event.js';
import { contextOf, type AccountConnection, type AccountLink } from './account-link.js';
import { ChangedItems } from './changed-items.js';
import { FolderFilter, wantsAllFolders } from './folder-filter.js';
import type { FolderCounts } from './folder-counts.js';
import type { PresentFolders } from './present-folders.js';
import type { SubscriptionDescription } from './subscription-description.js';

/**
 * Makes of what a server tells what a subscription to named folders should bring. It changes nothing on servers that tell
 * it themselves. Servers without watermarks tell of named folders hardly more than that something in them changed: there
 * one's own or an impersonated mailbox is watched as a whole and filtered; in another's, opened as a delegate, the items
 * that were changed are looked for.
 */
export class NamedFolders {
  readonly #account: AccountLink;
  readonly #description: SubscriptionDescription;
  /** Made where it is needed: with servers that tell too little. */
  #changed: ChangedItems | undefined;
  /** The server's clock when the subscription began (ms since 1970). */
  #begun: number | undefined;
  readonly #present: PresentFolders;
  #filter: FolderFilter | undefined;
  #allowed = false;

  constructor(account: AccountLink, description: SubscriptionDescription, present: PresentFolders) {
    this.#account = account;
    this.#description = description;
    this.#present = present;
  }

  /** Whether to subscribe to all folders in their place. */
  wantAll({ traits }: AccountConnection): boolean {
    return wantsAllFolders(this.#description, traits.watermarks);
  }

  /** How much the folders had lost when they were looked up, where they were. */
  get counts(): FolderCounts | undefined {
    return this.#filter?.counts;
  }

  /** A subscription has begun. @param answeredAt the server's clock then (ms since 1970) */
  begin(answeredAt: number | undefined): void {
    this.#begun = answeredAt ?? this.#begun;
    this.#changed?.begin(answeredAt);
  }

  /** Other folders are there now. */
  lookUpAnew(): void {
    this.#filter = undefined;
  }

  /** Looks up what {@link refine} will need, before events come that would be lost with an error. Throws an `EwsError`. */
  async prepare(connection: AccountConnection, signal: AbortSignal): Promise<void> {
    if (this.wantAll(connection)) {
      this.#filter ??= await this.#present.around(connection, signal, (description) =>
        FolderFilter.of(connection, this.#account, description, signal),
      );
    } else if (!this.#allowed && connection.traits.watermarks === false && !this.#description.allFolders) {
      await this.#checkRights(connection, signal);
    }
  }

  /** Servers without watermarks take a subscription to folders that one may not read, and never tell of any event. */
  async #checkRights({ client }: AccountConnection, signal: AbortSignal): Promise<void> {
    const { mailbox, folders } = this.#present.description;
    const { response } = await client.call(
      getFolder,
      { folders: folders.map(({ id }) => ({ id })), mailbox, shape: 'IdOnly' },
      contextOf(this.#description, this.#account.email, signal),
    );
    for (const result of response) if ('error' in result) throw result.error;
    this.#allowed = true;
  }

  /** The events that are wanted, of those that came. Never rejects. */
  async refine(
    events: readonly MailboxEvent[],
    connection: AccountConnection,
    signal: AbortSignal,
  ): Promise<readonly MailboxEvent[]> {
    const filter = this.#filter;
    if (this.wantAll(connection)) return filter ? events.filter((event) => filter.keeps(event)) : events;
    return this.#looksForChanges(connection) ? this.#withChanges(events, connection, signal) : events;
  }

  #changes(): ChangedItems {
    if (this.#changed) return this.#changed;
    this.#changed = new ChangedItems(this.#account, this.#description);
    this.#changed.begin(this.#begun);
    return this.#changed;
  }

  #looksForChanges({ traits }: AccountConnection): boolean {
    const { allFolders, events } = this.#description;
    return traits.watermarks === false && !allFolders && events.includes('Modified');
  }

  async #withChanges(
    events: readonly MailboxEvent[],
    connection: AccountConnection,
    signal: AbortSignal,
  ): Promise<readonly MailboxEvent[]> {
    const all: MailboxEvent[] = [];
    const changed = this.#changes();
    for (const event of events) {
      all.push(event);
      if (event.eventType !== 'Modified' || !('folderId' in event)) continue;
      // What cannot be looked up now is found at the next change of the folder.
      all.push(...(await changed.of(event.folderId.id, event.timeStamp, connection, signal).catch(() => [])));
    }
    return all;
  }
}
