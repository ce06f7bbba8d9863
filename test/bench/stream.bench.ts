import type { ChildProcess } from 'node:child_process';
import {
  Counter,
  deploy,
  flowWith,
  measured,
  median,
  printRow,
  quantile,
  tell,
  withNodeRed,
  withSandbox,
} from './parts.js';
import type { BenchRuntime, Figures } from './parts.js';
import { report } from './table.js';
import type { SandboxAnswer } from './sandbox-process.js';

/** Events in an envelope. */
const SIZES = [1, 50];
/** Events in a round. */
const EVENTS = 10_000;
/** Rounds that are measured, after one that warms up; the median is shown. */
const ROUNDS = 5;
/** Events a second while the delay is measured, and how many of them. */
const STEADY = { perSecond: 1000, events: 5000 };
const STREAM = { type: 'ews-stream', connectionTimeout: '30' };

/** From the sandbox, in another process, through a real Node-RED in this one: socket to message. */
export async function run(): Promise<void> {
  await withNodeRed(async (runtime) => {
    const counter = new Counter(runtime.RED);
    printRow('events an envelope', 'events a round', 'events/s', 'CPU µs/event');
    for (const size of SIZES) {
      await withSandbox({ eventsPerNotification: size }, async (sandbox, address) => {
        await connect(runtime, counter, address);
        const { perSecond, cpu } = await throughput(counter, sandbox);
        printRow(String(size), String(EVENTS), perSecond.toFixed(0), cpu.toFixed(0));
        if (size === SIZES.at(-1)) await delays(counter, sandbox);
        if (size === SIZES.at(-1)) await reopening(counter, sandbox);
        await deploy(runtime.port, []);
      });
    }
  });
}

async function connect({ port }: BenchRuntime, counter: Counter, address: SandboxAnswer): Promise<void> {
  const connected = counter.status('green');
  await deploy(port, flowWith(address, STREAM));
  await connected;
}

async function throughput(counter: Counter, sandbox: ChildProcess): Promise<Figures> {
  const rounds: Figures[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    rounds.push(
      await measured(EVENTS, async () => {
        const arrived = counter.arrived(EVENTS);
        await Promise.all([tell(sandbox, { deliver: EVENTS }), arrived]);
      }),
    );
  }
  return median(rounds.slice(1));
}

/** From the delivery in the sandbox to the message in the flow. */
async function delays(counter: Counter, sandbox: ChildProcess): Promise<void> {
  const seen = new Map<string, bigint>();
  counter.onMessage = ({ payload }) => seen.set(payload.itemId.id, process.hrtime.bigint());
  const arrived = counter.arrived(STEADY.events);
  const { delivered = [] } = await tell(sandbox, { deliver: STEADY.events, perSecond: STEADY.perSecond });
  await arrived;
  counter.onMessage = undefined;
  const ms = delivered.map(([id, at]) => Number((seen.get(id) ?? 0n) - BigInt(at)) / 1e6);
  const delay = `median ${quantile(ms, 0.5).toFixed(1)} ms, 99 % within ${quantile(ms, 0.99).toFixed(1)} ms`;
  console.log(`  delay at ${STEADY.perSecond} events/s: ${delay}`);
  report(`From the sandbox to the message, at ${STEADY.perSecond} events/s`, delay, '');
}

/** From a reset of the connection until the node is connected again, everything caught up. */
async function reopening(counter: Counter, sandbox: ChildProcess): Promise<void> {
  const ms: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const waiting = counter.status('yellow');
    await tell(sandbox, { reset: true });
    await waiting;
    const before = process.hrtime.bigint();
    await counter.status('green');
    ms.push(Number(process.hrtime.bigint() - before) / 1e6);
  }
  console.log(
    `  connected again after a reset, with its wait before the first retry: median ${quantile(ms, 0.5).toFixed(0)} ms`,
  );
  report(
    'Connected again after a reset',
    `median ${quantile(ms, 0.5).toFixed(0)} ms`,
    'with its wait before the first retry',
  );
}
