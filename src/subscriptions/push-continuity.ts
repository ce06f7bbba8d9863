import type { Clock } from '../clock.js';
import type { Notification } from '../protocol/notification.js';
import type { PushedNotification } from '../protocol/send-notification.js';

/** Whether a call brings no events. */
export function isHeartbeat(pushed: PushedNotification): boolean {
  return !('error' in pushed) && pushed.notification.events.length === 0;
}

/** A subscription whose notifications do not join is made anew once in this time: a server may count in another way. */
const REJOIN_MS = 60 * 60_000;

/**
 * Whether the notifications of a push subscription follow one another without a gap. PreviousWatermark should be the
 * watermark of the notification before. It is compared between notifications with events only: heartbeats may repeat
 * old watermarks, and what Subscribe returned may be of another form (Amazon WorkMail's published exchange shows both).
 */
export class PushContinuity {
  readonly #clock: Clock;
  /** The watermarks to which the next notification may join; empty before the first with events. */
  #ends: readonly string[] = [];
  #brokenAt = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Another subscription begins, or one goes on of which {@link ends} were kept. */
  begin(ends: readonly string[] = []): void {
    this.#ends = ends;
  }

  get ends(): readonly string[] {
    return this.#ends;
  }

  joins({ previousWatermark, events }: Notification): boolean {
    if (previousWatermark === undefined || events.length === 0 || this.#ends.length === 0) return true;
    if (this.#ends.includes(previousWatermark)) return true;
    const now = this.#clock.now();
    if (now - this.#brokenAt < REJOIN_MS) return true;
    this.#brokenAt = now;
    return false;
  }

  /**
   * Where to resume after a notification was dealt with. A heartbeat moves the position only where it goes on from it,
   * so that a quiet mailbox does not get too old a position, and no repeated watermark takes it back. Nor does a
   * notification that comes again after later ones, as a call that was held up on its way does.
   * @param isNew whether any of its events was not taken before
   */
  positionAfter(
    { previousWatermark, watermark, events }: Notification,
    position: string | undefined,
    isNew = true,
  ): string | undefined {
    if (watermark === undefined) return position;
    if (events.length > 0) {
      if (!isNew && !this.#ends.includes(previousWatermark ?? '')) return position;
      this.#ends = [watermark];
      return watermark;
    }
    if (this.#ends.length > 0) this.#ends = [...this.#ends.slice(0, 1), watermark];
    return previousWatermark === position ? watermark : position;
  }
}
