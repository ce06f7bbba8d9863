import type { AccountLink } from './account-link.js';
import type { PositionKey } from './position-record.js';
import type { PositionStore } from './position-store.js';
import type { Delivery } from './subscription-description.js';

/**
 * Ends the subscriptions that an earlier configuration of a node has left on the server: to mailboxes that it does not
 * watch any more by itself. Their positions stay, should it watch them again. Throws a `PositionError` when they cannot
 * be looked up or saved.
 * @param delivery how the node's subscriptions are delivered
 * @param signal ends it between two subscriptions; what is left is ended at the next start
 * @param watched where the positions are of what the node watches now
 */
export async function endLeftOver(
  node: string,
  delivery: Delivery,
  store: PositionStore,
  account: AccountLink,
  watched: readonly PositionKey[],
  signal: AbortSignal,
): Promise<void> {
  for (const { subscriptionId, ...position } of await store.list(node, watched)) {
    // What was adopted may belong to another account; the server ends it when nobody asks for it.
    if (signal.aborted) return;
    if (subscriptionId === undefined || position.adopted) continue;
    const { server } = await account.connect();
    if (position.server !== server.name || position.incarnation !== server.incarnation) continue;
    await account.endSubscription({ ...position.about, subscriptionId, delivery });
    await store.save(position);
  }
}
