/** So many different ones are shared, at most. */
const MOST = 100;

const known = new Map<string, object>();

/**
 * A list or a record with the same content: the same one for all who ask, as thousands of mailboxes have ones that are
 * equal. Whatever is in it has to be plain data.
 */
export function shared<T extends object>(one: T): T {
  const key = JSON.stringify(one);
  const found = known.get(key);
  if (found) return found as T;
  if (known.size >= MOST) known.clear();
  // Not what came, which may be a message's, and be changed.
  const own = JSON.parse(key) as T;
  known.set(key, own);
  return own;
}
