import { unsubscribe } from '../protocol/unsubscribe.js';
import { unlessAborted } from '../transport/unless-aborted.js';
import type { AccountConnection } from './account-link.js';
import type { IdTrust } from './id-trust.js';
import type { NamedFolders } from './named-folders.js';
import type { PresentFolders } from './present-folders.js';
import type { StreamEngineOptions } from './stream-engine-options.js';
import type { Affine } from './stream-member.js';
import type { StreamPosition } from './stream-position.js';
import { subscribeStreaming } from './subscribe-streaming.js';

/** What is to be told of a subscription. */
interface Parts {
  readonly position: StreamPosition;
  readonly present: PresentFolders;
  readonly folders: NamedFolders;
  readonly trust: IdTrust;
}

/** The subscription that a stream reads, on the server: made and ended. */
export class StreamSubscription {
  readonly #options: StreamEngineOptions;
  readonly #who: Affine;
  readonly #parts: Parts;

  constructor(options: StreamEngineOptions, who: Affine, parts: Parts) {
    this.#options = options;
    this.#who = who;
    this.#parts = parts;
  }

  /** Makes it and keeps it with the position. Throws an `EwsError`. */
  async make(connection: AccountConnection, signal: AbortSignal): Promise<void> {
    const { position, present, folders, trust } = this.#parts;
    const all = folders.wantAll(connection);
    const { response, serverTime } = await present.around(connection, signal, (description) =>
      subscribeStreaming(this.#options.hub, connection, { who: this.#who, description, all }, signal, (late) =>
        this.#endOne(late.subscriptionId),
      ),
    );
    position.subscriptionId = response.subscriptionId;
    trust.proven(connection.traits);
    position.partial = present.isPartial;
    folders.begin(serverTime);
    position.watches(serverTime);
    await unlessAborted(position.save(), signal);
  }

  /** Ends it if there is one, now or later: what it still brings is not wanted. Never throws. */
  async end(): Promise<void> {
    const { position } = this.#parts;
    const { subscriptionId } = position;
    position.subscriptionId = undefined;
    if (subscriptionId !== undefined) await this.#endOne(subscriptionId);
  }

  /** Ends it, if the server still has it. Throws the `EwsError` that the server answers where it has not. */
  async tryToEnd(signal: AbortSignal): Promise<void> {
    const { account, description, hub } = this.#options;
    const { client } = await unlessAborted(account.connect(description.mailbox), signal);
    const subscriptionId = this.#parts.position.subscriptionId ?? '';
    await client.call(unsubscribe, { subscriptionId }, hub.contextOf(this.#who, signal));
  }

  #endOne(subscriptionId: string): Promise<void> {
    const { account, description } = this.#options;
    return account.endSubscription({ ...description, subscriptionId, delivery: 'streaming' });
  }
}
