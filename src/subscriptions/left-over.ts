import type { AccountLink } from './account-link.js';
import type { PositionStore } from './position-store.js';

/**
 * Ends the subscriptions that an earlier configuration of a node has left on the server: to mailboxes that it does not
 * watch any more. Their positions stay, should it watch them again. Throws a `PositionError` when they cannot be
 * looked up or saved.
 * @param isWatched whether the node still watches a mailbox
 */
export async function endLeftOver(
  node: string,
  store: PositionStore,
  account: AccountLink,
  isWatched: (mailbox: string) => boolean,
): Promise<void> {
  for (const record of await store.list(node)) {
    const { subscriptionId, adopted, about, ...position } = record;
    if (subscriptionId === undefined || adopted !== undefined || isWatched(record.mailbox)) continue;
    const { server } = await account.connect();
    if (record.server !== server.name || record.incarnation !== server.incarnation) continue;
    await account.endSubscription({ ...about, subscriptionId });
    await store.save({ ...position, about });
  }
}
