import { EwsError } from '../../protocol/ews-error.js';
import { retryAfter } from '../http-error.js';
import type { WholeAnswer } from '../one-exchange.js';

/** How long a token is taken to be good when its server does not say, in seconds. */
const UNKNOWN_LIFETIME_S = 600;
const MAX_LIFETIME_S = 30 * 24 * 3600;
const MAX_TOKEN_LENGTH = 64 * 1024;

export interface AccessToken {
  readonly value: string;
  /** In milliseconds since 1970. */
  readonly expiresAt: number;
  /** How long it was good for when it was given, in milliseconds. */
  readonly lifetimeMs: number;
}

/** What the commonest refusals mean, by Microsoft's number (docs: "Microsoft Entra authentication error codes"). */
const REASONS: Readonly<Record<string, string>> = {
  7000215: 'The client secret is wrong: its value is wanted, not its id.',
  7000222: 'The client secret has expired. Make another and enter it in the account.',
  700016: 'The tenant has no application with this client id.',
  90002: 'There is no such tenant in this cloud.',
  900023: 'There is no such tenant in this cloud.',
  700027: 'The application does not know this certificate. Upload it to its registration.',
  700024: 'The assertion is not valid at this time: check this machine’s clock.',
  700023: 'The assertion was made for another address: check the token URL.',
  70011: 'The scope is not valid.',
  1002012: 'The scope is not valid: it must end with /.default.',
  500011: 'The tenant does not know the resource that the scope names.',
  7000112: 'The application is disabled.',
  7000229: 'The application is not set up in this tenant: an administrator must consent to it.',
  53003: 'A conditional access policy of the tenant blocks the application.',
};

/**
 * Reads what a token endpoint answers (RFC 6749, 5). What a server says in its own words is not repeated: nobody knows
 * what it holds. Throws `EWS_TOKEN_REFUSED`, `EWS_THROTTLED`, `EWS_TOKEN_ENDPOINT`.
 * @param origin scheme, host and port of the token endpoint, as they may be shown
 */
export function readTokenAnswer({ status, headers, text }: WholeAnswer, origin: string, now: number): AccessToken {
  const answer = jsonOf(text);
  if (status === 200) return tokenOf(answer, origin, now);
  if (status === 429 || status === 503) {
    const backOffMs = retryAfter(headers['retry-after'], now);
    const sentence = `${origin}, where tokens come from, is busy or being maintained (HTTP ${status}).`;
    throw new EwsError('EWS_THROTTLED', sentence, {
      httpStatus: status,
      ...(backOffMs === undefined ? {} : { backOffMs }),
    });
  }
  const error = typeof answer?.error === 'string' && /^\w{1,40}$/.test(answer.error) ? answer.error : undefined;
  const passing = error === 'temporarily_unavailable' || error === 'server_error';
  if ((status === 400 || status === 401 || status === 403) && error !== undefined && !passing) {
    throw refusal(origin, status, error, answer?.error_description);
  }
  throw new EwsError('EWS_TOKEN_ENDPOINT', unexpected(origin, status), { httpStatus: status });
}

function jsonOf(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function tokenOf(answer: Record<string, unknown> | undefined, origin: string, now: number): AccessToken {
  const { access_token: value, token_type: type = 'Bearer', expires_in: given } = answer ?? {};
  const isToken = typeof value === 'string' && isBearerToken(value);
  if (!isToken || typeof type !== 'string' || type.toLowerCase() !== 'bearer') {
    throw new EwsError('EWS_TOKEN_ENDPOINT', `${origin} answered without a token. Check the token URL.`);
  }
  const seconds = Number(given);
  const known = given !== undefined && given !== null && seconds > 0;
  const lifetimeMs = Math.min(known ? seconds : UNKNOWN_LIFETIME_S, MAX_LIFETIME_S) * 1000;
  return { value, expiresAt: now + lifetimeMs, lifetimeMs };
}

/** Whether a text can be sent as a bearer token (RFC 6750, 2.1). */
export function isBearerToken(text: string): boolean {
  return text.length <= MAX_TOKEN_LENGTH && /^[A-Za-z0-9\-._~+/]+=*$/.test(text);
}

function refusal(origin: string, status: number, error: string, description: unknown): EwsError {
  const [, number] = /^AADSTS(\d{1,8})\b/.exec(typeof description === 'string' ? description : '') ?? [];
  const name = number === undefined ? error : `${error}, AADSTS${number}`;
  const reason = (number === undefined ? undefined : REASONS[number]) ?? reasonOf(error);
  const text = `${origin} gives the application no token (${name}, HTTP ${status}). ${reason}`;
  return new EwsError('EWS_TOKEN_REFUSED', text, { httpStatus: status });
}

function reasonOf(error: string): string {
  switch (error) {
    case 'invalid_client':
      return 'The client id, or the secret or certificate that goes with it, is wrong.';
    case 'unauthorized_client':
      return 'The application may not sign in by itself.';
    case 'invalid_scope':
    case 'invalid_resource':
    case 'invalid_target':
      return 'The scope is not valid.';
    default:
      return 'Check tenant, client id, token URL and scope.';
  }
}

function unexpected(origin: string, status: number): string {
  if (status === 404) return `There is nothing at the token URL on ${origin} (HTTP 404).`;
  if (status >= 300 && status < 400)
    return `${origin} sends requests for a token on to another address (HTTP ${status}), which secrets do not follow. Check the token URL.`;
  return `${origin} did not answer as a token endpoint does (HTTP ${status}). Check the token URL.`;
}
