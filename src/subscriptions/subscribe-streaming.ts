import { subscribe, type SubscribeResponse, type SubscriptionScope } from '../protocol/subscribe.js';
import type { EwsAnswer } from '../transport/ews-client.js';
import type { AccountConnection } from './account-link.js';
import type { StreamHub } from './stream-hub.js';
import type { Affine } from './stream-member.js';
import { scopeOf, type SubscriptionDescription } from './subscription-description.js';

/** What a streaming subscription is to be about. */
export interface StreamingWish {
  /** For whom it is made. */
  readonly who: Affine;
  readonly description: SubscriptionDescription;
  /** To all folders, whatever the description says. */
  readonly all: boolean;
}

/**
 * Makes a streaming subscription at the back end of those that it can share a stream with. Throws an `EwsError`.
 * @param late ends what the server makes when it is not wanted any more
 */
export function subscribeStreaming(
  hub: StreamHub,
  connection: AccountConnection,
  { who, description, all }: StreamingWish,
  signal: AbortSignal,
  late: (made: SubscribeResponse) => Promise<void>,
): Promise<EwsAnswer<SubscribeResponse>> {
  const scope: SubscriptionScope = all ? { allFolders: true } : scopeOf(description);
  const request = { delivery: 'streaming', scope, events: description.events } as const;
  return hub.subscribe(who, connection, signal, (at) => connection.client.call(subscribe, request, at, late));
}
