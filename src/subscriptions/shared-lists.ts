/** So many different lists are shared, at most. */
const MOST = 100;

const known = new Map<string, readonly unknown[]>();

/** A list with the same content: the same one for all who ask, as thousands of mailboxes have lists that are equal. */
export function shared<T>(list: readonly T[]): readonly T[] {
  const key = JSON.stringify(list);
  const found = known.get(key);
  if (found) return found as readonly T[];
  if (known.size >= MOST) known.clear();
  known.set(key, list);
  return list;
}
