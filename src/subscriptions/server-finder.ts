import { readFile } from 'node:fs/promises';
import type { Clock } from '../clock.js';
import { foundServer, type Discovery } from '../transport/autodiscover/discovery.js';
import type { MailboxPlace } from '../transport/autodiscover/many-mailboxes.js';
import { mailDomain, TrustedHosts } from '../transport/autodiscover/trusted-hosts.js';
import { CredentialGuard } from '../transport/credential-guard.js';
import { writeDurably } from './durable-file.js';

/** Where an account's server was found. */
export interface FoundAccount extends MailboxPlace {
  /** The service that tells of several mailboxes at once, if there is one. */
  readonly service?: string;
}

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
  #found: Promise<FoundAccount> | undefined;

  constructor(options: ServerFinderOptions) {
    this.#options = options;
    this.#guard = new CredentialGuard(options.clock);
  }

  /** The server: the one that is kept, else a search for it. Throws an `EwsError`. */
  server(): Promise<FoundAccount> {
    return this.#once(async () => (await this.#kept()) ?? (await this.#search()));
  }

  /** The server, looked for anew. Throws an `EwsError`. */
  searchAgain(): Promise<FoundAccount> {
    this.#found = undefined;
    return this.#once(() => this.#search());
  }

  /** Asks a service with the account's credentials, unless they are known to be refused. Throws an `EwsError`. */
  ask<T>(question: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return this.#guard.run(() => question(this.#closing.signal));
  }

  /** Gives up what is under way. */
  close(): void {
    this.#closing.abort();
  }

  /** One at a time, for all that want it; a failure is not kept. */
  #once(find: () => Promise<FoundAccount>): Promise<FoundAccount> {
    const finding = (this.#found ??= find());
    finding.catch(() => {
      if (this.#found === finding) this.#found = undefined;
    });
    return finding;
  }

  async #search(): Promise<FoundAccount> {
    const { email, path, search } = this.#options;
    const {
      url,
      grouping = '',
      service,
    } = await this.#guard.run(async () => foundServer(await search(this.#closing.signal), email));
    // If it cannot be kept, the next start searches.
    const found: FoundAccount = { url, grouping, ...(service === undefined ? {} : { service }) };
    const kept = JSON.stringify({ format: FORMAT, email, ...found });
    if (path !== undefined) await writeDurably(path, kept).catch(() => undefined);
    return found;
  }

  /** What an earlier search has found; nothing that the account, as it is set now, would not find. */
  async #kept(): Promise<FoundAccount | undefined> {
    const { email, confirmedHosts, path } = this.#options;
    if (path === undefined) return undefined;
    try {
      const kept = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown> | null;
      if (kept?.format !== FORMAT || kept.email !== email) return undefined;
      const { url, grouping, service } = kept;
      const trusted = new TrustedHosts(mailDomain(email) ?? '', confirmedHosts);
      if (!isTrusted(url, trusted)) return undefined;
      return {
        ...{ url, grouping: typeof grouping === 'string' ? grouping : '' },
        ...(isTrusted(service, trusted) ? { service } : {}),
      };
    } catch {
      return undefined;
    }
  }
}

function isTrusted(url: unknown, trusted: TrustedHosts): url is string {
  if (typeof url !== 'string' || !URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' && trusted.includes(hostname);
}
