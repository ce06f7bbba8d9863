import type { Clock } from '../clock.js';
import type { Authentication, UnsentRequest } from './authentication.js';
import type { Reply } from './connection.js';
import { CredentialGuard } from './credential-guard.js';
import { httpError } from './http-error.js';
import { drain } from './response-body.js';

/** Has every request reach the server in the account's name, without ever trying the credentials too often. */
export class SignIn {
  readonly #authentication: Authentication;
  readonly #clock: Clock;
  readonly #guard: CredentialGuard;

  constructor(authentication: Authentication, clock: Clock) {
    this.#authentication = authentication;
    this.#clock = clock;
    this.#guard = new CredentialGuard(clock);
  }

  /**
   * Sends a request and reads its answer with `read`. Throws `EWS_UNAUTHORIZED` when the server refuses the
   * credentials, or has refused them before.
   * @param check called before anything is sent, after waiting for others; throws when the request is not wanted any more
   */
  async send<Result>(
    request: UnsentRequest,
    read: (reply: Reply) => Promise<Result>,
    check: () => void,
  ): Promise<Result> {
    const { connection } = request;
    if (connection.signedIn) {
      // No credentials are tried: whether they are refused elsewhere is of no importance here.
      check();
      const reply = await request.send({});
      if (reply.status !== 401) return read(reply);
      // The server has forgotten the connection, or keeps none.
      connection.signedIn = false;
      await drain(reply.body);
    }
    return this.#guard.run(async () => {
      check();
      const reply = await this.#authentication.send(request);
      if (reply.status === 401) {
        // Whatever its page is like, or whether it comes at all: it is a refusal, and must count as one.
        reply.body.on('error', () => undefined).destroy();
        throw httpError({ ...reply, origin: request.origin, scheme: this.#authentication.scheme }, this.#clock.now());
      }
      connection.signedIn = this.#authentication.isOnceForConnection;
      return read(reply);
    });
  }
}
