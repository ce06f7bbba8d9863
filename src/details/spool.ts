import type { EventBatch, PositionProblem } from '../subscriptions/engine-listener.js';
import type { PositionKey } from '../subscriptions/position-record.js';

/** Events that came together and are kept until they were sent. */
export interface Spooled {
  /** Under which name they are kept. */
  readonly name: string;
  readonly batch: EventBatch;
}

/** Which events were left to be sent after a restart. */
export interface Remembered {
  readonly keys: readonly string[];
  /** When the last of them were added (ms since 1970). */
  readonly since: number;
}

export const NOTHING_REMEMBERED: Remembered = { keys: [], since: Number.NEGATIVE_INFINITY };

/** Where notifications of one subscription are kept while they wait to be sent. */
export interface Spool {
  /** What an earlier run left, in order. @param problem called for each that is damaged, and was put aside, or cannot be read */
  load(problem: (problem: PositionProblem) => void): Promise<readonly Spooled[]>;
  /** Resolves when the events would survive a crash. Rejects when they would not. */
  add(batch: EventBatch): Promise<Spooled>;
  /** Only these of its events are still to be sent. Never rejects: then all of them are. */
  replace(spooled: Spooled, rest: EventBatch): Promise<void>;
  /** Its events were sent. Never rejects: what is left is sent again after a restart. */
  remove(spooled: Spooled): Promise<void>;
  /** Keeps which events were left, in place of what was kept of that. Never rejects: then they may be sent twice. */
  remember(left: Remembered): Promise<void>;
  /** What was kept of that. Never rejects. */
  remembered(): Promise<Remembered>;
  /** Forgets everything. Never rejects. */
  clear(): Promise<void>;
}

/** Where the spools of all subscriptions are: with their positions, so that whoever has the one has the other. */
export interface SpoolPlace {
  spoolOf(key: PositionKey): Spool;
  /** Whether an earlier run may have left something of a subscription. At once, as it decides what is made of the node. */
  mayHoldOf(key: PositionKey): boolean;
}
