import { delay } from '../clock.js';
import { toEwsError } from '../protocol/ews-error.js';
import type { AccountLink } from './account-link.js';
import { BackOff } from './back-off.js';

/** So often a server that is busy is asked again: for some four minutes, where it does not say how long to wait. */
const ATTEMPTS = 8;

/**
 * Does `ask`, and again where the server says that it is busy, or has too much of this account under way: among thousands
 * of requests that is no reason to give one up. Throws an `EwsError`, also when `signal` is aborted.
 */
export async function patiently<T>(
  { clock, random }: AccountLink,
  signal: AbortSignal,
  ask: () => Promise<T>,
): Promise<T> {
  const backOff = new BackOff(random);
  for (;;) {
    try {
      return await ask();
    } catch (thrown) {
      const error = toEwsError(thrown, 'Subscribe');
      const isBusy = error.action === 'wait' || error.action === 'fewer-connections';
      if (!isBusy || signal.aborted || backOff.failures >= ATTEMPTS) throw error;
      await delay(clock, backOff.next(error.backOffMs), signal);
    }
  }
}
