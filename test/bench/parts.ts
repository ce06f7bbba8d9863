import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { linkPackage, loadNodeRed, startEmbedded, type NodeRedRuntime } from '../support/embedded-node-red.js';
import type { FirehoseAnswer, FirehoseOrder } from './firehose-process.js';
import type { Address } from './peers/peer.js';
import type { SandboxAnswer, SandboxOrder } from './sandbox-process.js';

/** The id of the node that is measured. */
export const MEASURED = 'measured';

/** A real Node-RED in this process, with a scratch user directory. */
export interface BenchRuntime {
  readonly RED: NodeRedRuntime;
  readonly port: number;
}

/** Runs `work` with a Node-RED, which is stopped and removed afterwards. */
export async function withNodeRed(
  work: (runtime: BenchRuntime) => Promise<void>,
  settings: object = {},
): Promise<void> {
  const userDir = mkdtempSync(join(tmpdir(), 'ews-bench-'));
  linkPackage(userDir);
  const RED = loadNodeRed();
  const running = await startEmbedded(RED, userDir, 0, { logging: { console: { level: 'error' } }, ...settings });
  try {
    console.log(`  ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${process.platform} ${process.arch}`);
    await work({ RED, port: running.port });
  } finally {
    await running.stop();
    rmSync(userDir, { recursive: true, force: true });
  }
}

/** Runs `work` with a sandbox in another process. */
export async function withSandbox<T>(
  order: SandboxOrder,
  work: (sandbox: ChildProcess, address: SandboxAnswer) => Promise<T>,
): Promise<T> {
  const sandbox = fork(join(__dirname, 'sandbox-process.js'));
  try {
    return await work(sandbox, await tell(sandbox, order));
  } finally {
    await end(sandbox);
  }
}

/** Runs `work` with a server in another process that writes events into each stream as fast as they are read. */
export async function withFirehose<T>(eventsPerEnvelope: number, work: (url: string) => Promise<T>): Promise<T> {
  const server = fork(join(__dirname, 'firehose-process.js'));
  try {
    const order = { bytes: Number.MAX_SAFE_INTEGER, events: eventsPerEnvelope };
    const { url } = await ask<FirehoseAnswer>(server, order satisfies FirehoseOrder);
    return await work(url);
  } finally {
    await end(server);
  }
}

export function tell(sandbox: ChildProcess, order: SandboxOrder): Promise<SandboxAnswer> {
  return ask<SandboxAnswer>(sandbox, order);
}

/** Ends a process that ends with the channel to it. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.disconnect();
  await once(child, 'exit');
}

/** Tells another process something and resolves with its answer. Rejects when it ends without one. */
export async function ask<Answer>(child: ChildProcess, order: object): Promise<Answer> {
  const over = new AbortController();
  const { signal } = over;
  const answered = once(child, 'message', { signal }).then(([answer]) => answer as Answer);
  const ended = once(child, 'exit', { signal }).then(() => Promise.reject(new Error('The other process has ended.')));
  child.send(order);
  try {
    return await Promise.race([answered, ended]);
  } finally {
    over.abort();
    await Promise.allSettled([answered, ended]);
  }
}

/** A flow with the node that is measured; `properties` are its own. */
export function flowWith(
  { url, user, password, ca }: Address & { readonly ca?: string },
  properties: object,
): object[] {
  const tls = ca === undefined ? {} : { tls: 'tls' };
  const account = { id: 'account', type: 'ews-account', name: 'Bench', server: 'url', url, auth: 'basic', ...tls };
  const authority = {
    ...{ id: 'tls', type: 'tls-config', name: '', cert: '', key: '', ca: '', certname: '', keyname: '', caname: '' },
    ...{ servername: '', verifyservercert: true, alpnprotocol: '', credentials: { cadata: ca } },
  };
  return [
    { id: 'tab', type: 'tab', label: 'Bench' },
    ...(ca === undefined ? [] : [authority]),
    { ...account, credentials: { username: user, password } },
    { id: 'button', type: 'inject', z: 'tab', props: [], wires: [[MEASURED]] },
    {
      ...{ id: MEASURED, z: 'tab', account: 'account', source: 'self', mailbox: '', access: 'delegate' },
      ...{ folders: [{ id: 'inbox', name: 'Inbox' }], events: ['NewMail'], output: 'event', wires: [[SINK]] },
      ...properties,
    },
    { id: SINK, type: 'debug', z: 'tab', active: false, tosidebar: false, complete: 'payload', wires: [] },
  ];
}

export async function deploy(port: number, flows: object[]): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify(flows);
  const response = await fetch(`http://127.0.0.1:${port}/flows`, { method: 'POST', headers, body });
  if (!response.ok) throw new Error(await response.text());
}

/** The id of the node behind the one that is measured. */
export const SINK = 'sink';

let counters = 0;

/** Counts the messages that the node behind the measured one is given, and sees the status of the measured one. */
export class Counter {
  readonly #RED: NodeRedRuntime;
  readonly #hook = `onReceive.count${(counters += 1)}` as const;
  #left = 0;
  #allArrived: () => void = () => undefined;
  #wanted: string | undefined;
  #shown: () => void = () => undefined;
  /** Called with each message. */
  onMessage: ((message: { payload: { itemId: { id: string } } }) => void) | undefined;

  constructor(RED: NodeRedRuntime) {
    this.#RED = RED;
    RED.hooks.add(this.#hook, (received) => {
      if (received.destination.id !== SINK) return;
      this.onMessage?.(received.msg as { payload: { itemId: { id: string } } });
      if ((this.#left -= 1) === 0) this.#allArrived();
    });
    RED.events.on('node-status', this.#look);
  }

  readonly #look = ({ id, status }: { id: string; status?: { fill?: string } }): void => {
    if (id === MEASURED && status?.fill === this.#wanted) this.#shown();
  };

  /** Counts no more. */
  close(): void {
    this.#RED.hooks.remove(this.#hook);
    this.#RED.events.off('node-status', this.#look);
  }

  arrived(count: number): Promise<void> {
    this.#left = count;
    return new Promise((resolve) => (this.#allArrived = resolve));
  }

  /** Resolves when the node shows a status of that colour. */
  status(fill: string): Promise<void> {
    this.#wanted = fill;
    return new Promise((resolve) => (this.#shown = resolve));
  }
}

export interface Figures {
  readonly perSecond: number;
  /** Processor time of this process for each event, in microseconds. */
  readonly cpu: number;
}

/** Time and processor time of `work`, which brings so many events. */
export async function measured(events: number, work: () => Promise<void>): Promise<Figures> {
  const cpuBefore = process.cpuUsage();
  const before = process.hrtime.bigint();
  await work();
  const seconds = Number(process.hrtime.bigint() - before) / 1e9;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { perSecond: events / seconds, cpu: (user + system) / events };
}

export function median(rounds: readonly Figures[]): Figures {
  return {
    perSecond: quantile(
      rounds.map((one) => one.perSecond),
      0.5,
    ),
    cpu: quantile(
      rounds.map((one) => one.cpu),
      0.5,
    ),
  };
}

export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
}

export function printRow(...cells: string[]): void {
  console.log(`  ${cells.map((cell) => cell.padStart(22)).join('')}`);
}
