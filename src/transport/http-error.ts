import type { IncomingHttpHeaders } from 'node:http';
import { EwsError, type EwsErrorDetails } from '../protocol/ews-error.js';
import type { OperationName } from '../protocol/operation.js';

/** The longest Retry-After that is obeyed, in milliseconds; a longer one is taken for a mistake. */
const MAX_RETRY_AFTER_MS = 24 * 60 * 60 * 1000;

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Scheme, host and port of the server, as they may be shown. */
  readonly origin: string;
  /** The path that was asked for. */
  readonly path: string;
}

/** The error that an HTTP answer other than 200 stands for, when its body holds no SOAP that says more. */
export function httpError(answer: HttpAnswer, now: number, operation?: OperationName): EwsError {
  const { status, headers, origin, path } = answer;
  const details: EwsErrorDetails = { httpStatus: status, ...(operation === undefined ? {} : { operation }) };
  if (status === 401) return new EwsError('EWS_UNAUTHORIZED', unauthorized(headers, origin), details);
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

/** Names the schemes that the server offers, which is what one needs to know to set the account right. */
function unauthorized(headers: IncomingHttpHeaders, origin: string): string {
  const schemes = offeredSchemes(headers['www-authenticate']);
  const offers = schemes.length === 0 ? '' : ` It offers ${schemes.join(', ')}; the account is set to Basic.`;
  return `${origin} refuses the user name or the password (HTTP 401).${offers}`;
}

/** The names of the authentication schemes in WWW-Authenticate, without their parameters. */
export function offeredSchemes(header: string | string[] | undefined): string[] {
  const text = Array.isArray(header) ? header.join(', ') : (header ?? '');
  const known = ['Negotiate', 'NTLM', 'Basic', 'Bearer', 'Digest'];
  return known.filter((scheme) => new RegExp(`(?:^|,)\\s*${scheme}(?:[\\s,]|$)`, 'i').test(text));
}

/** Retry-After in milliseconds: seconds, or a date (RFC 9110, 10.2.3). */
export function retryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), MAX_RETRY_AFTER_MS);
}
