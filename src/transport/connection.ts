import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { Client } from 'undici';
import { EwsError } from '../protocol/ews-error.js';
import { proxyHeaders } from './http-proxy.js';
import { openSocket, type Route } from './open-socket.js';
import { rawCertificate } from './peer-certificate.js';

export interface ConnectionOptions extends Route {
  /** Bound on connecting, in milliseconds. */
  readonly connectMs: number;
  /** How long it is kept while nothing is asked, in milliseconds. */
  readonly idleMs: number;
}

/** What is asked on a connection. */
export interface ConnectionRequest {
  /** POST, if left out. */
  readonly method?: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** `undefined` sends a request without one. */
  readonly body: string | undefined;
  /** Bound on the wait for headers, and on each wait for more of the body, in milliseconds; 0 for none. */
  readonly timeoutMs: number;
  /** Says "Connection: close". */
  readonly last?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** The beginning of an answer. Its body must be read or destroyed. */
export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readable;
}

/**
 * One connection to the server, from its first request to its end: never another one behind it. Some authentication
 * schemes prove an identity to a connection, and what is proven to one says nothing to the next.
 */
export class Connection {
  /** Whether the server knows who is calling on it, so that requests need not say so. */
  signedIn = false;
  readonly #client: Client;
  readonly #route: Route;
  readonly #closing = new AbortController();
  #socket: Socket | undefined;
  #begun = false;
  #over = false;

  constructor(options: ConnectionOptions) {
    this.#route = options;
    this.#client = new Client(options.origin, {
      pipelining: 1,
      keepAliveTimeout: options.idleMs,
      keepAliveMaxTimeout: options.idleMs,
      connect: (_target, callback) => {
        this.#open(options.connectMs).then(
          (socket) => callback(null, socket),
          (error: unknown) => callback(error as Error, null),
        );
      },
    });
    this.#client.once('disconnect', () => (this.#over = true));
  }

  /** Whether it has ended, so that nothing more can be asked on it. */
  get isOver(): boolean {
    // The client tells of the end only a little later than the socket knows of it.
    return this.#over || this.#client.destroyed || this.#socket?.destroyed === true;
  }

  /** What it runs on; `undefined` before the first request. */
  get socket(): Socket | undefined {
    return this.#socket;
  }

  /** The server's certificate (DER); `undefined` on a connection without TLS. */
  get certificate(): Buffer | undefined {
    return this.#socket instanceof TLSSocket ? rawCertificate(this.#socket) : undefined;
  }

  /** Calls back once when it has ended. */
  onceOver(callback: () => void): void {
    this.#client.once('disconnect', callback);
  }

  /** Asks something; resolves when the answer has begun. */
  async request({ method = 'POST', path, headers, body, timeoutMs, last, signal }: ConnectionRequest): Promise<Reply> {
    const { origin, proxy } = this.#route;
    // A proxy is told the whole address, except where it only passes bytes on (RFC 9112, 3.2.2).
    const plainProxy = proxy && origin.startsWith('http:') ? proxy : undefined;
    const answer = await this.#client.request({
      method,
      path: plainProxy ? origin + path : path,
      headers: { ...headers, ...(plainProxy ? proxyHeaders(plainProxy) : {}) },
      // As bytes: it is held for as long as the answer comes, and the text of a stream would take up the heap all the while.
      ...(body === undefined ? {} : { body: Buffer.from(body) }),
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      ...(last ? { reset: true } : {}),
      ...(signal ? { signal } : {}),
    });
    return { status: answer.statusCode, headers: answer.headers, body: answer.body };
  }

  /** Ends it; what is under way on it fails. Never rejects. */
  async destroy(): Promise<void> {
    this.#closing.abort(new EwsError('EWS_NETWORK', 'The account is being closed.'));
    await this.#client.destroy();
  }

  async #open(ms: number): Promise<Socket> {
    if (this.#begun) throw lostBetween(this.#route.origin);
    this.#begun = true;
    // In real time, as the network's own: a clock that a test drives says nothing about sockets.
    const timeout = AbortSignal.timeout(ms);
    const tooLong = () => {
      this.#closing.abort(Object.assign(new Error('Connecting took too long.'), { code: 'UND_ERR_CONNECT_TIMEOUT' }));
    };
    timeout.addEventListener('abort', tooLong, { once: true });
    try {
      this.#socket = await openSocket(this.#route, this.#closing.signal);
      return this.#socket;
    } finally {
      timeout.removeEventListener('abort', tooLong);
    }
  }
}

function lostBetween(origin: string): EwsError {
  return new EwsError('EWS_NETWORK', `The connection to ${origin} was closed between two requests.`);
}
