import type { Clock } from '../clock.js';
import { BasicAuthentication } from './basic-authentication.js';
import { BearerAuthentication } from './bearer-authentication.js';
import type { Connection, Reply } from './connection.js';
import type { Credentials } from './credentials.js';
import { NegotiateAuthentication } from './negotiate-authentication.js';
import { NtlmAuthentication } from './ntlm-authentication.js';
import { AccessTokens, GivenToken } from './oauth/access-tokens.js';
import { TokenEndpoint, type TokenWay } from './oauth/token-endpoint.js';

/** A request that waits to be sent, on a certain connection. */
export interface UnsentRequest {
  readonly connection: Connection;
  /** Scheme, host and port of the server. */
  readonly origin: string;
  /** Sends it; `greeting` sends it without its body, to be told something by the server before it gets that. */
  send(authorization: Readonly<Record<string, string>>, part?: 'whole' | 'greeting'): Promise<Reply>;
}

/** A way to sign in. One object serves all connections of an account. */
export interface Authentication {
  /** Its name among those that a server offers. */
  readonly scheme: string;
  /** Whether a connection on which it has succeeded needs no more of it. */
  readonly isOnceForConnection: boolean;
  /** Sends a request, and before it whatever has to be said first; resolves with the answer, which may be a refusal. */
  send(request: UnsentRequest): Promise<Reply>;
  /** Gives up what is under way besides requests. */
  close?(): void;
}

/**
 * The way to sign in that goes with credentials. Throws `EWS_CONFIGURATION` for some that cannot be used.
 * @param way how the server that gives out tokens is reached, where there is one
 */
export function authenticationWith(credentials: Credentials, clock: Clock, way: TokenWay): Authentication {
  switch (credentials.type) {
    case 'basic':
      return new BasicAuthentication(credentials);
    case 'ntlm':
      return new NtlmAuthentication(credentials, clock);
    case 'negotiate':
      return new NegotiateAuthentication(credentials);
    case 'oauth2':
      return new BearerAuthentication(new AccessTokens(new TokenEndpoint(credentials, clock, way), clock));
    case 'bearer':
      return new BearerAuthentication(new GivenToken(credentials.token));
  }
}
