import type { AccountLink } from './account-link.js';
import type { PositionKey, PositionRecord } from './position-record.js';
import type { PositionStore } from './position-store.js';

/**
 * Ends the subscriptions that an earlier configuration of a node has left on the server: to mailboxes that it does not
 * watch any more by itself. Their positions stay, should it watch them again. Throws a `PositionError` when they cannot
 * be looked up or saved.
 * @param end ends one; called with its position
 * @param signal ends it between two subscriptions; what is left is ended at the next start
 * @param watched where the positions are of what the node watches now
 * @param isOurs whether a mailbox is this Node-RED's to watch: what another one watches may look like left over
 */
export async function endLeftOver(
  node: string,
  end: (position: PositionRecord) => Promise<void>,
  store: PositionStore,
  account: AccountLink,
  watched: readonly PositionKey[],
  isOurs: (mailbox: string) => boolean,
  signal: AbortSignal,
): Promise<void> {
  for (const record of await store.list(node, watched)) {
    const { subscriptionId, push: _push, ...position } = record;
    // What was adopted may belong to another account; the server ends it when nobody asks for it.
    if (signal.aborted) return;
    if (subscriptionId === undefined || position.adopted || !isOurs(position.mailbox)) continue;
    const { server } = await account.connect();
    if (position.server !== server.name || position.incarnation !== server.incarnation) continue;
    await end(record);
    await store.save(position);
  }
}
