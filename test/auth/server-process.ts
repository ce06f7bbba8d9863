import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as passTime } from 'node:timers/promises';

/** After so many milliseconds a wait is in vain: a busy machine needs seconds to start a server. */
const IN_VAIN_MS = 15_000;
const LOOK_MS = 10;
/** Where a server may write what it cannot write elsewhere. */
export const ERROR_LOG = 'error.log';

/** A server by others, in a process and a temporary directory of its own; {@link close} ends both. */
export class ServerProcess {
  /** What it has written, line by line. */
  readonly lines: string[] = [];
  readonly directory = mkdtempSync(join(tmpdir(), 'ews-auth-'));
  #child: ChildProcess | undefined;
  #ended: Promise<unknown> = Promise.resolve();
  readonly #kill = () => this.#child?.kill('SIGKILL');

  constructor() {
    // Servers that start as root go on as somebody else, who must get in here too.
    chmodSync(this.directory, 0o755);
  }

  /** Writes a file into its directory, and returns the path. */
  file(name: string, content: string): string {
    const path = join(this.directory, name);
    writeFileSync(path, content);
    return path;
  }

  start(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): void {
    const child = spawn(command, args, { cwd: this.directory, env: { ...process.env, ...env } });
    this.#child = child;
    // A test run that is broken off must not leave processes behind.
    process.once('exit', this.#kill);
    child.on('error', ({ message }) => this.lines.push(message));
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => this.lines.push(line));
    }
    this.#ended = once(child, 'close').catch(() => undefined);
  }

  /** Writes a line to its standard input. */
  tell(line: string): void {
    this.#child?.stdin?.write(`${line}\n`);
  }

  /** Resolves once `condition` holds; rejects with what the server wrote when it has ended, or in vain. */
  async until(condition: () => boolean | Promise<boolean>): Promise<void> {
    const end = Date.now() + IN_VAIN_MS;
    while (!(await condition())) {
      const gone = this.#child?.exitCode ?? this.#child?.signalCode ?? undefined;
      if (gone !== undefined || Date.now() > end) throw new Error(`waited in vain\n${this.#told()}`);
      await passTime(LOOK_MS);
    }
  }

  #told(): string {
    const log = join(this.directory, ERROR_LOG);
    return [...this.lines, ...(existsSync(log) ? [readFileSync(log, 'utf8')] : [])].join('\n');
  }

  async close(): Promise<void> {
    // It has nothing to lose.
    this.#kill();
    await this.#ended;
    process.off('exit', this.#kill);
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** Whether somebody listens on a loopback port. */
export function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
