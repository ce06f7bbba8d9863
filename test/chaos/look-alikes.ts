import type { TrueEvent } from './ledger.js';

/** What was told as the server tells it, and for which of several events that look the same it was taken. */
export interface Taken<Told> {
  readonly told: Told;
  /** Things come in order within a row. */
  readonly row: string;
  event: TrueEvent;
}

/**
 * Of events that look the same the first that may be is taken for what was told, also where that need not have come and
 * a later one is missing then. This moves it on: returns what that leaves over in the end, if the order allows it.
 * @param taken all that was told, in the order in which it was
 * @param isSpare whether an event need not have come
 */
export function moveOn<Told>(
  taken: readonly Taken<Told>[],
  missing: TrueEvent,
  isSpare: (event: TrueEvent) => boolean,
): TrueEvent | undefined {
  const moves: { one: Taken<Told>; from: TrueEvent }[] = [];
  let open = missing;
  for (let at = taken.length - 1; at >= 0; at -= 1) {
    const one = taken[at]!;
    if (one.event.key !== missing.key || one.event.position >= open.position) continue;
    const limit = open.position;
    const isInOrder = taken.slice(at + 1).every(({ row, event }) => row !== one.row || event.position > limit);
    if (!isInOrder) break;
    const from = one.event;
    moves.push({ one, from });
    one.event = open;
    open = from;
    if (isSpare(open)) return open;
  }
  for (const { one, from } of moves) one.event = from;
  return undefined;
}
