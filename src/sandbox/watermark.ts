/**
 * Watermarks as Exchange makes them: base64 of a version, the guid of the mailbox database and the counter of an event
 * in it. That is why they are void when a mailbox is moved to another database.
 */

const LENGTH = 29;
const VERSION = 1;

/** @param database 16 bytes */
export function writeWatermark(database: Buffer, position: number): string {
  const bytes = Buffer.alloc(LENGTH);
  bytes.writeUInt32LE(VERSION);
  database.copy(bytes, 4);
  bytes.writeBigUInt64LE(BigInt(position), 20);
  return bytes.toString('base64');
}

/** The position that `watermark` stands for, if it is one of `database`. */
export function readWatermark(database: Buffer, watermark: string): number | undefined {
  const bytes = Buffer.from(watermark, 'base64');
  if (bytes.length !== LENGTH || bytes.toString('base64') !== watermark) return undefined;
  if (bytes.readUInt32LE() !== VERSION || !bytes.subarray(4, 20).equals(database)) return undefined;
  const position = bytes.readBigUInt64LE(20);
  return position > BigInt(Number.MAX_SAFE_INTEGER) ? undefined : Number(position);
}
