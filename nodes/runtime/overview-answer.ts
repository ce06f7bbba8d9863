import type { CountedMinutes } from '../../src/subscriptions/minute-counts.js';
import type { OverviewAction } from '../../src/subscriptions/overview-actions.js';
import type { Delivery, NamedFolder } from '../../src/subscriptions/subscription-description.js';
import type { SubscriptionState } from '../../src/subscriptions/subscription-state.js';

/** A subscription as the table in the editor shows it. Times are in milliseconds since 1970. */
export interface OverviewRow {
  readonly id: number;
  readonly node: string;
  readonly flow: string;
  readonly account: string;
  readonly accountName: string;
  readonly mailbox: string;
  readonly delivery: Delivery;
  readonly state: SubscriptionState['name'];
  readonly since: number;
  readonly lastEventAt?: number;
  /** Two or three words for what is wrong, where something is. */
  readonly reason?: string;
  /** Events of the last hour, minute by minute. */
  readonly hour?: CountedMinutes;
}

/** What is shown of the one that is looked at. */
export interface OverviewDetails extends OverviewRow {
  readonly access: 'delegate' | 'impersonate';
  readonly allFolders: boolean;
  readonly folders: readonly NamedFolder[];
  /** How many folders are not among these. */
  readonly moreFolders: number;
  readonly kinds: readonly string[];
  readonly subscriptionId: string;
  readonly heardAt?: number;
  readonly retryAt?: number;
  readonly events: number;
  readonly recovered: number;
  readonly reconnects: number;
  readonly gaps: number;
  /** The last trouble, also if it is over. */
  readonly error?: { readonly code: string; readonly text: string; readonly at: number };
  readonly actions: readonly OverviewAction[];
}

/** What the list of subscriptions is answered with: what changed since the revision that was asked with. */
export interface OverviewAnswer {
  readonly revision: string;
  readonly reset: boolean;
  readonly more: boolean;
  readonly total: number;
  readonly gone: readonly number[];
  /** The time of the server. */
  readonly now: number;
  readonly rows: readonly OverviewRow[];
}
