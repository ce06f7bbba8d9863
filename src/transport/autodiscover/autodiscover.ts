import type { SrvRecord } from 'node:dns';
import type { AutodiscoverAnswer, AutodiscoverProtocol, EwsSettings } from '../../protocol/autodiscover/answer.js';
import { soapAutodiscover } from '../../protocol/autodiscover/get-user-settings.js';
import { poxAutodiscover } from '../../protocol/autodiscover/pox.js';
import type { WholeAnswer } from '../one-exchange.js';
import type { Discovery, DiscoveryStep } from './discovery.js';
import { MAX_ANSWER_BYTES, Questions, type QuestionWay } from './questions.js';
import { SearchRecord, shown } from './search-record.js';
import { mailDomain, normalHost, TrustedHosts, trustedUrl } from './trusted-hosts.js';

export interface AutodiscoverOptions extends QuestionWay {
  /** The address of the account: hosts of its domain may be told who is calling. */
  readonly email: string;
  /** Whose server is looked for, where that is another's mailbox. */
  readonly mailbox?: string | undefined;
  /** Hosts outside the address's domain that may be told who is calling all the same. */
  readonly confirmedHosts: readonly string[];
  /** Looks up SRV records; rejects where there are none. */
  readonly resolveSrv: (name: string) => Promise<readonly SrvRecord[]>;
  /** Told of each step as soon as it is over. */
  readonly onStep?: (step: DiscoveryStep) => void;
}

/**
 * Looks for the server of a mailbox (docs: "Autodiscover for Exchange"; [MS-OXDISCO]): at the domain of its address, at
 * `autodiscover.` that domain, where a redirect without TLS leads, where DNS says. One refusal ends the search, as a
 * wrong password must not lock an account. Never rejects for what servers and networks do.
 */
export async function autodiscover(options: AutodiscoverOptions): Promise<Discovery> {
  const record = new SearchRecord(options.signal, options.onStep);
  await new Search(options, record).lookFor(options.mailbox ?? options.email);
  return record.result;
}

class Search {
  readonly #options: AutodiscoverOptions;
  readonly #record: SearchRecord;
  readonly #trusted: TrustedHosts;
  readonly #questions: Questions;

  constructor(options: AutodiscoverOptions, record: SearchRecord) {
    this.#options = options;
    this.#record = record;
    // Wherever the search leads, it is the first address whose domain counts.
    this.#trusted = new TrustedHosts(mailDomain(options.email) ?? '', options.confirmedHosts);
    this.#questions = new Questions(options, this.#trusted, record);
  }

