import { Client } from 'undici';
import type { TlsOptions } from './tls-options.js';

export interface ConnectionPoolOptions {
  /** Scheme, host and port. */
  readonly origin: string;
  readonly tls: TlsOptions;
  /** Bound on connecting, the wait for headers, and each wait for more of a body, in milliseconds. */
  readonly timeoutMs: number;
  /** How long an unused connection is kept, in milliseconds. */
  readonly idleMs: number;
  /** Connections at once, at most. */
  readonly maxConnections: number;
}

/** One connection to the server: an undici client that never pipelines. */
export interface Connection {
  readonly client: Client;
}

/**
 * Connections to one server, each used for one request at a time. undici's own pool hides which connection an answer
 * came on, and here that matters: one that carried a SOAP Fault must not be used again, and some authentication
 * schemes belong to a connection.
 */
export class ConnectionPool {
  readonly #options: ConnectionPoolOptions;
  readonly #idle: Connection[] = [];
  readonly #busy = new Set<Connection>();
  readonly #waiting: ((connection: Connection) => void)[] = [];
  #closed = false;

  constructor(options: ConnectionPoolOptions) {
    this.#options = options;
  }

  /** A connection of one's own, the one used last first; waits while all are in use. */
  async acquire(): Promise<Connection> {
    const idle = this.#idle.pop();
    if (idle) return this.#lend(idle);
    if (this.#busy.size < this.#options.maxConnections) return this.#lend(this.#open());
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Gives a connection back; one that is not `reusable` is closed. */
  release(connection: Connection, reusable: boolean): void {
    this.#busy.delete(connection);
    const keep = reusable && !this.#closed && !connection.client.destroyed;
    if (!keep) void connection.client.destroy();
    const next = this.#waiting.shift();
    if (next) next(this.#lend(keep ? connection : this.#open()));
    else if (keep) this.#idle.push(connection);
  }

  /** Ends all connections, those in use too; what is under way on them fails. */
  async close(): Promise<void> {
    this.#closed = true;
    const all = [...this.#idle.splice(0), ...this.#busy];
    await Promise.all(all.map(({ client }) => client.destroy()));
  }

  #lend(connection: Connection): Connection {
    this.#busy.add(connection);
    return connection;
  }

  #open(): Connection {
    const { origin, tls, timeoutMs, idleMs } = this.#options;
    const client = new Client(origin, {
      pipelining: 1,
      keepAliveTimeout: idleMs,
      keepAliveMaxTimeout: idleMs,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      connect: { ...tls, timeout: timeoutMs },
    });
    return { client };
  }
}
