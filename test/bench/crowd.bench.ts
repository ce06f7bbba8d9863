import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { addressOf, type CrowdAnswer, type CrowdOrder } from './crowd-process.js';
import { deploy, flowWith, MEASURED, printRow, withNodeRed, type BenchRuntime } from './parts.js';
import { report, short, whole } from './table.js';

/** `EWS_CROWD` takes another number, for trying out. */
const CROWD = Number(process.env.EWS_CROWD ?? 10_000);
const FEW = 100;
const WARM_UP = 500;
/** How long the server takes for each answer, in milliseconds. */
const DELAY_MS = 20;
/**
 * Streams that were begun with few mailboxes are joined when they are opened again. That is each half hour usually, and
 * each minute for those that ews-subscribe orders here: so long it takes, in milliseconds.
 */
const JOINED_MS = 130_000;
/** How long the processor time of idle mailboxes is measured, in milliseconds. */
const IDLE_MS = Number(process.env.EWS_CROWD_IDLE ?? 60_000);

/**
 * One account, ten thousand idle mailboxes on streams: named in an ews-stream, then ordered from ews-subscribe. Heap of
 * each beyond the first hundred, time until all are subscribed where the server takes 20 ms for an answer, processor
 * time for that, and for a minute in which nothing happens but heartbeats.
 */
export async function run(): Promise<void> {
  const server = fork(join(__dirname, 'crowd-process.js'));
  try {
    server.send({ mailboxes: CROWD, delayMs: DELAY_MS } satisfies CrowdOrder);
    const [address] = (await once(server, 'message')) as [CrowdAnswer];
    await withNodeRed(async (runtime) => {
      printRow(`${CROWD} mailboxes`, 'seconds', 'CPU s', 'KiB heap each', 'CPU s a minute');
      await named(runtime, address);
      await deploy(runtime.port, []);
      await ordered(runtime, address);
      console.log(`  requests: ${JSON.stringify(await requests(server))}`);
      await deploy(runtime.port, []);
    });
  } finally {
    server.disconnect();
    await once(server, 'exit');
  }
}

async function requests(server: ChildProcess): Promise<object> {
  server.send('count');
  const [counts] = (await once(server, 'message')) as [object];
  return counts;
}

/** An ews-stream that is set to the list. */
async function named({ RED, port }: BenchRuntime, address: CrowdAnswer): Promise<void> {
  const begin = async (count: number) => {
    const all = connected(RED, count);
    const mailbox = addresses(0, count).join('\n');
    await deploy(
      port,
      flowWith(address, { type: 'ews-stream', access: 'impersonate', connectionTimeout: '30', mailbox }),
    );
    await all;
  };
  // What the first take is the package's and Node-RED's own.
  await begin(WARM_UP);
  await begin(FEW);
  const few = await heap();
  const cost = await costOf(() => begin(CROWD));
  const each = ((await heap()) - few) / (CROWD - FEW);
  const minute = await idle();
  row('in an ews-stream', cost, each, minute);
  report(
    `${whole(CROWD)} idle mailboxes on streams`,
    `${(each / 1024).toFixed(1)} KiB of heap each, ${short(minute)} s of CPU a minute`,
    `all subscribed after ${short(cost.seconds)} s, where the server takes ${DELAY_MS} ms for an answer`,
  );
}

