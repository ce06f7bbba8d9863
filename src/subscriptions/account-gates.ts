import { Gate } from '../gate.js';
import { DEFAULT_MAX_CONCURRENT } from '../transport/account-budget.js';
import type { AccountLink } from './account-link.js';

/** Old watermarks are costly for a server (docs: "Handling notification-related errors in EWS"): so many at once. */
const REPLAYS = 5;
/** New bookmarks are in no hurry. */
const BOOKMARKS = 2;

/** How much of its kind an account has under way at once, however many mailboxes it watches. */
export interface AccountGates {
  /** Subscriptions that begin. What waits here asks the server nothing yet, so no time runs out meanwhile. */
  readonly starts: Gate;
  /** Catching up from a watermark. */
  readonly replays: Gate;
  /** Subscriptions that are ended. */
  readonly ends: Gate;
  /** Bookmarks that are taken anew. */
  readonly bookmarks: Gate;
}

const gates = new WeakMap<AccountLink, AccountGates>();

export function gatesOf(account: AccountLink): AccountGates {
  const known = gates.get(account);
  if (known) return known;
  const { maxConcurrent = DEFAULT_MAX_CONCURRENT } = account;
  // A third is left for the polls, the looking up and the catching up of those that are there.
  const most = Math.max(1, Math.floor((maxConcurrent * 2) / 3));
  const made = {
    starts: new Gate(most),
    ends: new Gate(most),
    replays: new Gate(REPLAYS),
    bookmarks: new Gate(BOOKMARKS),
  };
  gates.set(account, made);
  return made;
}
