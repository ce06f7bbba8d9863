import { delay, type Clock } from '../clock.js';
import { EwsError, toEwsError } from '../protocol/ews-error.js';
import { getFolder, type FolderResult } from '../protocol/get-folder.js';
import { getItem, isItemGone, type ItemResult } from '../protocol/get-item.js';
import type { Folder } from '../protocol/folder.js';
import type { Item } from '../protocol/item.js';
import type { ItemShape } from '../protocol/item-shape.js';
import { RECOVERY_TABLE } from '../protocol/recovery-table.js';
import { contextOf, type AccountConnection, type AccountLink } from '../subscriptions/account-link.js';
import { BackOff } from '../subscriptions/back-off.js';
import type { SubscriptionDescription } from '../subscriptions/subscription-description.js';
import { unlessAborted } from '../transport/unless-aborted.js';
import { budgetOf } from './budget.js';
import type { ContentSettings } from './details-settings.js';
import { BATCH, plainShapeOf, SHAPE_REFUSED, shapeOf } from './shape-of.js';

/** What became of one id: what it stands for, why that cannot be had, or both where only a part of it can. */
export interface Found {
  readonly item?: Item;
  readonly folder?: Folder;
  readonly error?: EwsError;
}

/** How many folders one request asks for. */
const FOLDERS = 50;

/** One answer that cannot be read spoils what came with it; asking for fewer shows which it is. */
const WORTH_SPLITTING: readonly string[] = [
  'EWS_TOO_LARGE',
  'EWS_MALFORMED',
  'EWS_SOAP_FAULT',
  'ErrorInvalidId',
  'ErrorInvalidIdMalformed',
  'ErrorItemNotFound',
];

export interface FetchOptions {
  readonly account: AccountLink;
  /** In whose name is asked, and where. */
  readonly access: Pick<SubscriptionDescription, 'mailbox' | 'access'>;
  readonly settings: ContentSettings;
  /** How long is tried, in milliseconds. */
  readonly withinMs: number;
  /** Whether to try again what failed for a passing reason, while there is time. */
  readonly patient: boolean;
  readonly signal: AbortSignal;
  /** Bound on an answer, in bytes, in place of the account's own. */
  readonly maxResponseBytes?: number;
}

/** Looks items up. Each id is in the answer; never rejects. */
export function fetchItems(ids: readonly string[], options: FetchOptions): Promise<Map<string, Found>> {
  return bounded(ids, options, async (fetch) => {
    const work = chunks(ids, BATCH[options.settings.include]).map((chunk) => fetch.items(chunk));
    await Promise.all(work);
  });
}

/** Looks folders up. Each id is in the answer; never rejects. */
export function fetchFolders(ids: readonly string[], options: FetchOptions): Promise<Map<string, Found>> {
  return bounded(ids, options, async (fetch) => {
    await Promise.all(chunks(ids, FOLDERS).map((chunk) => fetch.folders(chunk)));
  });
}

async function bounded(
  ids: readonly string[],
  options: FetchOptions,
  work: (fetch: Fetch) => Promise<void>,
): Promise<Map<string, Found>> {
  const { clock } = options.account;
  const over = new AbortController();
  const end = () => {
    over.abort();
  };
  const timer = clock.setTimer(end, options.withinMs);
  options.signal.addEventListener('abort', end, { once: true });
  if (options.signal.aborted) end();
  const fetch = new Fetch(options, over.signal);
  try {
    await work(fetch);
  } finally {
    clock.clearTimer(timer);
    options.signal.removeEventListener('abort', end);
  }
  for (const id of ids) if (!fetch.found.has(id)) fetch.found.set(id, { error: tooLate(options.withinMs) });
  return fetch.found;
}

/** One look-up, from its beginning to its time bound. */
class Fetch {
  readonly found = new Map<string, Found>();
  readonly #options: FetchOptions;
  readonly #over: AbortSignal;

  constructor(options: FetchOptions, over: AbortSignal) {
    this.#options = options;
    this.#over = over;
  }

