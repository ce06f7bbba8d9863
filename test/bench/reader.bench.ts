import { readEnvelope } from '../../dist/src/protocol/envelope.js';
import { readGetStreamingEvents } from '../../dist/src/protocol/get-streaming-events.js';
import { readStrictStreaming } from '../../dist/src/protocol/strict/strict-envelope.js';
import { envelopeOf, notificationOf } from '../support/firehose.js';
import { measured, median, printRow, type Figures } from './parts.js';
import { report, times, whole } from './table.js';

/** Events in an envelope. */
const SIZES = [1, 50];
/** Events in a round. */
const READ = 20_000;
/** Rounds that are measured, after one that warms up; the median is shown. */
const ROUNDS = 5;

/** Events from streamed envelopes: by the strict reader, by the general one, and by JSON.parse from the same information. */
export async function run(): Promise<void> {
  printRow('events an envelope', 'read by', 'events/s', 'CPU µs/event');
  for (const size of SIZES) await reading(size);
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
  const found: Record<string, number> = {};
  for (const [name, work] of Object.entries(ways)) {
    const { perSecond, cpu } = await rounds(() => measured(READ, async () => work()));
    printRow(String(size), name, perSecond.toFixed(0), cpu.toFixed(1));
    found[name] = perSecond;
  }
  const [own = NaN, general = NaN, parse = NaN] = Object.values(found);
  report(
    `Reading alone, ${size === 1 ? 'one event' : `${size} events`} an envelope`,
    `${whole(own)} events/s`,
    `${times(own, general)} the general reader${size === 1 ? '' : ' (aim: 10)'}, ` +
      `${times(own, parse)} JSON.parse of the same information${size === 1 ? '' : ' (aim: 0.5)'}`,
  );
}

async function rounds(round: () => Promise<Figures>): Promise<Figures> {
  const all: Figures[] = [];
  while (all.length <= ROUNDS) all.push(await round());
  return median(all.slice(1));
}
