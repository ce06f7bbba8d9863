import { gatesOf } from './account-gates.js';
import type { AccountLink } from './account-link.js';
import { takeBookmark } from './replay.js';
import type { StreamPosition } from './stream-position.js';
import type { SubscriptionDescription } from './subscription-description.js';

/** Takes a new bookmark for a stream that goes on, few at a time for an account, as there is no hurry. Never rejects. */
export function renewBookmark(
  position: StreamPosition,
  account: AccountLink,
  description: SubscriptionDescription,
  signal: AbortSignal,
): Promise<void> {
  return position.renew(() =>
    gatesOf(account).bookmarks.pass(signal, async () =>
      takeBookmark({ connection: await account.connect(description.mailbox), account, description, signal }),
    ),
  );
}
