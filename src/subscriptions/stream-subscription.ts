import { unsubscribe } from '../protocol/unsubscribe.js';
import { unlessAborted } from '../transport/unless-aborted.js';
import type { AccountConnection } from './account-link.js';
import { idNotTrusted, type IdTrust } from './id-trust.js';
import type { NamedFolders } from './named-folders.js';
import type { PresentFolders } from './present-folders.js';
import type { StreamEngineOptions } from './stream-engine-options.js';
import type { Affine } from './stream-member.js';
import type { StreamPosition } from './stream-position.js';
import { subscribeStreaming } from './subscribe-streaming.js';

/** Whose subscription it is. */
export interface StreamOwner {
  readonly options: StreamEngineOptions;
  readonly who: Affine;
  readonly position: StreamPosition;
  readonly trust: IdTrust;
}

/** What is to be told of a new one. */
export interface StreamSubscriber extends StreamOwner {
  readonly present: PresentFolders;
  readonly folders: NamedFolders;
}

/** Makes the subscription that a stream reads, and keeps it with the position. Throws an `EwsError`. */
export async function makeStreamed(
  { options, who, position, present, folders, trust }: StreamSubscriber,
  connection: AccountConnection,
  signal: AbortSignal,
): Promise<void> {
  const all = folders.wantAll(connection);
  const { response, serverTime, answeredAt } = await present.around(connection, signal, (description) =>
    subscribeStreaming(options.hub, connection, { who, description, all }, signal, (late) =>
      endOne(options, late.subscriptionId),
    ),
  );
  position.subscriptionId = response.subscriptionId;
  trust.proven(connection.traits);
  position.partial = present.isPartial;
  folders.begin(answeredAt);
  position.watches(serverTime);
  await unlessAborted(position.save(), signal);
}

/** Ends it if there is one, now or later: what it still brings is not wanted. Never throws. */
export async function endStreamed({ options, position }: StreamOwner): Promise<void> {
  const { subscriptionId } = position;
  position.subscriptionId = undefined;
  if (subscriptionId !== undefined) await endOne(options, subscriptionId);
}

/** Ends it, if the server still has it. Throws the `EwsError` that the server answers where it has not, or may not have. */
export async function tryToEndStreamed(
  { options, who, position, trust }: StreamOwner,
  signal: AbortSignal,
): Promise<void> {
  const { account, description, hub } = options;
  const { client } = await unlessAborted(account.connect(description.mailbox), signal);
  // By now it may mean another's.
  if (trust.isStale) throw idNotTrusted();
  const { subscriptionId = '' } = position;
  await client.call(unsubscribe, { subscriptionId }, hub.contextOf(who, signal));
}

function endOne({ account, description }: StreamEngineOptions, subscriptionId: string): Promise<void> {
  return account.endSubscription({ ...description, subscriptionId, delivery: 'streaming' });
}
