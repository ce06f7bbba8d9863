import type { AccountLink } from './account-link.js';
import type { Beginning } from './position-record.js';
import type { SubscriptionDescription } from './subscription-description.js';

/** Ends what another node made for an engine that is closed before it could keep anything of it: it would be nobody's. */
export async function endBegun(
  { account, description }: { readonly account: AccountLink; readonly description: SubscriptionDescription },
  begins: Beginning | undefined,
  delivery?: 'streaming',
): Promise<void> {
  if (!begins) return;
  const { subscriptionId } = begins;
  await account.endSubscription({ ...description, subscriptionId, ...(delivery ? { delivery } : {}) });
}
