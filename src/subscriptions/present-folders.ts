import { EwsError, toEwsError } from '../protocol/ews-error.js';
import { getFolder } from '../protocol/get-folder.js';
import { contextOf, type AccountConnection, type AccountLink } from './account-link.js';
import type { EngineListener } from './engine-listener.js';
import { scopeOf, type NamedFolder, type SubscriptionDescription } from './subscription-description.js';

/** A folder that is missing may come back (moves, directory replication): looked for so often, in milliseconds. */
const LOOK_AGAIN_MS = 60 * 60_000;
const NONE: ReadonlySet<string> = new Set();

/**
 * Which of the folders of a description exist. One that is missing would have the server refuse a subscription to all;
 * so the others are subscribed to without it, that is said once, and it is looked for again every hour.
 */
export class PresentFolders {
  readonly #account: AccountLink;
  readonly #whole: SubscriptionDescription;
  readonly #listener: Pick<EngineListener, 'error'>;
  #missing: ReadonlySet<string> = NONE;
  /** While some are missing: when they are looked for again (ms since 1970). */
  #lookAt: number | undefined;

  /** @param listener told of each folder that is found to be missing */
  constructor(account: AccountLink, description: SubscriptionDescription, listener: Pick<EngineListener, 'error'>) {
    this.#account = account;
    this.#whole = description;
    this.#listener = listener;
  }

  /** What can be subscribed to. */
  get description(): SubscriptionDescription {
    if (this.#missing.size === 0) return this.#whole;
    return { ...this.#whole, folders: this.#whole.folders.filter(({ id }) => !this.#missing.has(id)) };
  }

  /** Whether some are missing. */
  get isPartial(): boolean {
    return this.#missing.size > 0;
  }

  /** Does `ask` with what can be subscribed to and, where that fails for want of a folder, without it. */
  async around<T>(
    connection: AccountConnection,
    signal: AbortSignal,
    ask: (description: SubscriptionDescription) => Promise<T>,
  ): Promise<T> {
    try {
      return await ask(this.description);
    } catch (thrown) {
      const error = toEwsError(thrown);
      const { allFolders, folders } = this.#whole;
      if (error.action !== 'stop-target' || allFolders || folders.length < 2) throw error;
      const missing = await this.#look(connection, signal);
      if (missing.length === 0 || missing.length === folders.length) throw error;
      this.#lacks(missing);
      return ask(this.description);
    }
  }

  /** Whether it is time to look again. */
  get isDue(): boolean {
    return this.#lookAt !== undefined && this.#account.clock.now() >= this.#lookAt;
  }

  /** Looks again for what is missing. Resolves to whether anything came back; never rejects. */
  async cameBack(connection: AccountConnection, signal: AbortSignal): Promise<boolean> {
    this.#lookAt = this.#account.clock.now() + LOOK_AGAIN_MS;
    const missing = await this.#look(connection, signal).catch(() => undefined);
    if (!missing || missing.length >= this.#missing.size) return false;
    this.#lacks(missing);
    return true;
  }

  #lacks(missing: readonly NamedFolder[]): void {
    const before = this.#missing;
    this.#missing = new Set(missing.map(({ id }) => id));
    this.#lookAt = missing.length === 0 ? undefined : this.#account.clock.now() + LOOK_AGAIN_MS;
    for (const { id, name } of missing) if (!before.has(id)) this.#listener.error(isMissing(name));
  }

  async #look({ client }: AccountConnection, signal: AbortSignal): Promise<readonly NamedFolder[]> {
    const scope = scopeOf(this.#whole);
    if ('allFolders' in scope) return [];
    const { response } = await client.call(
      getFolder,
      { ...scope, shape: 'IdOnly' },
      contextOf(this.#whole, this.#account.email, signal),
    );
    return this.#whole.folders.filter((_, at) => {
      const result = response[at];
      return result !== undefined && 'error' in result && result.error.action === 'stop-target';
    });
  }
}

/** Why a subscription is made anew: with what was missing. */
export function folderCameBack(): EwsError {
  return new EwsError('EWS_FOLDER_CAME_BACK', 'A folder that was missing is there.');
}

function isMissing(name: string): EwsError {
  return new EwsError('ErrorFolderNotFound', `The folder ${name} is not there. The other folders are watched.`, {
    operation: 'GetFolder',
  });
}
