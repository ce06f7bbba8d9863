import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { linkPackage, loadNodeRed, startEmbedded, type NodeRedRuntime } from '../support/embedded-node-red.js';
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
    sandbox.disconnect();
    await once(sandbox, 'exit');
  }
}

export async function tell(sandbox: ChildProcess, order: SandboxOrder): Promise<SandboxAnswer> {
  sandbox.send(order);
  const [answer] = (await once(sandbox, 'message')) as [SandboxAnswer];
  return answer;
}

/** A flow with the node that is measured; `properties` are its own. */
export function flowWith({ url, user, password }: SandboxAnswer, properties: object): object[] {
  const account = { id: 'account', type: 'ews-account', name: 'Bench', server: 'url', url, auth: 'basic' };
  return [
    { id: 'tab', type: 'tab', label: 'Bench' },
    { ...account, credentials: { username: user, password } },
    { id: 'button', type: 'inject', z: 'tab', props: [], wires: [[MEASURED]] },
    {
      ...{ id: MEASURED, z: 'tab', account: 'account', source: 'self', mailbox: '', access: 'delegate' },
      ...{ folders: [{ id: 'inbox', name: 'Inbox' }], events: ['NewMail'], output: 'event', wires: [['sink']] },
      ...properties,
    },
    { id: 'sink', type: 'debug', z: 'tab', active: false, tosidebar: false, complete: 'payload', wires: [] },
  ];
}

export async function deploy(port: number, flows: object[]): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify(flows);
  const response = await fetch(`http://127.0.0.1:${port}/flows`, { method: 'POST', headers, body });
  if (!response.ok) throw new Error(await response.text());
}

/** Counts the messages of the node that is measured, and sees its status. */
export class Counter {
  #left = 0;
  #allArrived: () => void = () => undefined;
  #wanted: string | undefined;
  #shown: () => void = () => undefined;
  /** Called with each message. */
  onMessage: ((message: { payload: { itemId: { id: string } } }) => void) | undefined;

  constructor(RED: NodeRedRuntime) {
    RED.hooks.add('onSend.count', (sent) => {
      for (const { source, msg } of sent) {
        if (source.id !== MEASURED) continue;
        this.onMessage?.(msg as { payload: { itemId: { id: string } } });
        if ((this.#left -= 1) === 0) this.#allArrived();
      }
    });
    RED.events.on('node-status', ({ id, status }: { id: string; status?: { fill?: string } }) => {
      if (id === MEASURED && status?.fill === this.#wanted) this.#shown();
    });
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
