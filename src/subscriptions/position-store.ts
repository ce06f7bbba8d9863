import { createHash } from 'node:crypto';
import type { PositionError, PositionKey, PositionRecord } from './position-record.js';

/**
 * Where positions are kept. Every method throws a `PositionError` for what it cannot do.
 *
 * A position that a newer version wrote stays as it is: it is reported at each start, `save` in its place is refused
 * once it was read, and only `remove` takes it away. Until then the node keeps its position in memory.
 */
export interface PositionStore {
  load(key: PositionKey): Promise<PositionRecord | undefined>;
  /** Resolves when the record would survive a crash. */
  save(record: PositionRecord): Promise<void>;
  remove(key: PositionKey): Promise<void>;
  /**
   * All records of a node; those at the keys `except` are not even looked at.
   * @param report called for each that cannot be used; the others are returned all the same
   */
  list(
    node: string,
    except?: readonly PositionKey[],
    report?: (problem: PositionError) => void,
  ): Promise<PositionRecord[]>;
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
