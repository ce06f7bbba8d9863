import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Asks until `look` answers with something else than undefined. Ends with an error after `seconds`, or as soon as
 * `failed` names a reason why there is nothing left to wait for.
 */
export async function waitFor(what, look, { seconds, failed = () => undefined }) {
  const until = Date.now() + seconds * 1000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    const reason = failed();
    if (reason !== undefined) throw new Error(`While waiting for ${what}: ${reason}`);
    if (Date.now() > until) throw new Error(`No ${what} within ${seconds} s.`);
    await sleep(100);
  }
}
