import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as passTime } from 'node:timers/promises';
import { linkPackage } from './embedded-node-red.js';
import {
  ERROR_LEVEL,
  WARN_LEVEL,
  type LogEntry,
  type NodeRedRecord,
  type SentMessage,
  type ShownMessage,
  type ShownStatus,
} from './node-red-record.js';

/** After so many milliseconds a wait is in vain: a busy machine may need half a minute to start Node-RED. */
const IN_VAIN_MS = 60_000;
/** How often a condition is looked at; the process that it is about needs the processor meanwhile. */
const LOOK_MS = 5;
/** How many records a failed wait shows. */
const SHOWN = 15;

export type DeployType = 'full' | 'nodes' | 'flows';
/** A node as flow files have it. */
export type FlowNode = Readonly<Record<string, unknown>> & { readonly id: string; readonly type: string };

/**
 * A real Node-RED with this package, in a process and a user directory of its own, which {@link close} ends and
 * removes. What it told is kept in {@link records}, across restarts.
 */
export class NodeRed {
  readonly userDir = mkdtempSync(join(tmpdir(), 'ews-node-red-'));
  records: NodeRedRecord[] = [];
  /** Everything that it has written, as text. */
  output = '';
  /** What its environment has more than that of the tests, from its next start on. */
  env: Readonly<Record<string, string>>;
  readonly #settings: object;
  readonly #credentials = new Map<string, string>();
  #child: ChildProcess | undefined;
  #closed: Promise<unknown> = Promise.resolve();
  #port = 0;
  /** The port that it is to have; 0 for another at each start. */
  readonly #wantedPort: number;

  private constructor(settings: object, port: number, env: NodeRed['env']) {
    this.env = env;
    this.#settings = settings;
    this.#wantedPort = port;
    linkPackage(this.userDir);
  }

  /** A Node-RED that is up, with no flows. `settings` are those of settings.js, as far as JSON can hold them. */
  static async start(settings: object = {}, port = 0, env: NodeRed['env'] = {}): Promise<NodeRed> {
    const red = new NodeRed(settings, port, env);
    await red.start();
    return red;
  }

