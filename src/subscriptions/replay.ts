import { getEvents } from '../protocol/get-events.js';
import type { Notification } from '../protocol/notification.js';
import { PULL_TIMEOUT_MINUTES, subscribe } from '../protocol/subscribe.js';
import { contextOf, type AccountConnection, type AccountLink } from './account-link.js';
import { scopeOf, type SubscriptionDescription } from './subscription-description.js';

/** Where catching up would begin. */
export interface Bookmark {
  /** Servers without watermarks give none. */
  readonly watermark: string | undefined;
  /** The server's clock when it was asked for it, in milliseconds since 1970. */
  readonly serverTime: number | undefined;
  /** The same when it gave it. */
  readonly answeredAt?: number | undefined;
}

interface Ask {
  readonly connection: AccountConnection;
  readonly account: AccountLink;
  readonly description: SubscriptionDescription;
  readonly signal: AbortSignal;
}

/** A bookmark that still listens, to be closed. */
export interface OpenBookmark extends Bookmark {
  /** Closes it. Resolves to whether it tells that something has happened since, or may have. Never rejects. */
  readonly hasPassed: () => Promise<boolean>;
  /** Closes it. Never rejects. */
  readonly close: () => Promise<void>;
}

/** Asks where a pull subscription would begin now, by making one. Throws an `EwsError`. */
export async function openBookmark(about: Ask): Promise<OpenBookmark> {
  const { account, connection, description, signal } = about;
  const { subscriptionId, ...bookmark } = await open(about, undefined);
  const { watermark } = bookmark;
  const close = () => account.endSubscription({ ...description, subscriptionId });
  const ask = async (from: string): Promise<boolean> => {
    const context = contextOf(description, account.email, signal);
    const { response } = await connection.client.call(getEvents, { subscriptionId, watermark: from }, context);
    return response.events.length > 0 || response.moreEvents;
  };
  const hasPassed = async () => {
    const passed = watermark !== undefined && (await ask(watermark).catch(() => true));
    await close();
    return passed;
  };
  return { ...bookmark, hasPassed, close };
}

/** The same, by one that is ended at once. Throws an `EwsError`. */
export async function takeBookmark(ask: Ask): Promise<Bookmark> {
  const { watermark, serverTime, answeredAt, close } = await openBookmark(ask);
  await close();
  return { watermark, serverTime, answeredAt };
}

/**
 * Tells everything that happened since `watermark`, in order, by a pull subscription of its own.
 * Throws an `EwsError`, for a refused watermark one whose action is `forget-watermark`.
 */
export async function* replay(ask: Ask, watermark: string): AsyncGenerator<Notification> {
  const begun = await open(ask, watermark);
  const { subscriptionId } = begun;
  const context = contextOf(ask.description, ask.account.email, ask.signal);
  let at = begun.watermark ?? watermark;
  try {
    for (let more = true; more;) {
      const { response } = await ask.connection.client.call(getEvents, { subscriptionId, watermark: at }, context);
      const progress = response.events.length > 0 || (response.watermark ?? at) !== at;
      at = response.watermark ?? at;
      yield response;
      // A server that promises more and tells nothing new would otherwise be asked without end.
      more = response.moreEvents && progress;
    }
  } finally {
    await ask.account.endSubscription({ ...ask.description, subscriptionId });
  }
}

async function open(
  { connection, account, description, signal }: Ask,
  watermark: string | undefined,
): Promise<Bookmark & { readonly subscriptionId: string }> {
  const { response, serverTime, answeredAt } = await connection.client.call(
    subscribe,
    {
      delivery: 'pull',
      scope: scopeOf(description),
      events: description.events,
      timeoutMinutes: PULL_TIMEOUT_MINUTES.min,
      ...(watermark === undefined ? {} : { watermark }),
    },
    contextOf(description, account.email, signal),
    (late) => account.endSubscription({ ...description, subscriptionId: late.subscriptionId }),
  );
  return { subscriptionId: response.subscriptionId, watermark: response.watermark, serverTime, answeredAt };
}
