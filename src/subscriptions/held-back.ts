import { EwsError } from '../protocol/ews-error.js';

/** A first answer that takes longer was held back on the way: servers begin at once. In milliseconds. */
export const HELD_BACK_MS = 30_000;

/** @param afterMs how long the first answer of a stream took, in milliseconds */
export function heldBack(afterMs: number): EwsError {
  return new EwsError(
    'EWS_STREAM_HELD_BACK',
    `The stream's first answer took ${Math.round(afterMs / 1000)} s: something between this machine and the server holds answers back until they are complete.`,
  );
}