  async lookFor(address: string): Promise<void> {
    const domain = mailDomain(address);
    if (domain === undefined) return;
    await this.#askHost(`https://${domain}`, address);
    await this.#askHost(`https://autodiscover.${domain}`, address);
    if (!this.#record.isOver()) await this.#askForRedirect(domain, address);
    if (!this.#record.isOver()) await this.#askForRecord(domain, address);
  }

  /** By both protocols, unless the host is not there at all. */
  async #askHost(origin: string, address: string): Promise<void> {
    for (const protocol of [soapAutodiscover, poxAutodiscover]) {
      if (this.#record.isOver()) return;
      const url = new URL(protocol.path, origin);
      if (!this.#isNew(url, protocol, address)) continue;
      if (!(await this.#ask(url, protocol, address))) return;
    }
  }

  /** A domain that is served from elsewhere says so without TLS, as it has no certificate of that name there. */
  async #askForRedirect(domain: string, address: string): Promise<void> {
    const url = new URL(poxAutodiscover.path, `http://autodiscover.${domain}`);
    if (!this.#record.isNew(url.href)) return;
    const answer = await this.#questions.anonymously({ kind: 'redirect', url });
    if (!answer) return;
    const target = redirectOf(answer);
    if (target === undefined) this.#record.tell('redirect', url, 'nothing', `HTTP ${answer.status}`);
    else await this.#goTo(url, 'redirect', target, poxAutodiscover, address);
  }

  async #askForRecord(domain: string, address: string): Promise<void> {
    const name = `_autodiscover._tcp.${domain}`;
    if (!this.#record.isNew(name)) return;
    const records = await this.#options.resolveSrv(name).catch(() => []);
    const [first] = [...records].sort((a, b) => a.priority - b.priority || b.weight - a.weight);
    const host = normalHost(first?.name ?? '');
    const origin = `https://${host}${first?.port === 443 ? '' : `:${first?.port ?? ''}`}`;
    if (host === '' || !URL.canParse(origin)) {
      this.#record.tell('srv', name, 'nothing', 'no record');
      return;
    }
    this.#record.tell('srv', name, 'redirected', origin);
    if (this.#record.mayGoOn('srv', name)) await this.#askHost(origin, address);
  }

  #isNew(url: URL, { name }: AutodiscoverProtocol, address: string): boolean {
    return this.#record.isNew(`${name} ${url.href} ${address.toLowerCase()}`);
  }

  /** Asks one service. Resolves with whether its host was reached. */
  async #ask(url: URL, protocol: AutodiscoverProtocol, address: string): Promise<boolean> {
    const { name: kind, headers } = protocol;
    const answer = await this.#questions.ask({ kind, url, headers, body: protocol.write(address, url.href) });
    if (typeof answer === 'object') await this.#take(url, protocol, answer, address);
    return answer !== 'unreachable';
  }

  async #take(url: URL, protocol: AutodiscoverProtocol, answer: WholeAnswer, address: string): Promise<void> {
    const { name: kind } = protocol;
    const target = redirectOf(answer);
    if (target !== undefined) return this.#goTo(url, kind, target, protocol, address);
    if (answer.status !== 200) {
      this.#record.tell(kind, url, 'nothing', `HTTP ${answer.status}`);
      return;
    }
    let read: AutodiscoverAnswer;
    try {
      read = protocol.read(answer.text, MAX_ANSWER_BYTES);
    } catch (error) {
      this.#record.tell(kind, url, 'failed', (error as Error).message);
      return;
    }
    switch (read.kind) {
      case 'settings':
        this.#settle(url, kind, read.settings);
        return;
      case 'redirect-url':
        return this.#goTo(url, kind, read.url, protocol, address);
      case 'redirect-address':
        this.#record.tell(kind, url, 'redirected', mailDomain(read.address) ?? 'no address');
        if (this.#record.mayGoOn(kind, url)) await this.lookFor(read.address);
        return;
      case 'error':
        this.#record.tell(kind, url, 'nothing', read.code);
    }
  }

  /** EWS will be told who is calling, so it must be where that may be known. */
  #settle(asked: URL, kind: DiscoveryStep['kind'], settings: EwsSettings): void {
    const place = trustedUrl(settings, this.#trusted);
    if ('url' in place) {
      const service = kind === 'soap' ? { service: asked.href } : {};
      this.#record.found = { ...settings, ...service, url: place.url.href };
      this.#record.tell(kind, asked, 'found', shown(place.url));
    } else if ('unconfirmed' in place) this.#record.confirm(kind, asked, place.unconfirmed);
    else this.#record.tell(kind, asked, 'insecure', place.insecure ? shown(place.insecure) : 'no address');
  }

  /** Follows to where an answer leads, which must be over TLS. */
  async #goTo(
    from: URL,
    kind: DiscoveryStep['kind'],
    target: string,
    protocol: AutodiscoverProtocol,
    address: string,
  ): Promise<void> {
    const url = URL.canParse(target, from.href) ? new URL(target, from.href) : undefined;
    if (url?.protocol !== 'https:') {
      this.#record.tell(kind, from, 'insecure', url ? shown(url) : 'no address');
      return;
    }
    url.username = url.password = url.hash = '';
    this.#record.tell(kind, from, 'redirected', shown(url));
    if (!this.#record.mayGoOn(kind, from)) return;
    const named = protocolOf(url) ?? protocol;
    // The newer protocol is served beside the older one, and tells more.
    const newer = new URL(soapAutodiscover.path, url);
    if (named === poxAutodiscover && this.#isNew(newer, soapAutodiscover, address)) {
      if (!(await this.#ask(newer, soapAutodiscover, address)) || this.#record.isOver()) return;
    }
    if (this.#isNew(url, named, address)) await this.#ask(url, named, address);
    else this.#record.tell(named.name, url, 'loop');
  }
}

function protocolOf({ pathname }: URL): AutodiscoverProtocol | undefined {
  if (/\.svc$/i.test(pathname)) return soapAutodiscover;
  return /\.xml$/i.test(pathname) ? poxAutodiscover : undefined;
}

function redirectOf({ status, headers }: WholeAnswer): string | undefined {
  return [301, 302, 303, 307, 308].includes(status) ? headers.location : undefined;
}
