import { EwsError } from '../protocol/ews-error.js';

/** A first answer that takes longer was held back on the way: servers begin at once. In milliseconds. */
const HELD_BACK_MS = 30_000;
/** Minutes that a stream is asked for to see whether its first answer comes when it ends. The least that can be asked for. */
const PROBE_MINUTES = 1;
/** The first answer of such a stream may take so long, in milliseconds: some servers' minutes last up to 92 s. */
const PROBE_MS = 120_000;

/**
 * Recognises a proxy that hands the answers of a stream on only when the stream is complete. Such a stream looks dead,
 * as nothing comes of it in the time in which something should. So after one that brought nothing at all, a short one
 * is asked for: if its first answer comes late, that is why. Streams then stay short, as events come at their ends.
 */
export class HeldBackWatch {
  /** Present streams are short, because of a suspicion or of what it has turned into. */
  #probing = false;
  #told = false;

  /** Minutes to ask for. */
  minutes(wanted: number): number {
    return this.#probing ? PROBE_MINUTES : wanted;
  }

  /** How long to wait for the first answer, where a stream may usually be silent for `usualMs`. */
  patience(usualMs: number): number {
    return this.#probing ? Math.max(usualMs, PROBE_MS) : usualMs;
  }

  /** A stream ended with `error` before anything came of it. */
  broughtNothing(error: EwsError): void {
    // Where a short stream is as silent as a long one, nothing comes through at all: then that is what is told.
    if (error.code === 'EWS_STREAM_SILENT') this.#probing = !this.#probing;
  }

  /** The first answer came after so many milliseconds. Returns what is to be told of it. */
  firstAnswer(afterMs: number): EwsError | undefined {
    this.#probing = afterMs > HELD_BACK_MS;
    const tell = this.#probing && !this.#told;
    this.#told = this.#probing;
    return tell ? heldBack(afterMs) : undefined;
  }
}

function heldBack(afterMs: number): EwsError {
  return new EwsError(
    'EWS_STREAM_HELD_BACK',
    `The stream's first answer took ${Math.round(afterMs / 1000)} s: something between this machine and the server holds answers back until they are complete.`,
  );
}
