import { findItem } from '../protocol/find-item.js';
import type { Item } from '../protocol/item.js';
import type { PropertyPath } from '../protocol/property-path.js';
import { contextOf, type AccountConnection, type AccountLink } from './account-link.js';
import type { SubscriptionDescription } from './subscription-description.js';

/** Exchange returns no more of a restricted search at once. */
const PAGE_SIZE = 250;
/** Times may be told to the second only, so each page begins a second before the last item of the one before. */
const OVERLAP_MS = 1000;

/** A mailbox, and how it is asked. */
export interface Ask {
  readonly connection: AccountConnection;
  readonly account: AccountLink;
  readonly description: SubscriptionDescription;
  readonly signal: AbortSignal;
}

/** How many pages may still be asked for, by all searches that share it. */
export interface PageBudget {
  pages: number;
}

/**
 * The items of a folder that were changed later than `since` (ms since 1970, by the server's clock), the earliest change
 * first. Each page begins at the time of the last item of the one before: counted from the beginning, items that are
 * changed meanwhile, and so move to the end, would make others be left out. Ends early when the budget is used up.
 * Throws an `EwsError`.
 */
export async function* modifiedItems(
  { connection, account, description, signal }: Ask,
  folderId: string,
  since: number,
  properties: readonly PropertyPath[],
  budget: PageBudget,
): AsyncGenerator<Item> {
  const context = contextOf(description, account.email, signal);
  const seen = new Set<string>();
  let from = since;
  let offset = 0;
  while (budget.pages > 0) {
    budget.pages -= 1;
    const { response } = await connection.client.call(
      findItem,
      {
        parent: { id: folderId },
        traversal: 'Shallow',
        shape: { base: 'IdOnly', properties: ['item:LastModifiedTime', 'item:DateTimeCreated', ...properties] },
        modifiedAfter: new Date(from).toISOString(),
        sort: [{ property: 'item:LastModifiedTime', order: 'Ascending' }],
        page: { offset, maxEntries: PAGE_SIZE },
      },
      context,
    );
    for (const item of response.items) {
      const key = `${item.itemId.id} ${item.lastModifiedTime}`;
      if (!seen.has(key)) yield item;
      seen.add(key);
    }
    if (response.nextOffset === undefined || response.items.length === 0) return;
    const last = Date.parse(response.items.at(-1)?.lastModifiedTime ?? '') - OVERLAP_MS;
    // More of one second than a page holds can only be counted.
    offset = last > from ? 0 : response.nextOffset;
    if (last > from) from = last;
  }
}
