import { setImmediate as nextTurn } from 'node:timers/promises';

/** After so many milliseconds a wait is in vain: long for any of these tests, shorter than what mocha allows. */
const IN_VAIN_MS = 45_000;

/** Resolves once `condition` holds; looked at each time that sockets and promises had a turn. */
export async function until(condition: () => boolean): Promise<void> {
  const end = Date.now() + IN_VAIN_MS;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`waited in vain for ${condition.toString()}`);
    await nextTurn();
  }
}

/** Lets sockets and promises have a number of turns, to see that something does not happen in them. */
export async function ioTurns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await nextTurn();
}