  /** Where it is reached. */
  get address(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Starts it, again if need be; resolves when the flows run and the admin interface answers. */
  async start(): Promise<void> {
    const program = join(__dirname, 'node-red-main.js');
    const child = spawn(
      process.execPath,
      [program, this.userDir, String(this.#wantedPort), JSON.stringify(this.#settings)],
      {
        cwd: this.userDir,
        env: { ...process.env, ...this.env },
        stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
      },
    );
    this.#child = child;
    this.#port = 0;
    // A test run that is broken off must not leave processes behind.
    const kill = () => child.kill('SIGKILL');
    process.once('exit', kill);
    const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
    const lines = createInterface({ input: child.stdio[3] as Readable });
    lines.on('line', (line) => this.#read(line));
    this.#closed = Promise.all([ended, once(lines, 'close')]).finally(() => process.off('exit', kill));
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    }
    await this.until(() => this.#port !== 0 || !this.isUp());
    if (this.#port === 0) throw new Error(`Node-RED did not start.\n${this.#recently()}`);
  }

  /** Ends it as Ctrl-C and service managers do. */
  async stop(): Promise<void> {
    this.#child?.kill('SIGTERM');
    await this.until(() => !this.isUp());
    await this.#closed;
    if (this.#child?.exitCode !== 0) throw new Error(`Node-RED did not end well.\n${this.#recently()}`);
  }

  /** Ends it as a power failure does; resolves when all that it had told is in {@link records}. */
  async kill(): Promise<void> {
    this.#child?.kill('SIGKILL');
    await this.#closed;
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** Ends it, however it is, and removes its user directory. */
  async close(): Promise<void> {
    await this.kill();
    rmSync(this.userDir, { recursive: true, force: true });
  }

  /**
   * Deploys all flows, with credentials in the nodes; resolves when they run. As from the editor, only credentials
   * that have changed are sent: Node-RED takes a node that comes with some for a changed one.
   */
  async deploy(flows: readonly FlowNode[], type: DeployType = 'full'): Promise<void> {
    const before = this.#startedCount();
    const sent = flows.map(({ credentials, ...node }) => {
      const known = this.#credentials.get(node.id);
      this.#credentials.set(node.id, JSON.stringify(credentials));
      return known === JSON.stringify(credentials) ? node : { ...node, credentials };
    });
    await this.#post('flows', sent, { 'Node-RED-Deployment-Type': type });
    await this.until(() => this.#startedCount() > before);
  }

  /** Presses the button of an inject node. */
  async press(id: string): Promise<void> {
    await this.#post(`inject/${id}`, {});
  }

  /** Presses the button of an inject node, which then sends a message with these properties. */
  async inject(id: string, properties: Record<string, unknown> = {}): Promise<void> {
    const props = Object.entries(properties).map(([p, value]) => ({ p, v: JSON.stringify(value), vt: 'json' }));
    await this.#post(`inject/${id}`, { __user_inject_props__: props });
  }

  /** What the admin interface answers, as text. */
  async get(path: string): Promise<string> {
    return (await fetch(`http://127.0.0.1:${this.#port}/${path}`)).text();
  }

  isUp(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Resolves once `condition` holds. */
  async until(condition: () => boolean): Promise<void> {
    const end = Date.now() + IN_VAIN_MS;
    while (!condition()) {
      if (Date.now() > end) throw new Error(`waited in vain for ${condition.toString()}\n${this.#recently()}`);
      await passTime(LOOK_MS);
    }
  }

  /** The messages that a node has sent, or all. */
  messages(node?: string): SentMessage[] {
    return this.records.filter(
      (one): one is SentMessage => one.kind === 'message' && (node === undefined || one.node === node),
    );
  }

  /** The ids of the items that the events of a node were about, in the order they were sent. */
  items(node: string): string[] {
    const events = this.messages(node).flatMap(({ msg }) => (Array.isArray(msg.payload) ? msg.payload : [msg.payload]));
    return events.flatMap((event) => (event?.itemId ? [String(event.itemId.id)] : []));
  }

  /** The statuses that a node has shown, in order. */
  statuses(node: string): ShownStatus['status'][] {
    return this.records
      .filter((one): one is ShownStatus => one.kind === 'status' && one.node === node)
      .map(({ status }) => status);
  }

  /** The status that a node shows. */
  status(node: string): ShownStatus['status'] {
    return this.statuses(node).at(-1) ?? {};
  }

  /** What a debug node has shown in the sidebar, in order. */
  shown(node: string): unknown[] {
    return this.records
      .filter((one): one is ShownMessage => one.kind === 'debug' && one.node === node)
      .map(({ value, format }) => (format.startsWith('string') ? value : (JSON.parse(value) as unknown)));
  }

  /** What was logged as an error, by a node or by any. */
  errors(node?: string): LogEntry[] {
    return this.#logged(ERROR_LEVEL, node);
  }

  /** Waits for a node to log an error, and returns its first one: a status may be told before the error it stands for. */
  async error(node: string): Promise<LogEntry> {
    await this.until(() => this.errors(node).length > 0);
    return this.errors(node)[0]!;
  }

  warnings(node?: string): LogEntry[] {
    return this.#logged(WARN_LEVEL, node);
  }

  #logged(wanted: number, node?: string): LogEntry[] {
    return this.records.filter(
      (one): one is LogEntry => one.kind === 'log' && one.level === wanted && (node === undefined || one.id === node),
    );
  }

  #read(line: string): void {
    this.output += `${line}\n`;
    // One that was killed may have been in the middle of a line.
    if (!line.endsWith('}')) return;
    const told = JSON.parse(line) as NodeRedRecord;
    const record = told.kind === 'message' ? { ...told, heardAt: Date.now() } : told;
    this.records.push(record);
    if (record.kind === 'ready') this.#port = record.port;
  }

  async #post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<void> {
    const response = await fetch(`http://127.0.0.1:${this.#port}/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`POST /${path}: ${response.status} ${text}`);
  }

  #startedCount(): number {
    return this.records.filter(({ kind }) => kind === 'started').length;
  }

  #recently(): string {
    return this.output.split('\n').slice(-SHOWN).join('\n');
  }
}
