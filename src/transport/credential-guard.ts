import type { Clock } from '../clock.js';
import { EwsError } from '../protocol/ews-error.js';

const MINUTE = 60_000;
/** After credentials that had worked are refused: a directory hiccup answers 401 too. In milliseconds. */
const FIRST_RETRY_MS = 30 * MINUTE;
const LATER_RETRY_MS = 60 * MINUTE;

/**
 * Keeps an account from being locked out. Until the server has once accepted the credentials, one request at a time
 * is let through and all others share its outcome; refused credentials that never worked are not tried again.
 * Credentials that have worked are tried again after 30 minutes, then hourly.
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
  #probe: Promise<unknown> | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Runs `attempt`, a request with the credentials, or throws without running it. */
  async run<T>(attempt: () => Promise<T>): Promise<T> {
    if (this.#worked && !this.#refusal) return this.#watch(attempt());
    if (this.#probe) {
      // Whoever waits shares a failure of the network too: each trying for itself would take one timeout after another.
      await this.#probe.catch((error: unknown) => {
        if (!provesIdentity(error)) throw error;
      });
      return this.run(attempt);
    }
    this.#throwIfRefused();
    const probe = this.#watch(attempt());
    this.#probe = probe;
    try {
      return await probe;
    } finally {
      this.#probe = undefined;
    }
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
