import { EwsError } from '../protocol/ews-error.js';

/**
 * `work`, or an `EwsError` as soon as `signal` is aborted. What `work` waits for may be somebody else's: the outcome of
 * the first login, a free connection. Whoever closes must not wait for that.
 */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  let giveUp: () => void = () => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    giveUp = () => {
      reject(new EwsError('EWS_NETWORK', 'The request was given up.'));
    };
    if (signal.aborted) giveUp();
    else signal.addEventListener('abort', giveUp, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}
