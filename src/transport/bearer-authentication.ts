import { EwsError } from '../protocol/ews-error.js';
import type { Authentication, UnsentRequest } from './authentication.js';
import type { Reply } from './connection.js';
import type { TokenSource } from './oauth/access-tokens.js';
import { drain } from './response-body.js';

/**
 * A token with every request (RFC 6750). One that the server refuses is replaced once: it may have been revoked, or
 * run out by the server's clock.
 */
export class BearerAuthentication implements Authentication {
  readonly scheme = 'Bearer';
  readonly isOnceForConnection = false;
  readonly #tokens: TokenSource;

  constructor(tokens: TokenSource) {
    this.#tokens = tokens;
  }

  async send(request: UnsentRequest): Promise<Reply> {
    const token = await this.#tokens.current();
    const reply = await request.send(bearer(token));
    if (reply.status !== 401) return reply;
    const drained = drain(reply.body).then(
      () => true,
      () => false,
    );
    const other = await this.#tokens.insteadOf(token);
    // Without a body that ends there is no second request on this connection, and this answer is the outcome.
    if (other === undefined || !(await drained)) return reply;
    if (request.connection.isOver) throw closedWithRefusal(request.origin);
    return request.send(bearer(other));
  }

  close(): void {
    this.#tokens.close();
  }
}

/** Passing trouble: the next request brings the new token. */
function closedWithRefusal(origin: string): EwsError {
  return new EwsError('EWS_NETWORK', `${origin} does not take the token any more. There is a new one.`);
}

function bearer(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` };
}
