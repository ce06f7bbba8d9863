import { RECOVERY_TABLE, recoveryFor } from '../../dist/src/protocol/recovery-table.js';
import type { OperationName } from '../../dist/src/protocol/operation.js';
import type { Failure } from '../../dist/src/sandbox/misbehaviour/failure.js';
import { Random } from '../../dist/src/sandbox/random.js';

export type ServerName = 'exchange' | 'grommunio';

/** What is done to a server. */
export type ServerFault =
  | { readonly kind: 'reset' }
  | { readonly kind: 'outage'; readonly ms: number }
  | { readonly kind: 'move'; readonly mailbox: number; readonly ms: number }
  | {
      readonly kind: 'chunks' | 'lost answer' | 'busy' | 'code' | 'watermark refused' | 'look-up' | 'push';
      readonly fail: Failure;
    };

/** What is done to Node-RED. */
export interface NodeRedFault {
  readonly kind: 'deploy full' | 'deploy nodes' | 'changed node' | 'restart' | 'kill';
}

export interface At {
  /** Milliseconds after the beginning. */
  readonly at: number;
}

export type ServerStep = At & { readonly server: ServerName; readonly fault: ServerFault };
export type NodeRedStep = At & NodeRedFault;
export type Happening = At & {
  readonly server: ServerName;
  readonly mailbox: number;
  readonly dice: number;
  readonly which: number;
};

export interface Script {
  /** Whether there are faults in it that take minutes to be noticed. */
  readonly isLong: boolean;
  readonly servers: readonly ServerStep[];
  readonly nodeRed: readonly NodeRedStep[];
  readonly happenings: readonly Happening[];
}

/** How many mailboxes each server has. */
export const MAILBOXES = 2;
/** What a run must be longer than for faults that only a watchdog of two minutes notices: milliseconds. */
const LONG_MS = 60_000;

const OPERATIONS: readonly OperationName[] = ['GetEvents', 'GetStreamingEvents', 'Subscribe'];
/**
 * Errors that a run can recover from by itself, and soon. Not covered: what stops until a person changes something, and
 * what is waited out for longer than a run (a full server: minutes, a missing folder: an hour). That another reader has
 * opened the stream is left out too: told twice within ten minutes, it stops for good, as it should.
 */
const PASSING = ['resubscribe', 'resubscribe-and-catch-up', 'wait', 'fewer-connections', 'retry', 'relocate'];
const NOT_TWICE = 'ErrorNewEventStreamConnectionOpened';

function passingCodes(operation: OperationName): string[] {
  return RECOVERY_TABLE.flatMap(({ codes }) => codes).filter(
    (code) => code.startsWith('Error') && code !== NOT_TWICE && PASSING.includes(recoveryFor(code, operation)),
  );
}

/**
 * All that will happen and go wrong: the same seed and length give the same script.
 *
 * A short run leaves out what only the watchdog of a push subscription notices, after two minutes: an Exchange that has
 * forgotten its subscriptions, or could not tell of it. What fails at the side of push is left out as well, for Exchange
 * tries that again after half a minute; so a kill comes early in a short run.
 */
export function writeScript(seed: number, ms: number): Script {
  const isLong = ms > LONG_MS;
  const random = new Random(seed);
  return {
    isLong,
    servers: [...steps(random, ms, 900, 4000)].map((at) => serverStep(random, at, isLong)),
    nodeRed: isLong ? longRun(random, ms) : shortRun(random, ms),
    happenings: [...steps(random, ms, 30, 400)].map((at) => ({
      at,
      server: random.pick(['exchange', 'exchange', 'grommunio'] as const),
      mailbox: random.integer(0, MAILBOXES - 1),
      dice: random.next(),
      which: random.next(),
    })),
  };
}

function* steps(random: Random, ms: number, shortest: number, longest: number): Generator<number> {
  for (let at = shortest; at < ms; at += random.integer(shortest, longest)) yield at;
}

function longRun(random: Random, ms: number): NodeRedStep[] {
  const kinds = ['deploy full', 'deploy nodes', 'changed node', 'restart', 'kill'] as const;
  return [...steps(random, ms, 8_000, 20_000)].map((at) => ({ at, kind: random.pick(kinds) }));
}

function shortRun(random: Random, ms: number): NodeRedStep[] {
  const deploys = ['deploy full', 'deploy nodes', 'changed node'] as const;
  return [{ at: 1_500, kind: 'kill' }, ...[0.4, 0.7].map((part) => ({ at: ms * part, kind: random.pick(deploys) }))];
}

function serverStep(random: Random, at: number, isLong: boolean): ServerStep {
  const server = random.pick(['exchange', 'grommunio'] as const);
  return { at, server, fault: serverFault(random, server, isLong) };
}

function serverFault(random: Random, server: ServerName, isLong: boolean): ServerFault {
  const operation = random.pick(OPERATIONS);
  const mayForget = isLong || server === 'grommunio';
  const kinds = ['reset', 'chunks', 'chunks', 'lost answer', 'lost answer', 'busy', 'code', 'code', 'look-up'] as const;
  const more = [
    ...(mayForget ? (['outage', 'move'] as const) : []),
    ...(server === 'exchange' ? (['watermark refused'] as const) : []),
    ...(server === 'exchange' && isLong ? (['push'] as const) : []),
  ];
  const kind = random.pick([...kinds, ...more]);
  switch (kind) {
    case 'reset':
      return { kind };
    case 'outage':
      return { kind, ms: random.integer(10, 3000) };
    case 'move':
      return { kind, mailbox: random.integer(0, MAILBOXES - 1), ms: random.integer(200, 1500) };
    case 'chunks':
      return { kind, fail: { operation, chunkBytes: random.integer(1, 60), times: random.integer(1, 4) } };
    case 'lost answer':
      return { kind, fail: { operation, reset: random.pick(['request', 'before', 'during', 'after'] as const) } };
    case 'busy':
      return { kind, fail: busy(random, operation) };
    case 'code':
      return { kind, fail: { operation, code: random.pick(passingCodes(operation)), fault: random.next() < 0.3 } };
    case 'watermark refused':
      return { kind, fail: { operation: 'Subscribe', code: 'ErrorInvalidWatermark' } };
    case 'look-up':
      return { kind, fail: lookUpFailure(random) };
    case 'push':
      return { kind, fail: pushFailure(random) };
  }
}

function busy(random: Random, operation: OperationName): Failure {
  return random.next() < 0.5
    ? { operation, code: 'ErrorServerBusy', backOffMs: random.integer(100, 1500) }
    : { operation, httpStatus: 503, retryAfter: 1 };
}

function lookUpFailure(random: Random): Failure {
  const operation = 'GetItem';
  return random.next() < 0.5
    ? { operation, reset: random.pick(['request', 'before', 'during', 'after'] as const) }
    : {
        operation,
        code: random.pick(['ErrorMailboxStoreUnavailable', 'ErrorItemNotFound', 'ErrorServerBusy'] as const),
      };
}

function pushFailure(random: Random): Failure {
  const operation = 'SendNotification';
  return random.next() < 0.5
    ? { operation, reset: random.pick(['request', 'before', 'after'] as const) }
    : { operation, code: 'ErrorReadEventsFailed' };
}
