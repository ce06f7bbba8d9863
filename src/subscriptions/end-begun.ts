import type { AccountLink } from './account-link.js';
import type { PositionKeeper } from './position-keeper.js';
import type { Beginning } from './position-record.js';
import type { SubscriptionDescription } from './subscription-description.js';

interface Whose {
  readonly account: AccountLink;
  readonly description: SubscriptionDescription;
}

/** Ends what another node made for an engine that keeps nothing of it: it would be nobody's. */
export async function endBegun(
  { account, description }: Whose,
  begins: Beginning | undefined,
  delivery?: 'streaming',
): Promise<void> {
  if (!begins) return;
  const { subscriptionId } = begins;
  await account.endSubscription({ ...description, subscriptionId, ...(delivery ? { delivery } : {}) });
}

/** Ends that, and what is kept of an earlier run, for an engine that is to be forgotten before it has read its position. */
export async function endUnread(
  whose: Whose & { readonly keeper: PositionKeeper },
  begins: Beginning | undefined,
  delivery?: 'streaming',
): Promise<void> {
  const { account, keeper } = whose;
  const { about, subscriptionId } = ((await keeper.load()) && keeper.record) || {};
  const how = delivery ? { delivery } : {};
  if (about && subscriptionId !== undefined) await account.endSubscription({ ...about, subscriptionId, ...how });
  if (begins?.subscriptionId !== subscriptionId) await endBegun(whose, begins, delivery);
}
