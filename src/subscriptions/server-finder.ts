import { readFile } from 'node:fs/promises';
import type { Clock } from '../clock.js';
import { foundServer, type Discovery } from '../transport/autodiscover/discovery.js';
import { mailDomain, TrustedHosts } from '../transport/autodiscover/trusted-hosts.js';
import { CredentialGuard } from '../transport/credential-guard.js';
import { writeDurably } from './durable-file.js';

/** The shape of what is kept. */
const FORMAT = 1;

export interface ServerFinderOptions {
  /** Whose server is found. */
  readonly email: string;
  readonly confirmedHosts: readonly string[];
  readonly clock: Clock;
  /** The file that keeps what was found; without one, nothing is kept. */
  readonly path?: string | undefined;
  /** Looks for it on the network. */
  readonly search: (signal: AbortSignal) => Promise<Discovery>;
}

/**
 * Finds the server of an account by its e-mail address, and keeps what was found: a restart needs no search, and goes on
 * where Autodiscover is away. Credentials that a search has seen refused are not tried in another.
 */
export class ServerFinder {
  readonly #options: ServerFinderOptions;
  readonly #guard: CredentialGuard;
  readonly #closing = new AbortController();
  #url: Promise<string> | undefined;

  constructor(options: ServerFinderOptions) {
    this.#options = options;
    this.#guard = new CredentialGuard(options.clock);
  }

  /** The address of EWS: the one that is kept, else a search for it. Throws an `EwsError`. */
  url(): Promise<string> {
    return this.#once(async () => (await this.#kept()) ?? (await this.#search()));
  }

  /** The address of EWS, looked for anew. Throws an `EwsError`. */
  searchAgain(): Promise<string> {
    this.#url = undefined;
    return this.#once(() => this.#search());
  }

  /** Gives up what is under way. */
  close(): void {
    this.#closing.abort();
  }

  /** One at a time, for all that want it; a failure is not kept. */
  #once(find: () => Promise<string>): Promise<string> {
    const finding = (this.#url ??= find());
    finding.catch(() => {
      if (this.#url === finding) this.#url = undefined;
    });
    return finding;
  }

  async #search(): Promise<string> {
    const { email, path, search } = this.#options;
    const { url } = await this.#guard.run(async () => foundServer(await search(this.#closing.signal), email));
    // If it cannot be kept, the next start searches.
    const kept = JSON.stringify({ format: FORMAT, email, url });
    if (path !== undefined) await writeDurably(path, kept).catch(() => undefined);
    return url;
  }

  /** What an earlier search has found; nothing that the account, as it is set now, would not find. */
  async #kept(): Promise<string | undefined> {
    const { email, confirmedHosts, path } = this.#options;
    if (path === undefined) return undefined;
    try {
      const kept = JSON.parse(await readFile(path, 'utf8')) as {
        format?: unknown;
        email?: unknown;
        url?: unknown;
      } | null;
      if (kept?.format !== FORMAT || kept.email !== email || typeof kept.url !== 'string') return undefined;
      const { protocol, hostname } = new URL(kept.url);
      const trusted = new TrustedHosts(mailDomain(email) ?? '', confirmedHosts).includes(hostname);
      return protocol === 'https:' && trusted ? kept.url : undefined;
    } catch {
      return undefined;
    }
  }
}
