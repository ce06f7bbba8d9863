import { EwsError } from '../protocol/ews-error.js';

export function notWanted(): EwsError {
  return new EwsError('EWS_NETWORK', 'The stream is no longer wanted.');
}

/** A subscription's time on a stream and on the way to it. It ends by itself with the signal of the round. */
export class Ride {
  /** Rejects with what ended the ride. */
  readonly left: Promise<never>;
  readonly #over = new AbortController();
  readonly #round: AbortSignal;
  readonly #abort = () => {
    this.leave(notWanted());
  };
  #reject: (error: EwsError) => void = () => undefined;

  constructor(round: AbortSignal) {
    this.#round = round;
    this.left = new Promise<never>((_resolve, reject) => (this.#reject = reject));
    // It is waited for only on the stream.
    this.left.catch(() => undefined);
    round.addEventListener('abort', this.#abort, { once: true });
    if (round.aborted) this.#abort();
  }

  /** Aborted when the ride is over. */
  get signal(): AbortSignal {
    return this.#over.signal;
  }

  leave(error: EwsError): void {
    this.#reject(error);
    this.end();
  }

  /** Ends it without a word. */
  end(): void {
    this.#round.removeEventListener('abort', this.#abort);
    this.#over.abort();
  }
}
