import { EwsError } from '../protocol/ews-error.js';
import { isNotThere } from '../transport/network-error.js';
import type { ServerTraits } from './account-link.js';

/**
 * Why a subscription is made anew where the server may have restarted. Servers without watermarks (grommunio) count their
 * ids from 1 again: the old one may by now mean another subscription of the same user, and reading that would take its
 * events away.
 */
export function idNotTrusted(): EwsError {
  return new EwsError('EWS_ID_NOT_TRUSTED', 'The server may have restarted, so its subscriptions are made anew.');
}

/** What a server says of an id that it does not know. */
const UNKNOWN: readonly string[] = ['ErrorInvalidSubscription', 'ErrorSubscriptionNotFound'];

/**
 * Whether the id of a subscription still means it, on a server that counts its ids from 1 again. One connection may not
 * show that it has restarted; so whoever of an account notices it tells all others, whose ids are then not used again.
 */
export class IdTrust {
  #traits: ServerTraits | undefined;
  #seen = 0;

  /** The id was just given, or answered to. */
  proven(traits = this.#traits): void {
    this.#traits = traits;
    this.#seen = this.#restarts;
  }

  /** Whether it may mean another subscription by now. */
  get isStale(): boolean {
    return this.#traits?.watermarks === false && this.#restarts !== this.#seen;
  }

  /** Something went wrong after which it is not trusted. */
  doubted(error: EwsError): EwsError {
    if (isNotThere(error)) this.#note();
    return idNotTrusted();
  }

  /** The subscription was lost. Only where the server does not know it is that a sign for others. */
  lost({ code }: EwsError): void {
    if (UNKNOWN.includes(code)) this.#note();
  }

  #note(): void {
    if (this.#traits?.watermarks === false) this.#traits.restarts = this.#restarts + 1;
  }

  get #restarts(): number {
    return this.#traits?.restarts ?? 0;
  }
}
