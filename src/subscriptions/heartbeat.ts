import type { Clock, Timer } from '../clock.js';
import { EwsError } from '../protocol/ews-error.js';
import type { StreamingEvents } from '../protocol/get-streaming-events.js';

/** A stream that is silent for so long is dead, unless the server's own rhythm is faster: twice its usual 45 s. */
const LONGEST_SILENCE_MS = 90_000;
/** However fast the heartbeat, a silence shorter than this says nothing. In milliseconds. */
const SHORTEST_SILENCE_MS = 10_000;

/** Learns how often a server says that it is there, and tells when it should have. */
export class Heartbeat {
  readonly #clock: Clock;
  #lastBeat: number | undefined;
  #limit = LONGEST_SILENCE_MS;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How long the stream may be silent, in milliseconds. */
  get limit(): number {
    return this.#limit;
  }

  heard(answer: StreamingEvents): void {
    const now = this.#clock.now();
    const beat = answer.notifications.some(({ heartbeat }) => heartbeat);
    // Two heartbeats with nothing between them are one beat of the server apart.
    if (beat && this.#lastBeat !== undefined) {
      this.#limit = Math.min(LONGEST_SILENCE_MS, Math.max(SHORTEST_SILENCE_MS, 2 * (now - this.#lastBeat)));
    }
    this.#lastBeat = beat ? now : undefined;
  }

  /** `answer`, or an `EWS_STREAM_SILENT` when it takes too long. */
  async bound<T>(answer: Promise<T>): Promise<T> {
    let timer: Timer | undefined;
    const silence = new Promise<never>((_resolve, reject) => {
      timer = this.#clock.setTimer(() => {
        const seconds = Math.round(this.#limit / 1000);
        // The rhythm may have changed: the next stream is given the full time again.
        this.#limit = LONGEST_SILENCE_MS;
        this.#lastBeat = undefined;
        reject(
          new EwsError('EWS_STREAM_SILENT', `Nothing came from the stream for ${seconds} s, so it is taken for dead.`),
        );
      }, this.#limit);
    });
    try {
      return await Promise.race([answer, silence]);
    } finally {
      this.#clock.clearTimer(timer);
    }
  }
}
