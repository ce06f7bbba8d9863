import { EnvelopeCutter } from '../../dist/src/transport/envelope-cutter.js';
import { printRow } from './parts.js';

/** Sizes of envelopes, in bytes. */
const ENVELOPES = [1024, 64 * 1024, 12 * 1024 * 1024];
/** Sizes of chunks, in bytes, and how many bytes are cut with each. */
const CHUNKS: readonly (readonly [number, number])[] = [
  [1, 4_000_000],
  [1024, 48_000_000],
  [65_536, 48_000_000],
];

/** Cutting a stream into envelopes: the same speed for every size of envelope says that the cost is linear. */
export function run(): void {
  printRow('bytes an envelope', 'bytes a chunk', 'envelopes', 'MB/s');
  for (const size of ENVELOPES) {
    const one = envelope(size);
    for (const [chunk, bytes] of CHUNKS) {
      const all = Buffer.concat(Array<Buffer>(Math.max(1, Math.round(bytes / one.length))).fill(one));
      const cutter = new EnvelopeCutter();
      const before = process.hrtime.bigint();
      let count = 0;
      for (let at = 0; at < all.length; at += chunk) count += cutter.push(all.subarray(at, at + chunk)).length;
      const seconds = Number(process.hrtime.bigint() - before) / 1e9;
      printRow(String(size), String(chunk), String(count), (all.length / 1e6 / seconds).toFixed(1));
    }
  }
}

function envelope(size: number): Buffer {
  const event =
    '<t:NewMailEvent><t:TimeStamp>2026-03-02T08:15:04Z</t:TimeStamp><t:ItemId Id="AAMkAD" ChangeKey="CQ"/></t:NewMailEvent>';
  const body = event.repeat(Math.max(1, Math.round(size / event.length)));
  return Buffer.from(`<s:Envelope xmlns:s="urn:s" xmlns:t="urn:t"><s:Body>${body}</s:Body></s:Envelope>`);
}
