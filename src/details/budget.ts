import { Gate } from '../gate.js';

/**
 * How many requests for details an account has under way at once, however many nodes want some: they must leave room
 * for those that keep subscriptions alive. Exchange 2010 takes ten at once, later versions 27 (docs: "EWS throttling").
 */
const AT_ONCE = 4;

const budgets = new WeakMap<object, Gate>();

/** Lets requests for details through, the same for all who ask with one account, by what its clients share. */
export function budgetOf(account: object): Gate {
  const known = budgets.get(account) ?? new Gate(AT_ONCE);
  budgets.set(account, known);
  return known;
}
