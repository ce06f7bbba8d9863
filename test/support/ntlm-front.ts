import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { makeChallenge, parseAuthenticate, proves, type AuthenticateMessage } from './ntlm-server.js';

/** The attribute for channel bindings ([MS-NLMP] 2.2.2.1). */
const CHANNEL_BINDINGS = 10;

export interface NtlmFrontOptions {
  password: string;
  /** What the attribute for channel bindings must hold (Extended Protection: required); without, there must be none. */
  bindings?: Buffer;
  /** What it offers: NTLM and Negotiate, as Exchange does, if left out. */
  offers?: string[];
  /** Forgets who has signed in after each request, as some load balancers make it look. */
  forgetful?: boolean;
  /** Closes the connection after the challenge, as a proxy does that keeps none. */
  closesAfterChallenge?: boolean;
  /** The body of a 401. */
  page?: string;
}

interface Login {
  negotiate?: Buffer;
  challenge?: Buffer;
  signedIn: boolean;
}

/** Asks whoever comes for NTLM, connection by connection, before it lets them through to a listener. */
export class NtlmFront {
  /** The greetings: their headers and the length of their body. */
  readonly greetings: { readonly headers: IncomingMessage['headers']; readonly bodyLength: number }[] = [];
  /** The proofs that were brought, and whether they were right. */
  readonly proofs: { readonly message: AuthenticateMessage; readonly right: boolean }[] = [];
  readonly #logins = new WeakMap<Socket, Login>();

  constructor(readonly options: NtlmFrontOptions) {}

  listener(inside: RequestListener): RequestListener {
    return (request, response) => {
      if (this.#mayPass(request, response)) inside(request, response);
    };
  }

  #mayPass(request: IncomingMessage, response: ServerResponse): boolean {
    const login: Login = this.#logins.get(request.socket) ?? { signedIn: false };
    this.#logins.set(request.socket, login);
    const token = /^NTLM (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    if (token !== undefined) return this.#converse(Buffer.from(token, 'base64'), login, request, response);
    const known = login.signedIn;
    if (this.options.forgetful) login.signedIn = false;
    if (!known) this.#refuse(response);
    return known;
  }

  #converse(token: Buffer, login: Login, request: IncomingMessage, response: ServerResponse): boolean {
    if (token.readUInt32LE(8) === 1) {
      const bodyLength = Number(request.headers['content-length'] ?? Number.NaN);
      this.greetings.push({ headers: request.headers, bodyLength });
      login.negotiate = token;
      login.challenge = makeChallenge();
      if (this.options.closesAfterChallenge) response.setHeader('Connection', 'close');
      this.#refuse(response, [`NTLM ${login.challenge.toString('base64')}`]);
      return false;
    }
    const { negotiate, challenge } = login;
    const message = parseAuthenticate(token);
    const { password, bindings } = this.options;
    const bound = message.attributes(CHANNEL_BINDINGS);
    const isBound = bindings ? bound.length === 1 && bound[0]!.equals(bindings) : bound.length === 0;
    const right = isBound && !!negotiate && !!challenge && proves(message, { negotiate, challenge, password });
    this.proofs.push({ message, right });
    login.signedIn = right && !this.options.forgetful;
    if (!right) this.#refuse(response);
    return right;
  }

  #refuse(response: ServerResponse, offers = this.options.offers ?? ['Negotiate', 'NTLM']): void {
    response.writeHead(401, { 'WWW-Authenticate': offers, 'Content-Type': 'text/html' });
    response.end(this.options.page ?? '<html>You are not authorized to view this page.</html>');
  }
}
