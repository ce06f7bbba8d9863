import { EwsError } from '../protocol/ews-error.js';
import { isItemGone } from '../protocol/get-item.js';
import type { MailboxEvent } from '../protocol/mailbox-event.js';
import type { AccountLink } from '../subscriptions/account-link.js';
import type { SubscriptionDescription } from '../subscriptions/subscription-description.js';
import { detailedEvent, isOfTemporaryItem, wantedOf } from './detailed-event.js';
import type { DetailsSettings, Include } from './details-settings.js';
import { fetchFolders, fetchItems, isTrouble, type FetchOptions, type Found } from './fetch-details.js';
import { passes } from './filter.js';
import type { Preparation, PreparedEvents } from './outbox.js';
import type { Parcel } from './parcel.js';

/** How long an item is looked for, in milliseconds; then its event goes on without it. */
const PATIENCE_MS = 30_000;
/** The same while nothing could be looked up of late. */
const TROUBLED_MS = 3000;
/** While nothing can be looked up and much waits, so often is tried all the same, in milliseconds. */
const PROBE_MS = 10_000;

export interface LookUpOptions {
  readonly account: AccountLink;
  /** In whose name is asked: as the subscription is. */
  readonly access: Pick<SubscriptionDescription, 'mailbox' | 'access'>;
  readonly settings: DetailsSettings;
  /** Once for each time in which nothing can be looked up. */
  readonly trouble: (error: EwsError) => void;
}

/** Looks up what events are about. A server in trouble delays them for a bounded time only. */
export class LookUp implements Preparation {
  readonly #options: LookUpOptions;
  #troubled: EwsError | undefined;
  #triedAt = 0;

  constructor(options: LookUpOptions) {
    this.#options = options;
  }

  async prepare(parcels: readonly Parcel[], pressed: boolean, signal: AbortSignal): Promise<readonly PreparedEvents[]> {
    const { settings } = this.#options;
    const { include, filter } = settings;
    if (include === 'none' && filter.length === 0) return parcels.map(({ events }) => events);
    let all = parcels.map(({ events }) => events);
    if (filter.length > 0) {
      // What is not wanted is not worth its body.
      const found = await this.#find(all.flat(), 'summary', pressed, signal);
      all = all.map((events) => events.filter((event) => this.#isWanted(event, found.get(idOf(event) ?? ''))));
      if (include === 'none') return all;
      if (include === 'summary') return all.map((events) => this.#detailed(events, found));
    }
    const found = await this.#find(all.flat(), include, pressed, signal);
    return all.map((events) => this.#detailed(events, found));
  }

  #detailed(events: readonly MailboxEvent[], found: ReadonlyMap<string, Found>): PreparedEvents {
    return events.flatMap((event) => {
      const one = found.get(idOf(event) ?? '');
      return isOfTemporaryItem(one) ? [] : [detailedEvent(event, one, this.#options.settings)];
    });
  }

  /**
   * Whether an event passes the filter. Of what was deleted nothing can be known, and what could not be looked up may be
   * what is wanted: those pass. What is gone, and folders, are not what any rule says.
   */
  #isWanted(event: MailboxEvent, found: Found = {}): boolean {
    if (wantedOf(event) === undefined) return true;
    if (isOfTemporaryItem(found)) return false;
    const { item, folder, error } = found;
    if (item) return passes(item, this.#options.settings.filter);
    return folder === undefined && error !== undefined && !isItemGone(error);
  }

  async #find(
    events: readonly MailboxEvent[],
    include: Include,
    pressed: boolean,
    signal: AbortSignal,
  ): Promise<Map<string, Found>> {
    const wanted = events.map(wantedOf).filter((one) => one !== undefined);
    const items = [...new Set(wanted.flatMap((one) => ('item' in one ? [one.item] : [])))];
    const folders = [...new Set(wanted.flatMap((one) => ('folder' in one ? [one.folder] : [])))];
    const { clock } = this.#options.account;
    const trouble = this.#troubled;
    if (trouble && pressed && clock.now() - this.#triedAt < PROBE_MS) {
      return new Map([...items, ...folders].map((id) => [id, { error: trouble }]));
    }
    this.#triedAt = clock.now();
    const options: FetchOptions = {
      ...this.#options,
      settings: { ...this.#options.settings, include },
      withinMs: trouble ? TROUBLED_MS : PATIENCE_MS,
      patient: trouble === undefined,
      signal,
    };
    const [ofItems, ofFolders] = await Promise.all([fetchItems(items, options), fetchFolders(folders, options)]);
    if (signal.aborted) throw new EwsError('EWS_NETWORK', 'The look-up was given up.');
    const found = new Map([...ofItems, ...ofFolders]);
    if (found.size > 0) this.#judge(found);
    return found;
  }

  #judge(found: Map<string, Found>): void {
    const trouble = [...found.values()].map(({ error }) => error).find((error) => error && isTrouble(error));
    if (trouble && !this.#troubled) this.#options.trouble(trouble);
    this.#troubled = trouble;
  }
}

function idOf(event: MailboxEvent): string | undefined {
  const wanted = wantedOf(event);
  return wanted && ('item' in wanted ? wanted.item : wanted.folder);
}
