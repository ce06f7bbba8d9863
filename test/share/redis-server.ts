import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { setTimeout as passTime } from 'node:timers/promises';
import { freePort } from '../support/free-port.js';

/** After so many milliseconds it does not start any more. */
const IN_VAIN_MS = 30_000;
const LOOK_MS = 20;

/** A Redis of Debian's package on a loopback port, with nothing on disk. `REDIS_SERVER` names another program. */
export class RedisServer {
  readonly #child: ChildProcess;
  #ended = '';

  private constructor(readonly port: number) {
    const kept = ['--save', '', '--appendonly', 'no'];
    const args = ['--port', String(port), '--bind', '127.0.0.1', '--daemonize', 'no', ...kept];
    this.#child = spawn(process.env.REDIS_SERVER ?? 'redis-server', args, { cwd: tmpdir(), stdio: 'ignore' });
    this.#child.once('error', ({ message }) => (this.#ended = message));
    this.#child.once('exit', (code, signal) => (this.#ended = `redis-server ended with ${signal ?? code}`));
    process.once('exit', this.#kill);
  }

  static async start(): Promise<RedisServer> {
    const server = new RedisServer(await freePort());
    const end = Date.now() + IN_VAIN_MS;
    while (!(await server.#answers())) {
      if (server.#ended !== '' || Date.now() > end) throw new Error(`Redis did not start: ${server.#ended}`);
      await passTime(LOOK_MS);
    }
    return server;
  }

  async close(): Promise<void> {
    process.off('exit', this.#kill);
    if (this.#ended !== '') return;
    const ended = once(this.#child, 'exit');
    this.#child.kill();
    await ended;
  }

  readonly #kill = (): void => {
    this.#child.kill('SIGKILL');
  };

  #answers(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(this.port, '127.0.0.1', () => socket.end(() => resolve(true)));
      socket.on('error', () => resolve(false));
    });
  }
}
