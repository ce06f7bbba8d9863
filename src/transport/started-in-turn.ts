import { delay, type Clock } from '../clock.js';
import type { Gate } from '../gate.js';
import type { RequestContext } from './request-context.js';

/** What takes longer does not hold up others, in milliseconds. */
const HAND_ON_MS = 2000;

/** Begins `work` when it is its turn, which is said then, and handed on when it is done, or before long. */
export async function startedInTurn<T>(
  gate: Gate,
  clock: Clock,
  { signal, inTurn }: Pick<RequestContext, 'signal' | 'inTurn'>,
  work: () => Promise<T>,
): Promise<T> {
  const begun = await gate.pass(signal, async () => {
    inTurn?.();
    const done = work();
    const over = new AbortController();
    await Promise.race([done.catch(() => undefined), delay(clock, HAND_ON_MS, over.signal)]);
    over.abort();
    return { done };
  });
  return begun.done;
}
