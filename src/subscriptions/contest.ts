import type { Clock } from '../clock.js';
import { EwsError } from '../protocol/ews-error.js';

/** Losing a subscription to another reader twice within this time is a contest that nobody wins, in milliseconds. */
const CONTEST_MS = 10 * 60_000;
const TAKEN_OVER: readonly string[] = ['ErrorNewEventStreamConnectionOpened', 'EWS_STREAM_TAKEN_OVER'];

/** A subscription that others read too is made anew once; after that, somebody has to say who shall have it. */
export class Contest {
  readonly #clock: Clock;
  #takenOverAt = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What an error of the stream means for the subscription. */
  judged(error: EwsError): EwsError {
    if (!TAKEN_OVER.includes(error.code)) return error;
    const now = this.#clock.now();
    const contested = now - this.#takenOverAt < CONTEST_MS;
    this.#takenOverAt = now;
    return contested
      ? new EwsError('EWS_STREAM_CONTESTED', 'Another program keeps taking over the stream of this mailbox.', {
          operation: 'GetStreamingEvents',
        })
      : error;
  }
}
