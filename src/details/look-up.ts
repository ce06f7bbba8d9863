import { EwsError } from '../protocol/ews-error.js';
import type { MailboxEvent } from '../protocol/mailbox-event.js';
import type { AccountLink } from '../subscriptions/account-link.js';
import type { SubscriptionDescription } from '../subscriptions/subscription-description.js';
import { detailedEvent, isOfTemporaryItem, wantedOf } from './detailed-event.js';
import type { DetailsSettings } from './details-settings.js';
import { fetchFolders, fetchItems, isTrouble, type FetchOptions, type Found } from './fetch-details.js';
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
    if (settings.include === 'none') return parcels.map(({ events }) => events);
    const found = await this.#find(
      parcels.flatMap(({ events }) => events),
      pressed,
      signal,
    );
    return parcels.map(({ events }) =>
      events.flatMap((event) => {
        const one = found.get(idOf(event) ?? '');
        return isOfTemporaryItem(one) ? [] : [detailedEvent(event, one, settings)];
      }),
    );
  }

  async #find(events: readonly MailboxEvent[], pressed: boolean, signal: AbortSignal): Promise<Map<string, Found>> {
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
