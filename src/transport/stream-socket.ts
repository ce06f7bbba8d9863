import type { Socket } from 'node:net';
import { buildConnector, Client } from 'undici';
import type { Clock } from '../clock.js';
import type { TlsOptions } from './tls-options.js';

/** How long a polite end may take before the connection is cut off, in milliseconds. */
const POLITE_MS = 1000;

/** A connection that carries one hanging response, and can be ended in a way that the server understands. */
export class StreamSocket {
  readonly client: Client;
  readonly #clock: Clock;
  #socket: Socket | undefined;

  /** @param connectMs bound on connecting, in milliseconds; how long the response may be silent is not bounded here */
  constructor(origin: string, tls: TlsOptions, connectMs: number, clock: Clock) {
    this.#clock = clock;
    const connect = buildConnector({ ...tls, timeout: connectMs });
    this.client = new Client(origin, {
      pipelining: 1,
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: (options, callback) => {
        connect(options, (error, socket) => {
          if (error) {
            callback(error, null);
          } else {
            this.#socket = socket;
            callback(null, socket);
          }
        });
      },
    });
  }

  /**
   * Says goodbye (FIN) and waits a moment for the server to do the same: after a reset some servers go on to write
   * events into the dead connection. Never rejects, and never hangs on a socket that is stuck.
   */
  async end(): Promise<void> {
    const socket = this.#socket;
    if (socket && !socket.destroyed) {
      await new Promise<void>((resolve) => {
        const timer = this.#clock.setTimer(resolve, POLITE_MS);
        socket.once('close', () => {
          this.#clock.clearTimer(timer);
          resolve();
        });
        socket.end();
      });
    }
    await this.client.destroy();
  }
}
