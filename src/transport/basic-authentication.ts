import type { Authentication, UnsentRequest } from './authentication.js';
import type { Reply } from './connection.js';
import type { BasicCredentials } from './credentials.js';

/** HTTP Basic authentication, in UTF-8 as RFC 7617 has it. Every request carries the password. */
export class BasicAuthentication implements Authentication {
  readonly scheme = 'Basic';
  readonly isOnceForConnection = false;
  readonly #authorization: string;

  constructor({ username, password }: BasicCredentials) {
    this.#authorization = `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;
  }

  send(request: UnsentRequest): Promise<Reply> {
    return request.send({ authorization: this.#authorization });
  }
}
