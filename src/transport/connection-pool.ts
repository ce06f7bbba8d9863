import { Connection, type ConnectionOptions } from './connection.js';

export interface ConnectionPoolOptions extends ConnectionOptions {
  /** Connections at once, at most. */
  readonly maxConnections: number;
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
    for (let idle = this.#idle.pop(); idle; idle = this.#idle.pop()) if (!idle.isOver) return this.#lend(idle);
    if (this.#busy.size < this.#options.maxConnections) return this.#lend(new Connection(this.#options));
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Gives a connection back; one that is not `reusable` is closed. */
  release(connection: Connection, reusable: boolean): void {
    this.#busy.delete(connection);
    const keep = reusable && !this.#closed && !connection.isOver;
    if (!keep) void connection.destroy();
    const next = this.#waiting.shift();
    if (next) next(this.#lend(keep ? connection : new Connection(this.#options)));
    else if (keep) this.#idle.push(connection);
  }

  /** Ends all connections, those in use too; what is under way on them fails. */
  async close(): Promise<void> {
    this.#closed = true;
    const all = [...this.#idle.splice(0), ...this.#busy];
    await Promise.all(all.map((connection) => connection.destroy()));
  }

  #lend(connection: Connection): Connection {
    this.#busy.add(connection);
    return connection;
  }
}
