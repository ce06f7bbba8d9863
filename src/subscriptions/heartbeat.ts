import type { Clock, Timer } from '../clock.js';
import { EwsError } from '../protocol/ews-error.js';
import type { StreamingEvents } from '../protocol/get-streaming-events.js';

/** A stream that is silent for so long is dead, unless the server's own rhythm is faster: twice its usual 45 s. */
const LONGEST_SILENCE_MS = 90_000;
/** However fast the heartbeat, a silence shorter than this says nothing. In milliseconds. */
const SHORTEST_SILENCE_MS = 10_000;
/** Heartbeats closer together were read together, or are those of one beat. In milliseconds. */
const SHORTEST_GAP_MS = 1000;
/** The rhythm is known after so many gaps; the largest of the last ones counts, as beats may be read late. */
const GAPS = 3;

/** Learns how often a server says that it is there, and tells when it should have. */
export class Heartbeat {
  readonly #clock: Clock;
  /** When each subscription last had a heartbeat with nothing after it: some servers send one for each. */
  readonly #lastBeats = new Map<string, number>();
  #gaps: number[] = [];
  #limit = LONGEST_SILENCE_MS;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How long the stream may be silent, in milliseconds. */
  get limit(): number {
    return this.#limit;
  }

  /** A new stream begins: the time since the last beat of the one before is no rhythm. */
  begin(): void {
    this.#lastBeats.clear();
  }

  /** @param known the same id as it is kept anyway: what was cut out of an answer would keep all of it in memory */
  heard({ notifications }: StreamingEvents, known = (id: string): string => id): void {
    const now = this.#clock.now();
    for (const { subscriptionId, heartbeat, events } of notifications) {
      const last = this.#lastBeats.get(subscriptionId);
      // Two heartbeats with nothing between them are one beat of the server apart.
      if (heartbeat && last !== undefined) this.#learn(now - last);
      if (heartbeat && events.length === 0) this.#lastBeats.set(known(subscriptionId), now);
      else this.#lastBeats.delete(subscriptionId);
    }
  }

  #learn(gap: number): void {
    if (gap < SHORTEST_GAP_MS) return;
    this.#gaps = [...this.#gaps, gap].slice(-GAPS);
    if (this.#gaps.length < GAPS) return;
    this.#limit = Math.min(LONGEST_SILENCE_MS, Math.max(SHORTEST_SILENCE_MS, 2 * Math.max(...this.#gaps)));
  }

  /** `answer`, or an `EWS_STREAM_SILENT` when it takes longer than so many milliseconds. */
  async bound<T>(answer: Promise<T>, limitMs = this.#limit): Promise<T> {
    let timer: Timer | undefined;
    const silence = new Promise<never>((_resolve, reject) => {
      timer = this.#clock.setTimer(() => {
        const seconds = Math.round(limitMs / 1000);
        // The rhythm may have changed: the next stream is given the full time again.
        this.#limit = LONGEST_SILENCE_MS;
        this.#gaps = [];
        this.#lastBeats.clear();
        reject(
          new EwsError('EWS_STREAM_SILENT', `Nothing came from the stream for ${seconds} s, so it is taken for dead.`),
        );
      }, limitMs);
    });
    try {
      return await Promise.race([answer, silence]);
    } finally {
      this.#clock.clearTimer(timer);
    }
  }
}
