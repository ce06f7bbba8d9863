import type { AccountLink } from './account-link.js';

/** Old watermarks are costly for a server (docs: "Handling notification-related errors in EWS"): so many at once for an account. */
const AT_ONCE = 5;

interface Turns {
  taken: number;
  readonly waiting: (() => void)[];
}

const turnsOf = new WeakMap<AccountLink, Turns>();

/** Does `work` when fewer than five of an account are under way. When `signal` is aborted it no longer waits. */
export async function inTurn<T>(account: AccountLink, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const turns: Turns = turnsOf.get(account) ?? { taken: 0, waiting: [] };
  turnsOf.set(account, turns);
  if (turns.taken < AT_ONCE) turns.taken += 1;
  else await turn(turns, signal);
  try {
    return await work();
  } finally {
    const next = turns.waiting.shift();
    // The turn is handed on, so that nobody who comes just now gets in between.
    if (next) next();
    else turns.taken -= 1;
  }
}

function turn(turns: Turns, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      signal.removeEventListener('abort', giveUp);
      resolve();
    };
    const giveUp = () => {
      const at = turns.waiting.indexOf(go);
      if (at === -1) return;
      turns.waiting.splice(at, 1);
      // It does not wait, so it does not hold up the others; what it does fails with its signal.
      turns.taken += 1;
      resolve();
    };
    turns.waiting.push(go);
    signal.addEventListener('abort', giveUp, { once: true });
    if (signal.aborted) giveUp();
  });
}
