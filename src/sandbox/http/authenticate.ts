import type { Account } from '../model/account.js';
import type { Exchange } from '../model/exchange.js';
import { MINUTE } from '../units.js';

/** The domain of the sandbox's accounts in `DOMAIN\user` names. */
const DOMAIN = 'SANDBOX';

/** Checks who is calling, by HTTP Basic authentication with names and passwords in UTF-8. */
export class Authenticator {
  readonly #failures = new Map<string, { count: number; blockedUntil: number }>();

  constructor(readonly exchange: Exchange) {}

  /** The account; `undefined` when there are no credentials, or wrong ones. */
  authenticate(authorization: string | undefined): Account | undefined {
    const credentials = readBasic(authorization);
    if (!credentials) return undefined;
    const account = this.#find(credentials.user);
    if (!account || this.#isBlocked(account)) return undefined;
    if (account.password === credentials.password) {
      this.#failures.delete(account.address);
      return account;
    }
    this.#countFailure(account);
    return undefined;
  }

  /** By `user@domain`, or by `DOMAIN\user` with what stands before the @. */
  #find(name: string): Account | undefined {
    const [domain, user] = name.split('\\');
    if (user === undefined || domain?.toUpperCase() !== DOMAIN) return this.exchange.account(name);
    for (const { address } of this.exchange.mailboxes) {
      if (address.split('@')[0]?.toLowerCase() === user.toLowerCase()) return this.exchange.account(address);
    }
    return undefined;
  }

  #isBlocked({ address }: Account): boolean {
    const failures = this.#failures.get(address);
    return failures !== undefined && failures.blockedUntil > this.exchange.clock.now();
  }

  #countFailure({ address }: Account): void {
    const { character, clock } = this.exchange;
    if (character.wrongPasswords === 0) return;
    const count = (this.#failures.get(address)?.count ?? 0) + 1;
    const blocked = count >= character.wrongPasswords;
    this.#failures.set(address, { count: blocked ? 0 : count, blockedUntil: blocked ? clock.now() + MINUTE : 0 });
  }
}

function readBasic(authorization: string | undefined): { user: string; password: string } | undefined {
  const encoded = /^Basic +([A-Za-z0-9+/=]+)$/i.exec(authorization ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon === -1 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}
