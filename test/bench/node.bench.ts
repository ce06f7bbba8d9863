import { mailboxEvent } from './sample-event.js';
import {
  Counter,
  deploy,
  flowWith,
  measured,
  median,
  printRow,
  withFirehose,
  withNodeRed,
  type BenchRuntime,
  type Figures,
} from './parts.js';
import { report, short, whole } from './table.js';

/** Events in an envelope, and how many a second are wanted. */
const AIMS: Record<number, number> = { 1: 20_000, 50: 50_000 };
/** Events in a round. */
const EVENTS = 20_000;
/** Rounds that are measured, after some that warm up; the median is shown. */
const ROUNDS = 7;
const WARM_UP = 3;

/**
 * The whole node: from the socket to the node behind it, through a real Node-RED, from a server in another process that
 * is never slow. Beside it what Node-RED alone takes to send such messages along one wire.
 */
export async function run(): Promise<void> {
  await withNodeRed(async (runtime) => {
    printRow('events at a time', 'what', 'events/s', 'CPU µs/event');
    for (const [size, aim] of Object.entries(AIMS)) {
      const own = await throughNode(runtime, Number(size));
      printRow(size, 'the whole node', own.perSecond.toFixed(0), own.cpu.toFixed(1));
      const floor = await sendingAlone(runtime, Number(size));
      printRow(size, 'sending alone', floor.perSecond.toFixed(0), floor.cpu.toFixed(1));
      report(
        `The whole node, socket to message, ${size === '1' ? 'one event' : `${size} events`} an envelope`,
        `${whole(own.perSecond)} events/s, ${short(own.cpu)} µs of CPU each`,
        `aim: ${whole(aim)}/s; Node-RED's own sending is ${short(floor.cpu)} µs of it`,
      );
    }
  });
}

async function throughNode({ RED, port }: BenchRuntime, size: number): Promise<Figures> {
  const counter = new Counter(RED);
  return withFirehose(size, async (url) => {
    const begun = counter.arrived(1);
    const account = { url, user: 'user', password: 'password' };
    await deploy(port, flowWith(account, { type: 'ews-stream', connectionTimeout: '30' }));
    await begun;
    const figures = await rounds(() => measured(EVENTS, () => counter.arrived(EVENTS)));
    await deploy(port, []);
    counter.close();
    return figures;
  });
}

/** The id of the node that only sends. */
const ALONE = 'alone';

/** Messages that are there already, from a node that does nothing, as many at a time. */
async function sendingAlone({ RED, port }: BenchRuntime, size: number): Promise<Figures> {
  const counter = new Counter(RED);
  await deploy(port, [
    { id: 'tab', type: 'tab', label: 'Bench' },
    { id: ALONE, type: 'inject', z: 'tab', props: [], wires: [['sink']] },
    { id: 'sink', type: 'debug', z: 'tab', active: false, tosidebar: false, complete: 'payload', wires: [] },
  ]);
  // What is told as started may be what was deployed before.
  const running = () => RED.nodes.getNode(ALONE);
  while (!running()) await new Promise((resolve) => setTimeout(resolve, 50));
  const node = running();
  if (!node) throw new Error('The flow does not run.');
  const figures = await rounds(async () => {
    const messages = Array.from({ length: EVENTS }, (_, at) => mailboxEvent(at));
    return measured(EVENTS, async () => {
      const arrived = counter.arrived(EVENTS);
      for (let at = 0; at < EVENTS; at += size) {
        for (const message of messages.slice(at, at + size)) node.send(message);
        await new Promise((resolve) => setImmediate(resolve));
      }
      await arrived;
    });
  });
  await deploy(port, []);
  counter.close();
  return figures;
}

async function rounds(round: () => Promise<Figures>): Promise<Figures> {
  const all: Figures[] = [];
  while (all.length < WARM_UP + ROUNDS) all.push(await round());
  return median(all.slice(WARM_UP));
}
