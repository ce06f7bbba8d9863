import type { IncomingHttpHeaders } from 'node:http';
import { EwsError, type EwsErrorDetails } from '../protocol/ews-error.js';
import type { OperationName } from '../protocol/operation.js';
import { offeredSchemes } from './offered-schemes.js';
import { proxyError } from './proxy-tunnel.js';

/** The longest Retry-After that is obeyed, in milliseconds; a longer one is taken for a mistake. */
const MAX_RETRY_AFTER_MS = 24 * 60 * 60 * 1000;

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Scheme, host and port of the server, as they may be shown. */
  readonly origin: string;
  /** The authentication scheme that was used. */
  readonly scheme: string;
  /** The path that was asked for. */
  readonly path?: string;
  /** The proxy that the answer may come from, as it may be shown. */
  readonly proxy?: string | undefined;
}

/** The error that an HTTP answer other than 200 stands for, when its body holds no SOAP that says more. */
export function httpError(answer: HttpAnswer, now: number, operation?: OperationName): EwsError {
  const { status, headers, origin, path = '', proxy } = answer;
  const details: EwsErrorDetails = { httpStatus: status, ...(operation === undefined ? {} : { operation }) };
  if (status === 401) return unauthorized(answer, details);
  if (status === 407) return proxyError(status, headers['proxy-authenticate'], proxy ?? 'on the way', origin);
  if (status === 403) {
    return new EwsError(
      'EWS_FORBIDDEN',
      `${origin} knows the account but does not let it use EWS (HTTP 403). The administrator must allow EWS for it.`,
      details,
    );
  }
  if (status === 429 || status === 503) {
    const backOffMs = retryAfter(headers['retry-after'], now);
    const text = `${origin} is busy or being maintained (HTTP ${status}).`;
    return new EwsError('EWS_THROTTLED', text, { ...details, ...(backOffMs === undefined ? {} : { backOffMs }) });
  }
  return new EwsError('EWS_HTTP', sentence(status, headers, origin, path), details);
}

function sentence(status: number, headers: IncomingHttpHeaders, origin: string, path: string): string {
  if (status === 404) return `There is nothing at ${origin}${path} (HTTP 404). EWS is usually at /EWS/Exchange.asmx.`;
  if (status >= 300 && status < 400) {
    return `${origin} sends requests on to ${redirectTarget(headers.location)} (HTTP ${status}). Put the address of EWS itself into the account.`;
  }
  if (status === 502 || status === 504)
    return `Something in front of EWS at ${origin} cannot reach it (HTTP ${status}).`;
  return `${origin} answered with HTTP ${status}.`;
}

/** Where a redirect leads, without what may hold secrets: user information and query. */
function redirectTarget(location: string | undefined): string {
  if (location === undefined || !URL.canParse(location)) return 'another address';
  const { origin, pathname } = new URL(location);
  return origin + pathname;
}

function unauthorized(answer: HttpAnswer, details: EwsErrorDetails): EwsError {
  const { headers, origin, scheme } = answer;
  const offers = offeredSchemes(headers['www-authenticate']);
  if (offers.length > 0 && !offers.includes(scheme)) return schemeNotOffered(answer, details);
  if (scheme === 'Bearer') return tokenRefused(answer, details);
  const text =
    `${origin} refuses ${scheme === 'Negotiate' ? 'the ticket' : 'the user name or the password'} (${scheme}, HTTP 401).` +
    (offers.length === 0 ? '' : ` It offers ${offers.join(' and ')}.`) +
    otherReasons(scheme, origin);
  return new EwsError('EWS_UNAUTHORIZED', text, details);
}

/** Exchange says why in a header of its own; it is not repeated where it might hold a token. */
function tokenRefused({ headers, origin }: HttpAnswer, details: EwsErrorDetails): EwsError {
  const [, reason = ''] = /reason="([\x20-\x7e]{1,200}?)"/.exec(String(headers['x-ms-diagnostics'] ?? '')) ?? [];
  const said = reason === '' || /\S{40}/.test(reason) ? '' : ` It says: “${reason}”.`;
  const text = `${origin} does not take the token (HTTP 401).${said} It may have run out, be for another server, or lack the permission to use EWS.`;
  return new EwsError('EWS_TOKEN_REFUSED', text, details);
}

/** Why a server may refuse a password that is right: it does not say which it is. */
function otherReasons(scheme: string, origin: string): string {
  if (scheme === 'Basic') return '';
  if (origin.startsWith('http:')) {
    return ' If both are right: a server that requires Extended Protection lets nobody in over http://.';
  }
  return scheme === 'NTLM'
    ? ' If both are right: where the server requires Extended Protection, a load balancer or proxy that opens TLS with another certificate than the server’s own makes it refuse everybody.'
    : ' If the ticket is right: a server that requires Extended Protection wants channel bindings, which NTLM brings and Negotiate does not.';
}

/** The server does not offer the scheme that the account is set to. Nothing weaker is ever tried instead. */
export function schemeNotOffered({ status, headers, origin, scheme }: HttpAnswer, details?: EwsErrorDetails): EwsError {
  const offers = offeredSchemes(headers['www-authenticate']);
  const list = offers.length === 0 ? 'no way to sign in that is known here' : offers.join(' and ');
  const text = `${origin} offers ${list}; the account is set to ${scheme} (HTTP ${status}).`;
  return new EwsError('EWS_SCHEME_NOT_OFFERED', text, { httpStatus: status, ...details });
}

/** Retry-After in milliseconds: seconds, or a date (RFC 9110, 10.2.3). */
export function retryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), MAX_RETRY_AFTER_MS);
}
