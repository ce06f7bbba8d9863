import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { PEERS } from './install-peers.js';

/** What a peer is told, a line of JSON each; it answers each with a line of JSON. */
export type PeerOrder =
  /** Subscribe and open a stream. */
  | { readonly do: 'stream' }
  /** Subscribe for asking. */
  | { readonly do: 'pull' }
  /** Begin to count. */
  | { readonly do: 'count'; readonly events: number }
  /** Ask until all that were to be counted have come. */
  | { readonly do: 'read' };

/** Where it is to read, and as whom. */
export interface Address {
  readonly url: string;
  readonly user: string;
  readonly password: string;
}

interface PeerAnswer {
  /** Processor time since it began to count, in microseconds, where an order was to count and all have come. */
  readonly cpu?: number;
  readonly error?: string;
}

/** So much of what it says on stderr is kept, in characters. */
const COMPLAINTS = 1000;

/** An EWS client by others, in a process of its own, which counts events where the code of its user gets them. */
export class Peer {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #answers: AsyncIterator<string>;
  #complaints = '';

  /** @param program a file in test/bench/peers */
  constructor(command: string, program: string, { url, user, password }: Address) {
    const env = { ...process.env, NO_PROXY: '127.0.0.1', no_proxy: '127.0.0.1' };
    const stdio: ['pipe', 'pipe', 'pipe'] = ['pipe', 'pipe', 'pipe'];
    this.#child = spawn(command, [`peers/${program}`, url, user, password], { cwd: PEERS, env, stdio });
    this.#child.on('error', ({ message }) => (this.#complaints = message));
    this.#child.stdin.on('error', () => undefined);
    // They complain of XML that is in order, in thousands of lines.
    const keep = (text: string) => (this.#complaints = (this.#complaints + text).slice(-COMPLAINTS));
    this.#child.stderr.setEncoding('utf8').on('data', keep);
    this.#answers = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  async ask(order: PeerOrder): Promise<PeerAnswer> {
    this.#child.stdin.write(`${JSON.stringify(order)}\n`);
    return this.answer();
  }

  /** The next line that it writes. */
  async answer(): Promise<PeerAnswer> {
    for (;;) {
      const { value = '', done } = (await this.#answers.next()) as IteratorResult<string, undefined>;
      if (done) throw new Error(`It has ended. ${this.#complaints}`);
      // The libraries print things of their own.
      if (!value.startsWith('{')) continue;
      const answer = JSON.parse(value) as PeerAnswer;
      if (answer.error !== undefined) throw new Error(answer.error);
      return answer;
    }
  }

  kill(): void {
    this.#child.kill();
  }

  async close(): Promise<void> {
    this.#child.stdin.end();
    this.kill();
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, 'exit');
  }
}