/** ews-subscribe that is told the list, then another one. */
async function ordered({ RED, port }: BenchRuntime, address: CrowdAnswer): Promise<void> {
  const flow = flowWith(address, { type: 'ews-stream', source: 'input' });
  const subscribe = {
    ...{
      id: 'subscribe',
      type: 'ews-subscribe',
      z: 'tab',
      account: 'account',
      delivery: 'streaming',
      access: 'impersonate',
    },
    ...{ connectionTimeout: '1', folders: [{ id: 'inbox', name: 'Inbox' }], events: ['NewMail'] },
    wires: [[MEASURED], ['sink']],
  };
  const ready = shown(RED, ({ fill }) => fill === 'grey');
  await deploy(port, [...flow, subscribe]);
  await ready;
  const set = async (from: number, count: number) => {
    const all = connected(RED, count);
    RED.nodes.getNode('subscribe')?.receive({ action: 'set', payload: addresses(from, count) });
    await all;
  };
  await set(0, FEW);
  const few = await heap();
  const cost = await costOf(() => set(0, CROWD));
  await new Promise((resolve) => setTimeout(resolve, JOINED_MS));
  const each = ((await heap()) - few) / (CROWD - FEW);
  row('from ews-subscribe', cost, each, undefined);
  report(
    `${whole(CROWD)} idle mailboxes that ews-subscribe ordered`,
    `${(each / 1024).toFixed(1)} KiB of heap each`,
    `all subscribed after ${short(cost.seconds)} s`,
  );
  row('the same list again', await costOf(() => done(RED, addresses(0, CROWD))), undefined, undefined);
  row(
    'without a tenth of it',
    await costOf(() => done(RED, addresses(CROWD / 10, CROWD - CROWD / 10))),
    undefined,
    undefined,
  );
}

function addresses(from: number, count: number): string[] {
  return Array.from({ length: count }, (_, at) => addressOf(from + at));
}

/** Orders a list; resolves when it was worked through. */
function done(RED: BenchRuntime['RED'], payload: string[]): Promise<void> {
  return new Promise<void>((resolve) => {
    let isDone = false;
    RED.hooks.add('onSend.crowd', (sent) => {
      for (const { source, msg } of sent) {
        const { topic, payload: told } = msg as { topic?: string; payload?: { subscribed?: number; wanted?: number } };
        isDone ||= source.id === 'subscribe' && topic === 'progress' && told?.subscribed === told?.wanted;
      }
      if (isDone) resolve();
    });
    RED.nodes.getNode('subscribe')?.receive({ action: 'set', payload });
  }).then(() => {
    (RED.hooks as unknown as { remove(hook: string): void }).remove('onSend.crowd');
  });
}

interface Cost {
  readonly seconds: number;
  readonly cpu: number;
}

async function costOf(work: () => Promise<void>): Promise<Cost> {
  const cpuBefore = process.cpuUsage();
  const before = performance.now();
  await work();
  const { user, system } = process.cpuUsage(cpuBefore);
  return { seconds: (performance.now() - before) / 1000, cpu: (user + system) / 1e6 };
}

async function idle(): Promise<number> {
  const { cpu } = await costOf(() => new Promise((resolve) => setTimeout(resolve, IDLE_MS)));
  return cpu;
}

/** The heap when what is under way is over and what is unused is gone, in bytes. */
async function heap(): Promise<number> {
  for (let round = 0; round < 5; round += 1) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    global.gc?.();
  }
  return process.memoryUsage().heapUsed;
}

/** Resolves when the node shows that so many mailboxes are connected. */
function connected(RED: BenchRuntime['RED'], count: number): Promise<void> {
  return shown(RED, ({ fill, text }) => fill === 'green' && text?.replaceAll(/\D/g, '') === String(count));
}

interface Status {
  readonly fill?: string;
  readonly text?: string;
}

/** Resolves when the node that is measured shows a status like that. */
function shown({ events }: BenchRuntime['RED'], fits: (status: Status) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = ({ id, status }: { id: string; status?: Status }) => {
      if (id !== MEASURED || !status || !fits(status)) return;
      events.off('node-status', look);
      resolve();
    };
    events.on('node-status', look);
  });
}

function row(name: string, { seconds, cpu }: Cost, bytes: number | undefined, minute: number | undefined): void {
  const told = (value: number | undefined, digits: number) => value?.toFixed(digits) ?? '';
  printRow(name, seconds.toFixed(1), cpu.toFixed(1), told(bytes && bytes / 1024, 2), told(minute, 2));
}
