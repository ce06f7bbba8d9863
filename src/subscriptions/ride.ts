import { EwsError } from '../protocol/ews-error.js';

export function notWanted(): EwsError {
  return new EwsError('EWS_NETWORK', 'The stream is no longer wanted.');
}

/**
 * A subscription's time on a stream and on the way to it. Thousands of mailboxes have one each, and most of the time
 * nothing asks for its signal, which takes half a kilobyte: it is made when it is asked for.
 */
export class Ride {
  #over: AbortController | undefined;
  #isOver = false;
  #error: EwsError | undefined;
  #reject: ((error: EwsError) => void) | undefined;

  /** One that is over. */
  static over(): Ride {
    const ride = new Ride();
    ride.end();
    return ride;
  }

  /** Rejects with what ends the ride. To be waited for at once. */
  get left(): Promise<never> {
    return new Promise<never>((_resolve, reject) => {
      this.#reject = reject;
      if (this.#error) reject(this.#error);
    });
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Aborted when the ride is over. */
  get signal(): AbortSignal {
    this.#over ??= new AbortController();
    if (this.#isOver) this.#over.abort();
    return this.#over.signal;
  }

  /** Nobody who asked for the signal goes by it any more. */
  rest(): void {
    if (!this.#isOver) this.#over = undefined;
  }

  leave(error: EwsError): void {
    this.#error ??= error;
    this.#reject?.(error);
    this.end();
  }

  /** Ends it without a word. */
  end(): void {
    this.#isOver = true;
    this.#over?.abort();
  }
}
