import { Counter, deploy, flowWith, measured, MEASURED, median, printRow, tell, withNodeRed } from './parts.js';
import { withSandbox, type BenchRuntime, type Figures } from './parts.js';
import { Peer, type Address } from './peers/peer.js';
import { report, short, times, whole } from './table.js';

/** What is read, with how many events in a round, by how many come together. */
const ROUNDS_OF = {
  stream: { 1: 4000, 50: 10_000 },
  pull: { 1: 500, 50: 10_000 },
};
const NAMES: Record<Way, string> = {
  stream: 'Streaming, from the sandbox',
  pull: 'Pull, from the sandbox',
};
/** What the others do not do. */
const OURS_TOO: Record<Way, string> = {
  stream: '',
  pull: ', with the position on disk after each answer',
};
/** Who has not read what was to be counted after so many milliseconds does not read it. */
const IN_VAIN_MS = 60_000;
/** Rounds that are measured, after one that warms up; the median is shown. */
const ROUNDS = 3;
const OURS = 'this package';
const PEERS: Record<string, (address: Address) => Peer> = {
  'ews-javascript-api': (address) => new Peer(process.execPath, 'ews-javascript-api.mjs', address),
  exchangelib: (address) =>
    new Peer(process.env.EXCHANGELIB_PYTHON ?? '/usr/bin/python3', 'exchangelib_peer.py', address),
};

type Way = keyof typeof ROUNDS_OF;

/** What is measured: who reads, what, and from where. */
interface Subject {
  readonly name: string;
  readonly way: Way;
  /** In a round. */
  readonly events: number;
  readonly address: Address;
  /** Has so many events happen. */
  readonly deliver: (events: number) => Promise<unknown>;
}

/**
 * The same events from the same server, which is in another process: through this package in a real Node-RED, up to the
 * node behind it, and through two libraries, up to the code of who uses them. Ours keeps positions on disk and leaves
 * out what came twice meanwhile; the libraries keep nothing, and end with the connection.
 */
export async function run(): Promise<void> {
  await withNodeRed(async (runtime) => {
    printRow('read', 'events at a time', 'by', 'events/s', 'CPU µs/event');
    for (const way of Object.keys(ROUNDS_OF) as Way[]) {
      for (const [size, events] of Object.entries(ROUNDS_OF[way])) {
        const found = new Map<string, Figures | undefined>();
        for (const name of [OURS, ...Object.keys(PEERS)]) {
          const figures = await measure(runtime, name, way, Number(size), events).catch((error: unknown) => {
            // One that is not installed, or cannot do it, must not keep the others from being measured.
            console.log(`  ${name}: ${error instanceof Error ? error.message : String(error)}`);
            return undefined;
          });
          found.set(name, figures);
          if (figures) printRow(way, size, name, figures.perSecond.toFixed(0), figures.cpu.toFixed(1));
        }
        tabulate(way, `${size === '1' ? 'one event' : `${size} events`} at a time`, found);
      }
    }
  });
}

function measure(runtime: BenchRuntime, name: string, way: Way, size: number, events: number): Promise<Figures> {
  const read = (subject: Subject) => (name === OURS ? throughNode(runtime, subject) : throughPeer(subject));
  return withSandbox({ eventsPerNotification: size }, (sandbox, address) =>
    read({ name, way, events, address, deliver: (count) => tell(sandbox, { deliver: count }) }),
  );
}

function tabulate(way: Way, what: string, found: ReadonlyMap<string, Figures | undefined>): void {
  const own = found.get(OURS);
  if (!own) return;
  const figures = ({ perSecond, cpu }: Figures) => `${whole(perSecond)}/s, ${short(cpu)} µs of CPU each`;
  const others = [...found].filter(([name]) => name !== OURS);
  const beside = others.map(([name, other]) =>
    other
      ? `${name} ${figures(other)}: ours ${times(own.perSecond, other.perSecond)} as fast, ${times(own.cpu, other.cpu)} the CPU`
      : `${name} did not read them to the end`,
  );
  report(`${NAMES[way]}, ${what}`, `${figures(own)}${OURS_TOO[way]}`, beside.join('; '));
}

async function throughNode({ RED, port }: BenchRuntime, subject: Subject): Promise<Figures> {
  const { way, events, address, deliver } = subject;
  const counter = new Counter(RED);
  const ready = counter.status(way === 'pull' ? 'grey' : 'green');
  const node = way === 'pull' ? { type: 'ews-pull', interval: '0' } : { type: 'ews-stream', connectionTimeout: '30' };
  await deploy(port, flowWith(address, node));
  await ready;
  try {
    return await rounds(async () => {
      if (way === 'pull') await deliver(events);
      return measured(events, async () => {
        const arrived = counter.arrived(events);
        if (way === 'pull') RED.nodes.getNode(MEASURED)?.receive({});
        else await deliver(events);
        await arrived;
      });
    });
  } finally {
    counter.close();
    await deploy(port, []);
  }
}

async function throughPeer({ name, way, events, address, deliver }: Subject): Promise<Figures> {
  const peer = PEERS[name]?.(address);
  if (!peer) throw new Error(`There is no ${name}.`);
  const inVain = setTimeout(() => peer.kill(), IN_VAIN_MS);
  try {
    await peer.ask({ do: way === 'pull' ? 'pull' : 'stream' });
    return await rounds(async () => {
      if (way === 'pull') await deliver(events);
      await peer.ask({ do: 'count', events });
      let cpu = Number.NaN;
      const { perSecond } = await measured(events, async () => {
        const arrived = way === 'pull' ? peer.ask({ do: 'read' }) : peer.answer();
        if (way === 'stream') await deliver(events);
        cpu = ((await arrived).cpu ?? Number.NaN) / events;
      });
      return { perSecond, cpu };
    });
  } finally {
    clearTimeout(inVain);
    await peer.close();
  }
}

async function rounds(round: () => Promise<Figures>): Promise<Figures> {
  const all: Figures[] = [];
  while (all.length <= ROUNDS) all.push(await round());
  return median(all.slice(1));
}
