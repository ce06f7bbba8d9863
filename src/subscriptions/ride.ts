import { EwsError } from '../protocol/ews-error.js';

export function notWanted(): EwsError {
  return new EwsError('EWS_NETWORK', 'The stream is no longer wanted.');
}

/** Who is on a stream. */
export interface Rider {
  /** Called once, when a ride was left. */
  alight(ride: Ride): void;
}

/**
 * A subscription's time on a stream and on the way to it. Thousands of mailboxes have one each, and most of the time
 * nothing asks for its signal, which takes half a kilobyte: it is made when it is asked for.
 */
export class Ride {
  #over: AbortController | undefined;
  #isOver = false;
  #error: EwsError | undefined;
  #rider: Rider | undefined;

  /** One that is over. */
  static over(): Ride {
    const ride = new Ride();
    ride.end();
    return ride;
  }

  /** Why it was left, if it was. */
  get error(): EwsError | undefined {
    return this.#error;
  }

  /** Has the rider alight when it is left: at once if it was already. */
  whenLeft(rider: Rider): void {
    if (this.#error) rider.alight(this);
    else this.#rider = rider;
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
    this.end();
    const rider = this.#rider;
    this.#rider = undefined;
    rider?.alight(this);
  }

  /** Ends it without a word. */
  end(): void {
    this.#isOver = true;
    this.#over?.abort();
  }
}