  folders(ids: readonly string[]): Promise<void> {
    return this.#untilFound(ids, async (wanted, { client }) => {
      const request = { folders: wanted.map((id) => ({ id })), shape: 'AllProperties' as const };
      const { response } = await budgetOf(client.budget).pass(this.#over, () =>
        client.call(getFolder, request, this.#context()),
      );
      return this.#take(wanted, response);
    });
  }

  items(ids: readonly string[], plain = false): Promise<void> {
    return this.#untilFound(ids, async (wanted, connection) => {
      const { client } = connection;
      const shape = plain ? plainShapeOf(this.#options.settings) : shapeOf(this.#options.settings, client.version);
      const results = await this.#askForItems(wanted, shape, connection, plain);
      if (!results) return [];
      const refused = plain ? [] : wanted.filter((_, at) => isShapeRefused(results[at]));
      const others = this.#take(wanted, results).filter((id) => !refused.includes(id));
      for (const id of refused) this.found.delete(id);
      if (refused.length > 0) await this.items(refused, true);
      return others;
    });
  }

  /** Nothing where the ids were looked up in another way. */
  async #askForItems(
    ids: readonly string[],
    shape: ItemShape,
    { client }: AccountConnection,
    plain: boolean,
  ): Promise<readonly ItemResult[] | undefined> {
    try {
      const request = { items: ids.map((id) => ({ id })), shape };
      const { response } = await budgetOf(client.budget).pass(this.#over, () =>
        client.call(getItem, request, this.#context()),
      );
      return response;
    } catch (thrown) {
      const error = toEwsError(thrown, 'GetItem');
      if (!plain && SHAPE_REFUSED.includes(error.code)) {
        await this.items(ids, true);
        return undefined;
      }
      if (!WORTH_SPLITTING.includes(error.code) || (ids.length === 1 && plain)) throw error;
      if (ids.length === 1) {
        await this.#withoutContent(ids[0] ?? '', error);
        return undefined;
      }
      const half = Math.ceil(ids.length / 2);
      await this.items(ids.slice(0, half), plain);
      await this.items(ids.slice(half), plain);
      return undefined;
    }
  }

  /** Of an item that is too large, or holds what cannot be read, the summary may still be had. */
  async #withoutContent(id: string, error: EwsError): Promise<void> {
    if (this.#options.settings.include === 'summary') {
      this.found.set(id, { error });
      return;
    }
    const settings: ContentSettings = { ...this.#options.settings, include: 'summary' };
    const rest = new Fetch({ ...this.#options, settings }, this.#over);
    await rest.items([id]);
    this.found.set(id, { ...rest.found.get(id), error });
  }

  #context() {
    const { access, account, maxResponseBytes } = this.#options;
    const context = contextOf(access, account.email, this.#over);
    return maxResponseBytes === undefined ? context : { ...context, maxResponseBytes };
  }

  /** Takes what was answered. Returns the ids that are worth another try. */
  #take(ids: readonly string[], results: readonly (ItemResult | FolderResult)[]): string[] {
    const again: string[] = [];
    ids.forEach((id, at) => {
      const result = results[at] ?? { error: new EwsError('EWS_MALFORMED', 'The server did not answer for this one.') };
      this.found.set(id, result);
      if ('error' in result && isPassing(result.error)) again.push(id);
    });
    return again;
  }

  /** Asks until there is nothing left that trying again may bring, or the time is over. */
  async #untilFound(
    ids: readonly string[],
    ask: (ids: readonly string[], connection: AccountConnection) => Promise<readonly string[]>,
  ): Promise<void> {
    const { account, patient } = this.#options;
    const backOff = new BackOff(account.random);
    let wanted = ids;
    while (wanted.length > 0 && !this.#isOver()) {
      let atLeast: number | undefined;
      try {
        wanted = await unlessAborted(this.#connected(wanted, ask), this.#over);
        const errors = wanted.map((id) => this.found.get(id)?.error?.backOffMs ?? 0);
        atLeast = Math.max(0, ...errors);
      } catch (thrown) {
        if (this.#isOver()) return;
        const error = toEwsError(thrown);
        for (const id of wanted) this.found.set(id, { error });
        if (!isPassing(error)) return;
        atLeast = error.backOffMs;
      }
      if (wanted.length === 0 || !patient) return;
      await this.#pause(account.clock, backOff.next(atLeast));
    }
  }

  /** A method, as it changes while one waits. */
  #isOver(): boolean {
    return this.#over.aborted;
  }

  async #connected(
    wanted: readonly string[],
    ask: (ids: readonly string[], connection: AccountConnection) => Promise<readonly string[]>,
  ): Promise<readonly string[]> {
    return ask(wanted, await this.#options.account.connect(this.#options.access.mailbox));
  }

  async #pause(clock: Clock, ms: number): Promise<void> {
    await delay(clock, ms, this.#over);
  }
}

function isShapeRefused(result: ItemResult | undefined): boolean {
  return result !== undefined && 'error' in result && SHAPE_REFUSED.includes(result.error.code);
}

/** Whether trying again may help: not for what nobody knows, as there is something wrong with the item then. */
function isPassing(error: EwsError): boolean {
  if (isItemGone(error) || WORTH_SPLITTING.includes(error.code)) return false;
  if (!RECOVERY_TABLE.some(({ codes }) => codes.includes(error.code))) return false;
  return error.action === 'retry' || error.action === 'wait' || error.action === 'fewer-connections';
}

/** Whether an error tells of the server or of the account, not of the one item that was asked for. */
export function isTrouble(error: EwsError): boolean {
  return isPassing(error) || error.action === 'stop' || error.action === 'authenticate';
}

/** Why something is not there that nobody told of in time. */
export function tooLate(ms: number): EwsError {
  return new EwsError('EWS_TIMEOUT', `The server did not tell of it within ${Math.round(ms / 1000)} s.`);
}

function chunks(ids: readonly string[], size: number): readonly (readonly string[])[] {
  const all: (readonly string[])[] = [];
  for (let at = 0; at < ids.length; at += size) all.push(ids.slice(at, at + size));
  return all;
}
