import { createHash } from 'node:crypto';
import type { PositionKey, PositionRecord } from './position-record.js';

/** Where positions are kept. Every method throws a `PositionError` for what it cannot do. */
export interface PositionStore {
  load(key: PositionKey): Promise<PositionRecord | undefined>;
  /** Resolves when the record would survive a crash. */
  save(record: PositionRecord): Promise<void>;
  remove(key: PositionKey): Promise<void>;
  /** All records of a node; those at the keys `except` are not even looked at. */
  list(node: string, except?: readonly PositionKey[]): Promise<PositionRecord[]>;
}

/** A short name for a node that is safe in file names and context keys, whatever characters its id has. */
export function nodeDigest(node: string): string {
  return digest(node).slice(0, 16);
}

/** A short name for a position, beginning with its node's. */
export function keyDigest(key: PositionKey): string {
  const rest = digest(JSON.stringify([key.mailbox.toLowerCase(), key.part])).slice(0, 24);
  return `${nodeDigest(key.node)}_${rest}`;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
