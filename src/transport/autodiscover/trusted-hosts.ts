import { domainToASCII } from 'node:url';
import type { EwsSettings } from '../../protocol/autodiscover/answer.js';

/**
 * The hosts that may be told who is calling: those in the domain of the e-mail address, and those that somebody has
 * confirmed by name. What comes from DNS, from redirects over plain http and from servers is not to be believed: anybody
 * on the way could have written it.
 */
export class TrustedHosts {
  readonly #domain: string;
  readonly #confirmed: ReadonlySet<string>;

  constructor(domain: string, confirmed: readonly string[]) {
    this.#domain = normalHost(domain);
    this.#confirmed = new Set(confirmed.map(normalHost).filter((host) => host !== ''));
  }

  includes(host: string): boolean {
    const name = normalHost(host);
    if (name === '') return false;
    if (this.#confirmed.has(name) || name === this.#domain) return true;
    // Of a domain of one label, such as "com", not everything below is the same organisation's.
    return this.#domain.includes('.') && name.endsWith(`.${this.#domain}`);
  }
}

/** Where EWS is, of what an answer of Autodiscover tells. */
export type TrustedUrl =
  | { readonly url: URL }
  /** Somebody has to say whether this host may be told who is calling. */
  | { readonly unconfirmed: string }
  /** It is on no address over TLS. */
  | { readonly insecure: URL | undefined };

/** The address of EWS that may be told who is calling: EWS will be. */
export function trustedUrl({ externalUrl, internalUrl }: EwsSettings, trusted: TrustedHosts): TrustedUrl {
  const urls = [externalUrl, internalUrl].flatMap((text) =>
    text !== undefined && URL.canParse(text) ? new URL(text) : [],
  );
  const safe = urls.filter(({ protocol }) => protocol === 'https:');
  const url = safe.find(({ hostname }) => trusted.includes(hostname));
  if (url) {
    url.username = url.password = '';
    return { url };
  }
  return safe[0] ? { unconfirmed: safe[0].hostname } : { insecure: urls[0] };
}

/** A host's name as it can be compared; empty for what is none. */
export function normalHost(host: string): string {
  // What is no part of a name would be cut off in silence.
  if (/[\s/:?#@[\]\\%]/.test(host.trim())) return '';
  return domainToASCII(host.trim()).replace(/\.$/, '').toLowerCase();
}

/** The domain of an e-mail address; `undefined` where there is none that could be a host's name. */
export function mailDomain(address: string): string | undefined {
  const domain = normalHost(address.slice(address.lastIndexOf('@') + 1));
  // An address of the network in place of a name has no domain, and nothing is found by it.
  const isName = /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(
    domain,
  );
  return /^[^\s@<>,;"]+@[^\s@<>,;"]+$/.test(address) && isName ? domain : undefined;
}
