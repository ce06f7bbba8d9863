import type { Node, NodeAPI } from 'node-red';
import { endLeftOver } from '../../src/subscriptions/left-over.js';
import type { PositionKey, PositionRecord } from '../../src/subscriptions/position-record.js';
import type { PositionStore } from '../../src/subscriptions/position-store.js';
import { isInShare, type Share } from '../../src/subscriptions/share.js';
import type { Delivery } from '../../src/subscriptions/subscription-description.js';
import type { AccountNode } from './account-node.js';
import { whenFlowsStand } from './flow-life.js';

export interface Tidying {
  readonly red: NodeAPI;
  readonly node: Node;
  readonly delivery: Delivery;
  readonly store: PositionStore;
  /** Whose subscriptions they are. */
  readonly owner: AccountNode | undefined;
  /** Where the positions are of what the node watches now, here or in another Node-RED. */
  readonly watched: () => readonly PositionKey[];
  readonly share: Share;
  /** Ends a subscription where Unsubscribe does not; returns nothing where it does. */
  end(position: PositionRecord): Promise<void> | undefined;
}

/** Ends what an earlier configuration left, when the flows stand. Returns what stops that, and waits for it. */
export function tidyUp({ red, node, delivery, store, owner, watched, share, ...rest }: Tidying): () => Promise<void> {
  const closing = new AbortController();
  let tidied = Promise.resolve();
  whenFlowsStand(red, node, () => {
    if (!owner?.account) return;
    const { account } = owner;
    const endOne = async (position: PositionRecord): Promise<void> => {
      const { about, subscriptionId = '' } = position;
      await (rest.end(position) ?? account.endSubscription({ ...about, subscriptionId, delivery }));
    };
    const isOurs = (mailbox: string): boolean => isInShare(share, mailbox || account.email);
    // Trouble with the store or the account is for the engines to tell: they meet it too.
    tidied = endLeftOver(node.id, endOne, store, account, watched(), isOurs, closing.signal).catch(() => undefined);
  });
  return () => {
    closing.abort();
    return tidied;
  };
}
