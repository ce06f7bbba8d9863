import type { ChildProcess } from 'node:child_process';
import {
  Counter,
  deploy,
  flowWith,
  measured,
  MEASURED,
  median,
  printRow,
  tell,
  withNodeRed,
  withSandbox,
} from './parts.js';
import type { BenchRuntime, Figures } from './parts.js';
import type { SandboxAnswer } from './sandbox-process.js';

/** Notifications in a round, for each number of events in a notification. */
const SIZES: Record<number, number> = { 1: 1000, 50: 200 };
/** Rounds that are measured, after one that warms up; the median is shown. */
const ROUNDS = 5;

/**
 * From the sandbox, in another process, through a real Node-RED in this one: GetEvents, reading, sending, saving the
 * position. A backlog is asked for with one message, and read until the server has no more.
 */
export async function run(): Promise<void> {
  await withNodeRed(async (runtime) => {
    const counter = new Counter(runtime.RED);
    printRow('events a notification', 'events a round', 'messages/s', 'CPU µs/event');
    for (const [size, notifications] of Object.entries(SIZES)) {
      const events = Number(size) * notifications;
      const { perSecond, cpu } = await withSandbox({ eventsPerNotification: Number(size) }, (sandbox, address) =>
        rounds(runtime, counter, sandbox, address, events),
      );
      printRow(size, String(events), perSecond.toFixed(0), cpu.toFixed(0));
    }
  });
}

async function rounds(
  { RED, port }: BenchRuntime,
  counter: Counter,
  sandbox: ChildProcess,
  address: SandboxAnswer,
  events: number,
): Promise<Figures> {
  const idle = counter.status('grey');
  await deploy(port, flowWith(address, { type: 'ews-pull', interval: '0' }));
  await idle;
  const all: Figures[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    await tell(sandbox, { deliver: events });
    all.push(
      await measured(events, async () => {
        const arrived = counter.arrived(events);
        RED.nodes.getNode(MEASURED)?.receive({});
        await arrived;
      }),
    );
  }
  await deploy(port, []);
  return median(all.slice(1));
}
