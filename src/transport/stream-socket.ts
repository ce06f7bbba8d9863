import type { Clock } from '../clock.js';
import { Connection, type ConnectionOptions } from './connection.js';

/** How long a polite end may take before the connection is cut off, in milliseconds. */
const POLITE_MS = 1000;

/** A connection that carries one hanging response, and can be ended in a way that the server understands. */
export class StreamSocket extends Connection {
  readonly #clock: Clock;

  constructor(options: ConnectionOptions, clock: Clock) {
    super(options);
    this.#clock = clock;
  }

  /**
   * Says goodbye (FIN) and waits a moment for the server to do the same: after a reset some servers go on to write
   * events into the dead connection. Never rejects, and never hangs on a socket that is stuck.
   */
  async end(): Promise<void> {
    const { socket } = this;
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
    await this.destroy();
  }
}
