import type { Clock } from '../clock.js';
import { EwsError, toEwsError } from '../protocol/ews-error.js';

/** Losing a subscription to another reader twice within this time is a contest that nobody wins, in milliseconds. */
const CONTEST_MS = 10 * 60_000;
/** For so long after it was taken up, whoever had a subscription before may still read it, in milliseconds. */
const HAND_OVER_MS = 2 * 60_000;
const TAKEN_OVER: readonly string[] = ['ErrorNewEventStreamConnectionOpened', 'EWS_STREAM_TAKEN_OVER'];

/** Whether a stream ended because somebody else reads what was on it. */
export function isTakenOver(error: EwsError): boolean {
  return TAKEN_OVER.includes(error.code);
}

/** Why one is made anew that was on a stream with others which somebody took. That is no contest for this one. */
export function mayBeTaken(): EwsError {
  return new EwsError(
    'EWS_STREAM_IN_DOUBT',
    'Another reader may have taken this subscription too, so it is made anew.',
  );
}

/** A subscription that others read too is made anew once; after that, somebody has to say who shall have it. */
export class Contest {
  readonly #clock: Clock;
  #takenOverAt = Number.NEGATIVE_INFINITY;
  #takenUpAt = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The subscription is one that an earlier run left, or another Node-RED that may run still. */
  takenUp(): void {
    this.#takenUpAt = this.#clock.now();
  }

  /** Whether somebody else may not have let go of it yet. */
  get mayBeShared(): boolean {
    return this.#clock.now() - this.#takenUpAt < HAND_OVER_MS;
  }

  /**
   * What an error of the stream means for the subscription. A stream that ends before its time may have been ended by the
   * server: the second time within {@link CONTEST_MS} that is found out, by ending what nobody shall have alone.
   * @param end ends the subscription; throws where the server does not have it any more
   */
  async judged(error: EwsError, end: () => Promise<void>): Promise<EwsError> {
    if (!isTakenOver(error)) return error;
    const contested = this.#clock.now() - this.#takenOverAt < CONTEST_MS;
    this.#takenOverAt = this.#clock.now();
    if (!contested) return error;
    try {
      await end();
    } catch (thrown) {
      const answer = toEwsError(thrown, 'Unsubscribe');
      // Without an answer nobody knows: it is made anew, and asked again the next time.
      if (answer.action !== 'resubscribe') return error;
      this.#takenOverAt = Number.NEGATIVE_INFINITY;
      return answer;
    }
    return new EwsError('EWS_STREAM_CONTESTED', 'Another program keeps taking over the stream of this mailbox.', {
      operation: 'GetStreamingEvents',
    });
  }
}
