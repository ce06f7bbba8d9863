import type { EwsError } from '../protocol/ews-error.js';
import { BackOff } from './back-off.js';

/** So many streams in a row may end sooner than they hold before that is an outage that goes on. */
const SHORT_LIVED = 3;

/** Whether a stream is in an outage: how long to wait before it is opened again, and whether that is to be told. */
export class StreamOutage {
  readonly #backOff: BackOff;
  #told = false;
  /** Streams in a row that were opened and have not held. */
  #shortLived = 0;

  constructor(random: () => number) {
    this.#backOff = new BackOff(random);
  }

  /** A stream has begun. That is no sign that an outage is over where streams end again as soon as they are open. */
  begun(): void {
    if (this.#shortLived < SHORT_LIVED) this.#over();
    this.#shortLived += 1;
  }

  /** A stream has held. */
  holds(): void {
    this.#shortLived = 0;
    this.#over();
  }

  /** A stream is ended on purpose, which says nothing of it. */
  endedOnPurpose(): void {
    this.#shortLived = 0;
  }

  /** A stream has failed. Returns the milliseconds to wait, and whether to tell: once an outage. */
  failed(error: EwsError): { readonly waitMs: number; readonly tell: boolean } {
    const waitMs = this.#backOff.next(error.backOffMs);
    // The first quick retry is silent: most trouble with a network is over before anyone would look.
    const tell = !this.#told && (error.action !== 'retry' || this.#backOff.failures > 1);
    this.#told ||= tell;
    return { waitMs, tell };
  }

  #over(): void {
    this.#backOff.reset();
    this.#told = false;
  }
}
