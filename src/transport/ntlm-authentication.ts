import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Clock } from '../clock.js';
import { EwsError } from '../protocol/ews-error.js';
import type { Authentication, UnsentRequest } from './authentication.js';
import type { Reply } from './connection.js';
import type { NtlmCredentials } from './credentials.js';
import { httpError, schemeNotOffered } from './http-error.js';
import { channelBindings } from './ntlm/channel-bindings.js';
import { writeNegotiate } from './ntlm/messages.js';
import { answerChallenge, type Identity } from './ntlm/proof.js';
import { challengeOf, offeredSchemes } from './offered-schemes.js';
import { drain } from './response-body.js';

/** Milliseconds between 1601, where Windows counts from, and 1970. */
const WINDOWS_EPOCH_MS = 11_644_473_600_000n;
/** The longest name that a Windows machine can have in NTLM, in characters. */
const MAX_WORKSTATION_LENGTH = 15;

/**
 * NTLM over HTTP ([MS-NTHT]): the server answers a greeting with a challenge, the request itself carries the proof, and
 * from then on the connection is known. Over TLS the proof is bound to the server's certificate, which servers with
 * Extended Protection ask for.
 */
export class NtlmAuthentication implements Authentication {
  readonly scheme = 'NTLM';
  readonly isOnceForConnection = true;
  readonly #identity: Identity;
  readonly #clock: Clock;

  constructor({ username, password }: NtlmCredentials, clock: Clock) {
    this.#clock = clock;
    // "user@domain" is a name as a whole: the server itself finds out which domain that is.
    const [, domain = '', user = username] = /^([^\\]*)\\(.*)$/s.exec(username) ?? [];
    const [machine = ''] = hostname().split('.');
    const workstation = machine.slice(0, MAX_WORKSTATION_LENGTH).toUpperCase();
    this.#identity = { domain, user, password, workstation };
  }

  async send(request: UnsentRequest): Promise<Reply> {
    const negotiate = writeNegotiate();
    const greeted = await request.send(ntlm(negotiate), 'greeting');
    await drain(greeted.body);
    const authenticate = this.#answer(negotiate, this.#challenge(greeted, request), request);
    if (request.connection.isOver) throw brokenHandshake(request.origin);
    return request.send(ntlm(authenticate));
  }

  #challenge({ status, headers }: Reply, { origin }: UnsentRequest): Buffer {
    const answer = { status, headers, origin, scheme: this.scheme };
    const offers = headers['www-authenticate'];
    if (status !== 401) {
      if (status >= 300) throw httpError(answer, this.#clock.now());
      const text = `${origin} did not ask who is calling (HTTP ${status}), so it does not sign in with NTLM at this address.`;
      throw new EwsError('EWS_HTTP', text, { httpStatus: status });
    }
    const challenge = challengeOf(offers, this.scheme);
    if (challenge) return challenge;
    if (!offeredSchemes(offers).includes(this.scheme)) throw schemeNotOffered(answer);
    throw new EwsError('EWS_MALFORMED', `${origin} answered the first message of NTLM without a challenge.`);
  }

  #answer(negotiate: Buffer, challenge: Buffer, { connection, origin }: UnsentRequest): Buffer {
    const { certificate } = connection;
    if (origin.startsWith('https:') && !certificate) {
      throw new EwsError('EWS_NETWORK', `${origin} showed no certificate that the sign-in could be bound to.`);
    }
    const time = Buffer.alloc(8);
    time.writeBigUInt64LE((BigInt(Math.trunc(this.#clock.now())) + WINDOWS_EPOCH_MS) * 10_000n);
    return answerChallenge(
      negotiate,
      challenge,
      this.#identity,
      {
        name: `HTTP/${new URL(origin).hostname}`,
        ...(certificate ? { channelBindings: channelBindings(certificate) } : {}),
      },
      { clientChallenge: randomBytes(8), sessionKey: randomBytes(16), time },
    );
  }
}

function ntlm(message: Buffer): Record<string, string> {
  return { authorization: `NTLM ${message.toString('base64')}` };
}

function brokenHandshake(origin: string): EwsError {
  return new EwsError(
    'EWS_NETWORK',
    `The connection to ${origin} was closed in the middle of signing in with NTLM. NTLM belongs to a connection: a proxy or load balancer on the way must keep it open.`,
  );
}
