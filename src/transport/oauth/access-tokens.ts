import type { Clock } from '../../clock.js';
import { EwsError } from '../../protocol/ews-error.js';
import type { AccessToken } from './token-answer.js';

/** How long before it runs out a token is renewed, in milliseconds; half its life for one that lives less than twice that. */
const EARLY_MS = 5 * 60_000;
/** After renewing early has failed, it is not tried again for so long, in milliseconds. */
const AGAIN_MS = 30_000;

/** Where requests get the token from that they bring. */
export interface TokenSource {
  /** A token that is good now. Throws an `EwsError`. */
  current(): Promise<string>;
  /** A token in place of one that the server has refused; `undefined` when there can be no other. Throws an `EwsError`. */
  insteadOf(refused: string): Promise<string | undefined>;
  /** Gives up what is under way. */
  close(): void;
}

/** What gives out tokens. */
export interface TokenIssuer {
  request(): Promise<AccessToken>;
  close(): void;
}

/** An application's token: asked for once for all that want it, kept, and renewed before it runs out. */
export class AccessTokens implements TokenSource {
  readonly #issuer: TokenIssuer;
  readonly #clock: Clock;
  #token: AccessToken | undefined;
  #renewAt = 0;
  #requesting: Promise<AccessToken> | undefined;

  constructor(issuer: TokenIssuer, clock: Clock) {
    this.#issuer = issuer;
    this.#clock = clock;
  }

  async current(): Promise<string> {
    const token = this.#token;
    const now = this.#clock.now();
    if (!token || now >= token.expiresAt) return (await this.#request()).value;
    if (now < this.#renewAt) return token.value;
    try {
      return (await this.#request()).value;
    } catch (error) {
      if (this.#clock.now() >= token.expiresAt) throw error;
      // It is good for a while yet: the outage may be over by then. Whoever is refused must not ask again and again.
      const refused = error instanceof EwsError && error.action === 'authenticate';
      this.#renewAt = refused ? token.expiresAt : this.#clock.now() + AGAIN_MS;
      return token.value;
    }
  }

  async insteadOf(refused: string): Promise<string> {
    // Another request may have been refused with it before, and brought a new one.
    if (this.#token?.value === refused) this.#token = undefined;
    return this.current();
  }

  close(): void {
    this.#issuer.close();
  }

  async #request(): Promise<AccessToken> {
    this.#requesting ??= this.#issuer.request().finally(() => {
      this.#requesting = undefined;
    });
    const token = await this.#requesting;
    this.#token = token;
    this.#renewAt = token.expiresAt - Math.min(EARLY_MS, token.lifetimeMs / 2);
    return token;
  }
}

/** A token that somebody else has got: it is what it is. */
export class GivenToken implements TokenSource {
  readonly #token: string;

  constructor(token: string) {
    this.#token = token;
  }

  current(): Promise<string> {
    return Promise.resolve(this.#token);
  }

  insteadOf(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  close(): void {
    // Nothing is ever under way.
  }
}
