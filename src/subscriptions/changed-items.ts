import type { MailboxEvent } from '../protocol/mailbox-event.js';
import type { AccountConnection, AccountLink } from './account-link.js';
import { modifiedItems } from './modified-items.js';
import type { SubscriptionDescription } from './subscription-description.js';

/** More changed items than this at one look are not all told of. */
const MAX_PAGES = 8;
/** Times may be told to the second only, so each look begins a second before the last change that is known. */
const OVERLAP_MS = 1000;

/**
 * Finds which items of a folder were changed, where a server tells only that something in the folder was.
 * What was deleted or moved away cannot be found like this.
 */
export class ChangedItems {
  readonly #account: AccountLink;
  readonly #description: SubscriptionDescription;
  /** By folder id: the time of the last change that is known, by the server's clock. */
  #until: Map<string, number> | undefined;
  #begun = Number.NaN;
  /** What was told of changes in the last second of a look. */
  #told: ReadonlySet<string> | undefined;

  constructor(account: AccountLink, description: SubscriptionDescription) {
    this.#account = account;
    this.#description = description;
  }

  /** @param answeredAt when the subscription began, by the server's clock (ms since 1970) */
  begin(answeredAt: number | undefined): void {
    if (answeredAt !== undefined) this.#begun = answeredAt;
  }

  /** A Modified event for each item of a folder that was changed since the last look. Throws an `EwsError`. */
  async of(
    folderId: string,
    timeStamp: string,
    connection: AccountConnection,
    signal: AbortSignal,
  ): Promise<MailboxEvent[]> {
    const known = this.#until?.get(folderId) ?? this.#begun;
    const since = (Number.isNaN(known) ? Date.parse(timeStamp) : known) - OVERLAP_MS;
    const events: MailboxEvent[] = [];
    const told = new Set<string>();
    let latest = since;
    const ask = { connection, account: this.#account, description: this.#description, signal };
    for await (const item of modifiedItems(ask, folderId, since, [], { pages: MAX_PAGES })) {
      const time = Date.parse(item.lastModifiedTime ?? '');
      if (Number.isNaN(time)) continue;
      const key = `${item.itemId.id} ${time}`;
      told.add(key);
      latest = Math.max(latest, time);
      // What is new was told of as Created or NewMail.
      const isNew = Date.parse(item.dateTimeCreated ?? '') >= since;
      if (isNew || (this.#told?.has(key) ?? false)) continue;
      events.push({
        eventType: 'Modified',
        timeStamp: item.lastModifiedTime ?? timeStamp,
        itemId: item.itemId,
        parentFolderId: { id: folderId },
      });
    }
    this.#until ??= new Map();
    this.#until.set(folderId, Math.max(latest, since + OVERLAP_MS));
    this.#told = told;
    return events;
  }
}
