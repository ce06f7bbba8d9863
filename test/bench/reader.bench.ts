import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { readEnvelope } from '../../dist/src/protocol/envelope.js';
import { readGetStreamingEvents } from '../../dist/src/protocol/get-streaming-events.js';
import { readStrictStreaming } from '../../dist/src/protocol/strict/strict-envelope.js';
import { envelopeOf, notificationOf } from '../support/firehose.js';
import type { FirehoseAnswer, FirehoseOrder } from './firehose-process.js';
import { Counter, deploy, flowWith, measured, median, printRow, withNodeRed, type Figures } from './parts.js';

/** Events in an envelope. */
const SIZES = [1, 50];
/** Events in a round of reading, and in one of the whole node. */
const READ = 20_000;
const SENT = 20_000;
/** Rounds that are measured, after one that warms up; the median is shown. */
const ROUNDS = 5;

/**
 * Events from streamed envelopes: by the strict reader, by the general one, and by JSON.parse from the same information.
 * Then from the socket to the message, through a real Node-RED, from a server in another process that is never slow.
 */
export async function run(): Promise<void> {
  printRow('events an envelope', 'read by', 'events/s', 'CPU µs/event');
  for (const size of SIZES) await reading(size);
  await withNodeRed(async ({ RED, port }) => {
    const counter = new Counter(RED);
    for (const size of SIZES) {
      const { perSecond, cpu } = await throughNode(counter, port, size);
      row(size, 'the whole node', { perSecond, cpu });
    }
  });
}

async function reading(size: number): Promise<void> {
  const envelopes = Array.from({ length: READ / size }, (_, at) => envelopeOf(notificationOf(at * size, size)));
  const json = envelopes.map((envelope) => JSON.stringify(readStrictStreaming(envelope)?.content));
  const ways: Record<string, () => void> = {
    'strict reader': () => {
      for (const envelope of envelopes) if (!readStrictStreaming(envelope)) throw new Error('It was in doubt.');
    },
    'general reader': () => {
      for (const envelope of envelopes) readGetStreamingEvents(readEnvelope(envelope).response);
    },
    'JSON.parse': () => {
      for (const text of json) JSON.parse(text);
    },
  };
  for (const [name, work] of Object.entries(ways)) {
    row(size, name, await rounds(() => measured(READ, async () => work())));
  }
}

async function throughNode(counter: Counter, port: number, size: number): Promise<Figures> {
  const server = fork(join(__dirname, 'firehose-process.js'));
  try {
    server.send({ bytes: Number.MAX_SAFE_INTEGER, events: size } satisfies FirehoseOrder);
    const [{ url }] = (await once(server, 'message')) as [FirehoseAnswer];
    const account = { url, user: 'user', password: 'password' };
    const begun = counter.arrived(1);
    await deploy(port, flowWith(account, { type: 'ews-stream', connectionTimeout: '30' }));
    await begun;
    const figures = await rounds(() => measured(SENT, () => counter.arrived(SENT)));
    await deploy(port, []);
    return figures;
  } finally {
    server.disconnect();
    await once(server, 'exit');
  }
}

async function rounds(round: () => Promise<Figures>): Promise<Figures> {
  const all: Figures[] = [];
  while (all.length <= ROUNDS) all.push(await round());
  return median(all.slice(1));
}

function row(size: number, what: string, { perSecond, cpu }: Figures): void {
  printRow(String(size), what, perSecond.toFixed(0), cpu.toFixed(1));
}
