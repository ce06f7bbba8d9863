import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { resetSocket } from './reset-socket.js';

/** The sandbox listens here and nowhere else. */
const LOOPBACK = '127.0.0.1';
/** As IIS does: longer than a client usually waits between two requests. In milliseconds. */
const KEEP_ALIVE = 120_000;

export interface ListenerSettings {
  /** The port; 0 for any free one. */
  readonly port: number;
  /** Key and certificate (PEM) make it speak HTTPS. */
  readonly tls?: { readonly key: string | Buffer; readonly cert: string | Buffer };
  /** Whether the process may end while it listens. */
  readonly unref: boolean;
  readonly handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
}

/** An HTTP server on the loopback address, which can be stopped with all its connections and started again. */
export class Listener {
  readonly #settings: ListenerSettings;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #port: number;

  constructor(settings: ListenerSettings) {
    this.#settings = settings;
    this.#port = settings.port;
  }

  /** `http://127.0.0.1:49152` */
  get origin(): string {
    return `${this.#settings.tls ? 'https' : 'http'}://${LOOPBACK}:${this.#port}`;
  }

  get isListening(): boolean {
    return this.#server !== undefined;
  }

  /** Rejects when the port is taken. A server that was stopped starts again on its old port. */
  async start(): Promise<void> {
    const { tls, unref, handle } = this.#settings;
    const onRequest = (request: IncomingMessage, response: ServerResponse) => {
      // A client that has gone away in the middle of a request is none of the server's trouble.
      handle(request, response).catch(() => response.destroy());
    };
    const server = tls ? createTlsServer({ ...tls }, onRequest) : createServer(onRequest);
    server.keepAliveTimeout = KEEP_ALIVE;
    server.on('connection', (socket: Socket) => {
      if (unref) socket.unref();
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#port, LOOPBACK, resolve);
    });
    if (unref) server.unref();
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  /** Ends all connections and listens no more. */
  async stop(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    this.#server = undefined;
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** Ends all connections with a TCP reset. */
  resetConnections(): void {
    for (const socket of this.#sockets) resetSocket(socket);
  }
}
