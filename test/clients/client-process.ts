import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { Sandbox } from '../../dist/src/sandbox/sandbox.js';
import { projectRoot } from '../support/fixture.js';

/** After so many milliseconds a wait is in vain: a busy machine needs seconds to load a client. */
const IN_VAIN_MS = 60_000;

export interface ClientFolder {
  readonly id: string;
  /** Below the top of the information store: `Projects/Bridges`. */
  readonly path: string;
  readonly count: number;
}

export interface ClientItem {
  readonly id: string;
  readonly subject: string;
  readonly from: string;
  /** ISO 8601 */
  readonly received: string;
  readonly isRead: boolean;
  readonly body?: string;
  readonly to?: readonly string[];
}

export interface ClientEvent {
  readonly type: string;
  readonly item: string | null;
  readonly folder: string | null;
  readonly oldItem: string | null;
  /** ISO 8601; nothing, when the client cannot read it. */
  readonly time: string | null;
}

/** What is in an item. */
export interface ClientContent {
  readonly subject: string;
  readonly body: string;
  readonly bodyType: 'Text' | 'HTML';
  readonly attachments: readonly { readonly name: string; readonly type: string; readonly content: string }[];
  readonly attendees: readonly string[];
  readonly organizer: string | null;
  readonly isRecurring: boolean | null;
}

interface Answers {
  folders: ClientFolder[];
  items: ClientItem[];
  item: ClientItem;
  /** Asked of exchangelib only. */
  content: ClientContent;
  /** The id of the subscription. */
  subscribe: string;
  events: ClientEvent[];
  stream: null;
  unsubscribe: null;
}

interface ClientError {
  readonly name: string;
  readonly message: string;
}

type Line =
  | { readonly answer?: unknown }
  | { readonly error: ClientError }
  | { readonly events: ClientEvent[] }
  | { readonly ended: ClientError | null };

/** An EWS client by others, in a process of its own: it does what a test asks for, and tells what a stream brings. */
export class ClientProcess {
  /** What its streams have brought, by notification. */
  readonly notifications: ClientEvent[][] = [];
  /** How its streams have ended: by what error, or well. */
  readonly ended: (ClientError | null)[] = [];
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #closed: Promise<unknown>;
  readonly #answers: Line[] = [];
  readonly #look = new Set<() => void>();
  #complaints = '';

  /** @param program a file in test/clients */
  constructor(command: string, program: string, { url, user, password }: Sandbox) {
    const cwd = join(projectRoot, 'test', 'clients');
    // A proxy is of no use to reach this machine.
    const env = { ...process.env, NO_PROXY: '127.0.0.1', no_proxy: '127.0.0.1' };
    this.#child = spawn(command, [program, url, user, password], { cwd, env, stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child.on('error', ({ message }) => (this.#complaints += message));
    this.#child.stdin.on('error', () => undefined);
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#complaints += text));
    createInterface({ input: this.#child.stdout }).on('line', (line) => this.#read(line));
    this.#closed = once(this.#child, 'close').finally(() => this.#wake());
  }

  /** Has the client do something; rejects with the client's name for what went wrong. */
  async ask<Operation extends keyof Answers>(operation: Operation, request: object = {}): Promise<Answers[Operation]> {
    this.#child.stdin.write(`${JSON.stringify({ do: operation, ...request })}\n`);
    await this.until(() => this.#answers.length > 0);
    const line = this.#answers.shift()!;
    if ('error' in line) throw Object.assign(new Error(line.error.message), { name: line.error.name });
    return (line as { answer: Answers[Operation] }).answer;
  }

  /** Resolves once `condition` holds; looked at with each line that the client writes. */
  async until(condition: () => boolean): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    let look = () => {};
    await new Promise<void>((resolve, reject) => {
      const fail = (what: string) => reject(new Error(`${what} ${condition.toString()}\n${this.#complaints}`));
      look = () => {
        if (condition()) resolve();
        else if (this.#child.exitCode !== null) fail('The client has ended before');
      };
      timer = setTimeout(() => fail('waited in vain for'), IN_VAIN_MS);
      this.#look.add(look);
      look();
    }).finally(() => {
      clearTimeout(timer);
      this.#look.delete(look);
    });
  }

  /** Ends it, however it is. */
  async close(): Promise<void> {
    this.#child.stdin.end();
    this.#child.kill();
    await this.#closed;
  }

  #read(text: string): void {
    // The libraries print things of their own.
    if (!text.startsWith('{')) this.#complaints += `${text}\n`;
    else this.#keep(JSON.parse(text) as Line);
    this.#wake();
  }

  #keep(line: Line): void {
    if ('events' in line) this.notifications.push(line.events);
    else if ('ended' in line) this.ended.push(line.ended);
    else this.#answers.push(line);
  }

  #wake(): void {
    for (const look of [...this.#look]) look();
  }
}
