import { delay, type Clock } from '../clock.js';
import { EwsError } from '../protocol/ews-error.js';

const MINUTE = 60_000;
/** After credentials that had worked are refused: a directory hiccup answers 401 too. In milliseconds. */
const FIRST_RETRY_MS = 30 * MINUTE;
const LATER_RETRY_MS = 60 * MINUTE;
/** For so long after the server has accepted credentials nobody doubts them, in milliseconds. */
const FRESH_MS = MINUTE;
/** How long one who wants to use credentials that have worked waits for another to try them, in milliseconds. */
const PATIENCE_MS = 5000;

/**
 * Keeps an account from being locked out. Until the server has once accepted the credentials, one request at a time
 * is let through and all others share its outcome; refused credentials that never worked are not tried again.
 * Credentials that have worked are tried again after 30 minutes, then hourly.
 *
 * After a while, or an outage, in which the password may have been changed, one request goes first and the others wait
 * a moment for its outcome: else all connections of an account would bring the old password at once.
 *
 * Only what carries the credentials may be run here. A request on a connection that is signed in already proves nothing
 * about them: they may have been changed since.
 */
export class CredentialGuard {
  readonly #clock: Clock;
  #worked = false;
  #refusal: EwsError | undefined;
  #refusals = 0;
  #retryAt = 0;
  #acceptedAt = Number.NEGATIVE_INFINITY;
  #probe: Promise<unknown> | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Runs `attempt`, a request with the credentials, or throws without running it. */
  async run<T>(attempt: () => Promise<T>): Promise<T> {
    if (this.#worked && !this.#refusal) return this.#runTrusted(attempt, this.#clock.now() + PATIENCE_MS);
    if (this.#probe) {
      // Whoever waits shares a failure of the network too: each trying for itself would take one timeout after another.
      await this.#probe.catch((error: unknown) => {
        if (!provesIdentity(error)) throw error;
      });
      return this.run(attempt);
    }
    this.#throwIfRefused();
    return this.#runAlone(attempt);
  }

  /** @param until when waiting for others has taken long enough, in milliseconds since 1970 */
  async #runTrusted<T>(attempt: () => Promise<T>, until: number): Promise<T> {
    for (;;) {
      const now = this.#clock.now();
      if (now - this.#acceptedAt < FRESH_MS || now >= until) return this.#watch(attempt());
      if (!this.#probe) return this.#runAlone(attempt);
      await this.#settled(this.#probe, until - now);
      // A refusal is shared; from all else one has to see for oneself.
      if (this.#refusal) return this.run(attempt);
    }
  }

  async #runAlone<T>(attempt: () => Promise<T>): Promise<T> {
    const probe = this.#watch(attempt());
    this.#probe = probe;
    try {
      return await probe;
    } finally {
      if (this.#probe === probe) this.#probe = undefined;
    }
  }

  /** Resolves when the probe is over, in whatever way, or after `ms` milliseconds. */
  async #settled(probe: Promise<unknown>, ms: number): Promise<void> {
    const over = new AbortController();
    const end = () => {
      over.abort();
    };
    void probe.then(end, end);
    await delay(this.#clock, ms, over.signal);
  }

  #throwIfRefused(): void {
    if (!this.#refusal) return;
    const wait = this.#retryAt - this.#clock.now();
    if (!this.#worked || wait > 0) throw this.#refused(this.#refusal, wait);
  }

  async #watch<T>(attempt: Promise<T>): Promise<T> {
    const before = this.#refusal;
    try {
      const result = await attempt;
      this.#accept(before);
      return result;
    } catch (error) {
      if (provesIdentity(error)) this.#accept(before);
      if (!(error instanceof EwsError) || error.action !== 'authenticate') throw error;
      throw this.#refuse(error);
    }
  }

  /** @param before the refusal that was known when the attempt began: what came later is news, and stands */
  #accept(before: EwsError | undefined): void {
    this.#worked = true;
    if (this.#refusal !== before) return;
    this.#acceptedAt = this.#clock.now();
    this.#refusal = undefined;
    this.#refusals = 0;
  }

  #refuse(error: EwsError): EwsError {
    if (this.#refusal === undefined || this.#clock.now() >= this.#retryAt) {
      this.#refusals += 1;
      this.#retryAt = this.#clock.now() + (this.#refusals === 1 ? FIRST_RETRY_MS : LATER_RETRY_MS);
    }
    this.#refusal = error;
    return this.#refused(error, this.#retryAt - this.#clock.now());
  }

  /** The refusal as it is told: with a time to wait only where trying again makes sense. */
  #refused(error: EwsError, wait: number): EwsError {
    if (!this.#worked) return error;
    return new EwsError(error.code, error.message, {
      backOffMs: Math.max(wait, 0),
      ...(error.operation === undefined ? {} : { operation: error.operation }),
      ...(error.httpStatus === undefined ? {} : { httpStatus: error.httpStatus }),
    });
  }
}

/** Whether the server got as far as EWS itself, which it does only for someone it knows. */
function provesIdentity(error: unknown): boolean {
  return error instanceof EwsError && (error.code.startsWith('Error') || error.code === 'EWS_SOAP_FAULT');
}
