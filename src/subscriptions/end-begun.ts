import type { AccountLink } from './account-link.js';
import type { Adoption } from './position-record.js';
import type { SubscriptionDescription } from './subscription-description.js';

/** What is adopted, of which nothing is kept yet. */
interface Begun {
  readonly account: AccountLink;
  readonly description: SubscriptionDescription;
  readonly adopted?: Adoption;
}

/** Ends what another node made for an engine that is closed before it could keep anything of it: it would be nobody's. */
export async function endBegun({ account, description, adopted }: Begun, delivery?: 'streaming'): Promise<void> {
  const subscriptionId = adopted?.begins?.subscriptionId;
  if (subscriptionId === undefined) return;
  await account.endSubscription({ ...description, subscriptionId, ...(delivery ? { delivery } : {}) });
}
