import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { linkPackage, loadNodeRed, startEmbedded, type NodeRedRuntime } from '../support/embedded-node-red.js';
import type { SandboxAnswer, SandboxOrder } from './sandbox-process.js';

/** Notifications in a round, for each number of events in a notification. */
const SIZES: Record<number, number> = { 1: 1000, 50: 200 };
/** Rounds that are measured, after one that warms up; the median is shown. */
const ROUNDS = 5;

interface Figures {
  readonly perSecond: number;
  /** Processor time of this process for each event, in microseconds. */
  readonly cpu: number;
}

/**
 * From the sandbox, in another process, through a real Node-RED in this one: GetEvents, reading, sending, saving the
 * position. A backlog is asked for with one message, and read until the server has no more.
 */
export async function run(): Promise<void> {
  const userDir = mkdtempSync(join(tmpdir(), 'ews-bench-'));
  linkPackage(userDir);
  const RED = loadNodeRed();
  const counter = new Counter(RED);
  const running = await startEmbedded(RED, userDir, 0, { logging: { console: { level: 'error' } } });
  try {
    console.log(`  ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${process.platform} ${process.arch}`);
    printRow('events a notification', 'events a round', 'messages/s', 'CPU µs/event');
    for (const [size, notifications] of Object.entries(SIZES)) {
      const events = Number(size) * notifications;
      const { perSecond, cpu } = await measure(RED, running.port, counter, Number(size), events);
      printRow(size, String(events), perSecond.toFixed(0), cpu.toFixed(0));
    }
  } finally {
    await running.stop();
    rmSync(userDir, { recursive: true, force: true });
  }
}

async function measure(
  RED: NodeRedRuntime,
  port: number,
  counter: Counter,
  eventsPerNotification: number,
  events: number,
): Promise<Figures> {
  const sandbox = fork(join(__dirname, 'sandbox-process.js'));
  try {
    const address = await tell(sandbox, { eventsPerNotification });
    const idle = counter.idle();
    await deploy(port, flow(address));
    await idle;
    const rounds: Figures[] = [];
    for (let round = 0; round <= ROUNDS; round += 1) {
      await tell(sandbox, { deliver: events });
      rounds.push(await oneRound(RED, counter, events));
    }
    return median(rounds.slice(1));
  } finally {
    await deploy(port, []);
    sandbox.disconnect();
    await once(sandbox, 'exit');
  }
}

async function oneRound(RED: NodeRedRuntime, counter: Counter, events: number): Promise<Figures> {
  const all = counter.arrived(events);
  const cpuBefore = process.cpuUsage();
  const before = process.hrtime.bigint();
  RED.nodes.getNode('pull')?.receive({});
  await all;
  const seconds = Number(process.hrtime.bigint() - before) / 1e9;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { perSecond: events / seconds, cpu: (user + system) / events };
}

/** Counts the messages of ews-pull, and sees when it waits to be asked. */
class Counter {
  #left = 0;
  #allArrived: () => void = () => undefined;
  #idle: () => void = () => undefined;

  constructor(RED: NodeRedRuntime) {
    RED.hooks.add('onSend.count', (sent) => {
      for (const { source } of sent) if (source.id === 'pull' && (this.#left -= 1) === 0) this.#allArrived();
    });
    RED.events.on('node-status', ({ id, status }: { id: string; status?: { fill?: string; shape?: string } }) => {
      if (id === 'pull' && status?.fill === 'grey') this.#idle();
    });
  }

  arrived(count: number): Promise<void> {
    this.#left = count;
    return new Promise((resolve) => (this.#allArrived = resolve));
  }

  idle(): Promise<void> {
    return new Promise((resolve) => (this.#idle = resolve));
  }
}

function flow({ url, user, password }: SandboxAnswer): object[] {
  const inject = { id: 'button', type: 'inject', z: 'tab', props: [], wires: [['pull']] };
  const pull = {
    ...{ id: 'pull', type: 'ews-pull', z: 'tab', account: 'account', source: 'self', interval: '0', mailbox: '' },
    ...{ access: 'delegate', folders: [{ id: 'inbox', name: 'Inbox' }], events: ['NewMail'], output: 'event' },
    wires: [['sink']],
  };
  const account = { id: 'account', type: 'ews-account', name: 'Bench', server: 'url', url, auth: 'basic' };
  return [
    { id: 'tab', type: 'tab', label: 'Bench' },
    { ...account, credentials: { username: user, password } },
    inject,
    pull,
    { id: 'sink', type: 'debug', z: 'tab', active: false, tosidebar: false, complete: 'payload', wires: [] },
  ];
}

async function deploy(port: number, flows: object[]): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify(flows);
  const response = await fetch(`http://127.0.0.1:${port}/flows`, { method: 'POST', headers, body });
  if (!response.ok) throw new Error(await response.text());
}

async function tell(sandbox: ChildProcess, order: SandboxOrder): Promise<SandboxAnswer> {
  sandbox.send(order);
  const [answer] = (await once(sandbox, 'message')) as [SandboxAnswer];
  return answer;
}

function median(rounds: Figures[]): Figures {
  const middle = (values: number[]) => values.sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? NaN;
  return { perSecond: middle(rounds.map((one) => one.perSecond)), cpu: middle(rounds.map((one) => one.cpu)) };
}

function printRow(...cells: string[]): void {
  console.log(`  ${cells.map((cell) => cell.padStart(22)).join('')}`);
}
