import { subscribe, type SubscribeResponse } from '../protocol/subscribe.js';
import type { EwsAnswer } from '../transport/ews-client.js';
import { contextOf, type AccountConnection, type AccountLink } from './account-link.js';
import { wantsAllFolders } from './folder-filter.js';
import type { Beginning } from './position-record.js';
import { openBookmark } from './replay.js';
import type { StreamHub } from './stream-hub.js';
import type { SubscribeOrder } from './subscribe-request.js';
import { subscribeStreaming } from './subscribe-streaming.js';
import { scopeOf } from './subscription-description.js';

/** Makes a subscription for another node to receive. Throws an `EwsError`. */
export async function makeSubscription(
  account: AccountLink,
  hub: StreamHub,
  order: SubscribeOrder,
  signal: AbortSignal,
): Promise<Beginning> {
  const connection = await account.connect(order.mailbox);
  return order.delivery === 'pull'
    ? makePull(connection, account, order, signal)
    : makeStreaming(connection, account, hub, order, signal);
}

/** Made as the engine that will receive it makes its own (see held-subscription.ts): to all folders where it must be. */
async function makePull(
  connection: AccountConnection,
  account: AccountLink,
  order: SubscribeOrder,
  signal: AbortSignal,
): Promise<Beginning> {
  const { client, traits } = connection;
  const all = wantsAllFolders(order, traits.watermarks);
  const { response, serverTime } = await client.call(
    subscribe,
    {
      delivery: 'pull',
      scope: all ? { allFolders: true } : scopeOf(order),
      events: order.events,
      timeoutMinutes: order.subscriptionTimeout,
      ...(order.watermark === undefined ? {} : { watermark: order.watermark }),
    },
    contextOf(order, account.email, signal),
    (late) => account.endSubscription({ ...order, subscriptionId: late.subscriptionId, delivery: 'pull' }),
  );
  traits.watermarks = response.watermark !== undefined;
  const isFresh = order.watermark === undefined && serverTime !== undefined;
  if (all || !wantsAllFolders(order, traits.watermarks))
    return { ...response, ...(isFresh ? { freshAt: serverTime } : {}) };
  // Only now it shows what kind of server it is, and that this subscription would tell too little.
  const { mailbox, access } = order;
  await account.endSubscription({ mailbox, access, subscriptionId: response.subscriptionId });
  return makePull(connection, account, order, signal);
}

/**
 * Made as the engine that will receive it makes its own (see stream-engine.ts), as it goes on with it: at the back end
 * of the account's other streams, and to all folders where the server tells too little of named ones. A stream has no
 * watermark, so a bookmark is taken before: it tells which kind of server this is, and catching up begins there.
 */
async function makeStreaming(
  connection: AccountConnection,
  account: AccountLink,
  hub: StreamHub,
  order: SubscribeOrder,
  signal: AbortSignal,
): Promise<Beginning> {
  const { traits } = connection;
  const bookmark =
    traits.watermarks === undefined || (traits.watermarks && order.watermark === undefined)
      ? await openBookmark({ connection, account, description: order, signal })
      : undefined;
  if (bookmark) traits.watermarks = bookmark.watermark !== undefined;
  const watermark = order.watermark ?? bookmark?.watermark;
  const { mailbox, access } = order;
  const who = { mailbox, access, shares: traits.watermarks !== false };
  const wish = { who, description: order, all: wantsAllFolders(order, traits.watermarks) };
  let hasPassed = false;
  let made: EwsAnswer<SubscribeResponse>;
  try {
    made = await subscribeStreaming(hub, connection, wish, signal, ({ subscriptionId }) =>
      account.endSubscription({ mailbox, access, subscriptionId, delivery: 'streaming' }),
    );
  } finally {
    hasPassed = (await bookmark?.hasPassed()) ?? false;
  }
  const { response, serverTime } = made;
  const { subscriptionId } = response;
  // A watermark that was ordered is of no use where there are none.
  if (watermark === undefined || !traits.watermarks) return begun(subscriptionId, undefined, serverTime);
  const isFresh = order.watermark === undefined && !hasPassed;
  return begun(subscriptionId, watermark, isFresh ? bookmark?.serverTime : undefined);
}

function begun(subscriptionId: string, watermark: string | undefined, freshAt: number | undefined): Beginning {
  return {
    subscriptionId,
    ...(watermark === undefined ? {} : { watermark }),
    ...(freshAt === undefined ? {} : { freshAt }),
  };
}
