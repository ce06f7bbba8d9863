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
import type { Figures } from './parts.js';
import { report, short, whole } from './table.js';

/** Events in a round. */
const EVENTS = 2000;
/** Rounds that are measured, after one that warms up; the median is shown. */
const ROUNDS = 3;
/** Events a second while the delay is measured, and how many of them. */
const STEADY = { perSecond: 50, events: 500 };
const EVENTS_PER_ENVELOPE = 50;

/**
 * What looking items up costs: a stream from the sandbox, in another process, through a real Node-RED in this one, with ids
 * only and with a summary of each item. The sandbox answers at once: a server far away adds its own time to the delay.
 */
export async function run(): Promise<void> {
  await withNodeRed(async ({ RED, port }) => {
    const counter = new Counter(RED);
    let ids = '';
    printRow('messages hold', 'events/s', 'CPU µs/event', 'GetItem an event', 'delay, median ms', '99th percentile');
    for (const include of ['none', 'summary'] as const) {
      await withSandbox({ eventsPerNotification: EVENTS_PER_ENVELOPE }, async (sandbox, address) => {
        const connected = counter.status('green');
        await deploy(port, flowWith(address, { type: 'ews-stream', connectionTimeout: '30', include }));
        await connected;
        const { perSecond, cpu } = await throughput(counter, sandbox);
        const calls = (await asked(sandbox)) / (EVENTS * (ROUNDS + 1));
        const ms = await delays(counter, sandbox);
        const figures = [perSecond.toFixed(0), cpu.toFixed(0), calls.toFixed(3)];
        printRow(include, ...figures, quantile(ms, 0.5).toFixed(1), quantile(ms, 0.99).toFixed(1));
        if (include === 'summary') {
          report(
            'With a summary of each item, from the sandbox',
            `${whole(perSecond)} events/s, ${short(cpu)} µs of CPU each, delay ${quantile(ms, 0.5).toFixed(1)} ms`,
            `ids only: ${ids}`,
          );
        } else ids = `${whole(perSecond)} events/s, ${short(cpu)} µs, ${quantile(ms, 0.5).toFixed(1)} ms`;
        await deploy(port, []);
      });
    }
  });
}

async function asked(sandbox: ChildProcess): Promise<number> {
  return (await tell(sandbox, { count: 'GetItem' })).requests ?? 0;
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

/** From the delivery in the sandbox to the message in the flow, in milliseconds. */
async function delays(counter: Counter, sandbox: ChildProcess): Promise<number[]> {
  const seen = new Map<string, bigint>();
  counter.onMessage = ({ payload }) => seen.set(payload.itemId.id, process.hrtime.bigint());
  const arrived = counter.arrived(STEADY.events);
  const { delivered = [] } = await tell(sandbox, { deliver: STEADY.events, perSecond: STEADY.perSecond });
  await arrived;
  counter.onMessage = undefined;
  return delivered.map(([id, at]) => Number((seen.get(id) ?? 0n) - BigInt(at)) / 1e6);
}
