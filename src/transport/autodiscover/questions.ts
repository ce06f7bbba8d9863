import { EwsError } from '../../protocol/ews-error.js';
import type { Authentication } from '../authentication.js';
import { httpError } from '../http-error.js';
import type { HttpProxy } from '../http-proxy.js';
import { offeredSchemes } from '../offered-schemes.js';
import { askOnce, type WholeAnswer } from '../one-exchange.js';
import type { TlsOptions } from '../tls-options.js';
import type { DiscoveryStep } from './discovery.js';
import type { SearchRecord } from './search-record.js';
import type { TrustedHosts } from './trusted-hosts.js';

/** How long one question may take, in milliseconds: most hosts that are asked do not exist. */
const MAX_QUESTION_MS = 15_000;
/** The largest answer that is read, in bytes. */
export const MAX_ANSWER_BYTES = 512 * 1024;

/** How services are reached, and who is calling. */
export interface QuestionWay {
  /** How to sign in; without it, nobody is told who is calling. */
  readonly authentication: Authentication | undefined;
  readonly tls: TlsOptions;
  readonly proxyTo: (url: URL) => HttpProxy | undefined;
  /** Bound on each question, in milliseconds. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

export interface Question {
  readonly kind: DiscoveryStep['kind'];
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  /** Without one, it is asked by GET. */
  readonly body?: string;
}

/**
 * Asks services, first of all without saying who is calling. That is told only to a host that may know, over TLS with a
 * certificate that was verified, and in no other way than the one that the account is set to.
 */
export class Questions {
  readonly #way: QuestionWay;
  readonly #trusted: TrustedHosts;
  readonly #record: SearchRecord;

  constructor(way: QuestionWay, trusted: TrustedHosts, record: SearchRecord) {
    this.#way = way;
    this.#trusted = trusted;
    this.#record = record;
  }

  /**
   * Asks, signing in where that is asked for and may be.
   * @returns `unreachable` without an answer, `closed` where the service does not say more to us
   */
  async ask(question: Question): Promise<WholeAnswer | 'unreachable' | 'closed'> {
    const anonymous = await this.anonymously(question);
    if (!anonymous) return 'unreachable';
    if (anonymous.status !== 401) return anonymous;
    return (await this.#signIn(question, anonymous)) ?? 'closed';
  }

  /** Asks without saying who is calling; `undefined` when there is no answer. */
  anonymously(question: Question): Promise<WholeAnswer | undefined> {
    return this.#exchange(question);
  }

  async #signIn(question: Question, asks: WholeAnswer): Promise<WholeAnswer | undefined> {
    const { kind, url } = question;
    const { authentication } = this.#way;
    if (!this.#trusted.includes(url.hostname)) {
      this.#record.confirm(kind, url, url.hostname);
      return undefined;
    }
    if (!authentication) {
      this.#record.tell(kind, url, 'no-credentials');
      return undefined;
    }
    const offers = offeredSchemes(asks.headers['www-authenticate']);
    const { scheme } = authentication;
    if (!offers.includes(scheme)) {
      this.#record.tell(kind, url, 'not-offered', offers.join(', ') || 'nothing that is known here');
      return undefined;
    }
    this.#record.tell(kind, url, 'asks', scheme);
    const answer = await this.#exchange(question, authentication);
    if (answer?.status !== 401) return answer;
    this.#record.tell(kind, url, 'refused', 'HTTP 401');
    this.#record.refusal = httpError({ ...answer, origin: url.origin, scheme }, 0);
    return undefined;
  }

  /** Resolves with `undefined`, having told why, when there is no answer. */
  async #exchange(question: Question, authentication?: Authentication): Promise<WholeAnswer | undefined> {
    if (!this.#record.mayAsk()) return undefined;
    const { kind, url, headers = {}, body } = question;
    const { tls, proxyTo, timeoutMs, signal } = this.#way;
    try {
      return await askOnce(
        {
          ...{ method: body === undefined ? ('GET' as const) : ('POST' as const), url, headers, signal },
          ...(body === undefined ? {} : { body }),
          // Verified, whatever the account is set to: this goes to hosts that nobody has named. Nor is any of them shown
          // a client certificate, or taken for another name.
          tls: { ca: tls.ca, rejectUnauthorized: true },
          proxy: proxyTo(url),
          ...{ timeoutMs: Math.min(timeoutMs, MAX_QUESTION_MS), maxBytes: MAX_ANSWER_BYTES },
        },
        authentication,
      );
    } catch (thrown) {
      if (!(thrown instanceof EwsError)) throw thrown;
      this.#record.tell(kind, url, 'failed', thrown.message);
      // Of the proxy's on the way, too: its password is wrong for every host.
      if (thrown.action === 'authenticate') this.#record.refusal = thrown;
      return undefined;
    }
  }
}
