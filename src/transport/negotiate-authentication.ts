import { EwsError } from '../protocol/ews-error.js';
import type { Authentication, UnsentRequest } from './authentication.js';
import type { Reply } from './connection.js';
import type { NegotiateCredentials } from './credentials.js';
import { challengeOf } from './offered-schemes.js';
import { drain } from './response-body.js';

/** The part of the npm package kerberos that is used here. */
export interface KerberosModule {
  readonly GSS_MECH_OID_SPNEGO?: number;
  initializeClient(service: string, options: Readonly<Record<string, unknown>>): Promise<KerberosClient>;
}

export interface KerberosClient {
  /** Whether nothing more is expected from the server. */
  readonly contextComplete: boolean;
  /** The next token to send, in base64; `challenge` is the server's last one, empty at first. */
  step(challenge: string): Promise<string | null>;
}

/** Loaded by this name when the first account that needs it signs in. */
const PACKAGE = 'kerberos';
/** A sign-in that takes more rounds than this leads nowhere. */
const MAX_ROUNDS = 4;
/** The longest text of the Kerberos library that is passed on, in characters. */
const MAX_REASON_LENGTH = 300;

/**
 * Negotiate (RFC 4559), with Kerberos tickets of the user who runs the process. Each request carries a ticket of its
 * own: whether a connection is remembered is the server's choice, and by default it is not. The Kerberos library knows
 * no channel bindings.
 */
export class NegotiateAuthentication implements Authentication {
  readonly scheme = 'Negotiate';
  readonly isOnceForConnection = false;
  readonly #credentials: NegotiateCredentials;
  readonly #load: () => Promise<KerberosModule>;
  readonly #platform: NodeJS.Platform;

  constructor(credentials: NegotiateCredentials, load = loadKerberos, platform = process.platform) {
    this.#credentials = credentials;
    this.#load = load;
    this.#platform = platform;
  }

  async send(request: UnsentRequest): Promise<Reply> {
    const client = await this.#client(new URL(request.origin).hostname);
    let reply = await request.send(await this.#next(client, ''));
    for (let round = 1; round < MAX_ROUNDS && reply.status === 401 && !client.contextComplete; round += 1) {
      const challenge = challengeOf(reply.headers['www-authenticate'], this.scheme);
      if (!challenge) break;
      await drain(reply.body);
      reply = await request.send(await this.#next(client, challenge.toString('base64')));
    }
    return reply;
  }

  async #client(host: string): Promise<KerberosClient> {
    const kerberos = await this.#load();
    const windows = this.#platform === 'win32';
    try {
      return await kerberos.initializeClient(windows ? `HTTP/${host}` : `HTTP@${host}`, {
        ...(kerberos.GSS_MECH_OID_SPNEGO === undefined ? {} : { mechOID: kerberos.GSS_MECH_OID_SPNEGO }),
        ...(windows ? this.#windowsUser() : this.#principal()),
      });
    } catch (cause) {
      throw this.#noTicket(cause);
    }
  }

  async #next(client: KerberosClient, challenge: string): Promise<Record<string, string>> {
    try {
      return { authorization: `Negotiate ${(await client.step(challenge)) ?? ''}` };
    } catch (cause) {
      throw this.#noTicket(cause);
    }
  }

  /** Which of the tickets is meant; without a name, the one there is. Kerberos knows no `DOMAIN\user`. */
  #principal(): Record<string, string> {
    const principal = this.#credentials.username.replace(/^.*\\/s, '');
    return principal === '' ? {} : { principal };
  }

  #windowsUser(): Record<string, string> {
    const { username, password } = this.#credentials;
    return username === '' ? {} : { user: username, pass: password };
  }

  #noTicket(thrown: unknown): EwsError {
    const reason = (thrown instanceof Error ? thrown.message : String(thrown)).replace(/\s+/g, ' ');
    const told = hidden(reason, this.#credentials.password).slice(0, MAX_REASON_LENGTH);
    return new EwsError('EWS_NO_TICKET', `There is no Kerberos ticket to sign in with: ${told}`);
  }
}

/** A text of somebody else's, without the password should it hold it. */
function hidden(text: string, password: string): string {
  return password === '' ? text : text.replaceAll(password, '…');
}

async function loadKerberos(): Promise<KerberosModule> {
  try {
    const loaded = (await import(PACKAGE)) as KerberosModule & { default?: KerberosModule };
    return loaded.default ?? loaded;
  } catch (cause) {
    // Where it is there but was not compiled, a module is not found either, but another one.
    const missing = cause instanceof Error && cause.message.includes(`'${PACKAGE}'`);
    const text = missing
      ? 'Signing in with Negotiate needs the npm package "kerberos", which is not installed. Run "npm install kerberos" in Node-RED’s user directory and restart Node-RED, or choose NTLM in the account.'
      : 'The npm package "kerberos", which Negotiate needs, is installed but cannot be loaded. Install it again in Node-RED’s user directory, with the Node.js that runs Node-RED.';
    throw new EwsError('EWS_CONFIGURATION', text, { cause });
  }
}
