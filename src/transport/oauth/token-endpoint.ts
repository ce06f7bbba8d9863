import { randomUUID } from 'node:crypto';
import type { Clock } from '../../clock.js';
import { EwsError } from '../../protocol/ews-error.js';
import type { OAuth2Credentials } from '../credentials.js';
import type { HttpProxy } from '../http-proxy.js';
import { askOnce } from '../one-exchange.js';
import type { TlsOptions } from '../tls-options.js';
import { readSigningCertificate, writeClientAssertion, type SigningCertificate } from './client-assertion.js';
import { isTokenUrl } from './clouds.js';
import { readTokenAnswer, type AccessToken } from './token-answer.js';

/** The largest answer with a token that is read, in bytes. */
const MAX_ANSWER_BYTES = 256 * 1024;
const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** The way to the token endpoint. */
export interface TokenWay {
  readonly tls: TlsOptions;
  readonly proxy?: HttpProxy | undefined;
  /** Bound on a request for a token, in milliseconds. */
  readonly timeoutMs: number;
}

/** Where an application's tokens come from (RFC 6749, 4.4). */
export class TokenEndpoint {
  readonly #credentials: OAuth2Credentials;
  readonly #url: URL;
  readonly #clock: Clock;
  readonly #way: TokenWay;
  readonly #certificate: SigningCertificate | undefined;
  readonly #closing = new AbortController();

  /** Throws `EWS_CONFIGURATION` for a token URL or a certificate that cannot be used. */
  constructor(credentials: OAuth2Credentials, clock: Clock, way: TokenWay) {
    const { tokenUrl, proof } = credentials;
    if (!isTokenUrl(tokenUrl)) {
      throw new EwsError('EWS_CONFIGURATION', 'The token URL must begin with https://, as a secret is sent to it.');
    }
    this.#credentials = credentials;
    this.#url = new URL(tokenUrl);
    this.#clock = clock;
    this.#way = way;
    if ('certificate' in proof) this.#certificate = readSigningCertificate(proof.certificate, proof.key);
  }

  /** Asks for a token. Throws an `EwsError` for every way in which that can fail. */
  async request(): Promise<AccessToken> {
    // The name that a TLS configuration sets is the mail server's.
    const { servername: _, ...tls } = this.#way.tls;
    const answer = await askOnce({
      ...this.#way,
      tls,
      method: 'POST',
      url: this.#url,
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: this.#form().toString(),
      maxBytes: MAX_ANSWER_BYTES,
      signal: this.#closing.signal,
    }).catch((error: unknown) => {
      if (!(error instanceof EwsError)) throw error;
      const { code, message } = error;
      throw new EwsError(code, `No token could be got. ${message}`);
    });
    return readTokenAnswer(answer, this.#url.origin, this.#clock.now());
  }

  /** Gives up what is under way. */
  close(): void {
    this.#closing.abort();
  }

  #form(): URLSearchParams {
    const { clientId, scope } = this.#credentials;
    return new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      scope,
      ...this.#proof(),
      // AD FS goes by this, and takes what stands before /.default for the name of the resource.
      ...(/\/adfs\/oauth2\/token\/?$/i.test(this.#url.pathname) ? { resource: scope.replace(/\.default$/, '') } : {}),
    });
  }

  #proof(): Record<string, string> {
    const { clientId, proof } = this.#credentials;
    if ('secret' in proof) return { client_secret: proof.secret };
    if (!this.#certificate) throw new EwsError('EWS_INTERNAL', 'There is no certificate to sign with.');
    const audience = this.#url.href;
    const assertion = { clientId, audience, now: this.#clock.now(), id: randomUUID() };
    return {
      client_assertion_type: JWT_BEARER,
      client_assertion: writeClientAssertion(this.#certificate, assertion),
    };
  }
}
