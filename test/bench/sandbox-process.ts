/**
 * A sandbox in a process of its own, so that what it costs is not measured. It is told what to do over the channel of
 * `fork`, answers each order when it is done, and ends with the channel.
 */
import { startSandbox, type Sandbox } from '../../dist/src/sandbox/sandbox.js';
import { makeAuthority } from '../support/certificates.js';

/** What a sandbox in another process is told. */
export type SandboxOrder =
  /** Start; the first order. */
  | { readonly eventsPerNotification: number; readonly tls?: boolean; readonly character?: 'exchange' | 'grommunio' }
  /** Put so many mails into the mailbox, at once. */
  | { readonly deliver: number }
  /** Put so many mails into the mailbox, evenly in `perSecond` a second; answers when each was delivered. */
  | { readonly deliver: number; readonly perSecond: number }
  /** Reset all connections. */
  | { readonly reset: true }
  /** Say how many requests of an operation have come. */
  | { readonly count: string };

/** Where it is, and when mails were delivered. */
export interface SandboxAnswer {
  readonly url: string;
  readonly user: string;
  readonly password: string;
  /** Whom to trust, PEM, where it speaks TLS. */
  readonly ca?: string;
  /** Item ids with the moment, in nanoseconds of the machine's monotonic clock, which all its processes share. */
  readonly delivered?: readonly (readonly [id: string, at: string])[];
  /** How many requests were asked about. */
  readonly requests?: number;
}

/** All that any round delivers is remembered, or watermarks would become too old. */
const HISTORY = 1_000_000;
/** As many streams as a bench opens. */
const STREAMS = 2000;
/** Mails delivered together where they come evenly, in milliseconds. */
const BEAT_MS = 10;

let sandbox: Sandbox | undefined;
let ca: string | undefined;
const requests = new Map<string, number>();

async function obey(order: SandboxOrder): Promise<void> {
  const answer = { url: '', user: '', password: '' };
  let delivered: SandboxAnswer['delivered'];
  let counted: number | undefined;
  if ('eventsPerNotification' in order) {
    const { eventsPerNotification, character = 'exchange' } = order;
    const authority = order.tls ? await makeAuthority() : undefined;
    ca = authority?.ca;
    sandbox = await startSandbox({
      character,
      ...(authority ? { tls: await authority.issue('127.0.0.1') } : {}),
      limits: { eventsPerNotification, historyEvents: HISTORY, streamingConnections: STREAMS },
    });
    sandbox.onRequest(({ operation = '' }) => requests.set(operation, (requests.get(operation) ?? 0) + 1));
  } else if ('count' in order) counted = requests.get(order.count) ?? 0;
  else if ('reset' in order) sandbox?.resetConnections();
  else if ('perSecond' in order) delivered = await deliverEvenly(order.deliver, order.perSecond);
  else for (let mail = 0; mail < order.deliver; mail += 1) deliver();
  const { url, user, password } = sandbox ?? answer;
  process.send?.({
    ...{ url, user, password },
    ...(ca === undefined ? {} : { ca }),
    ...(delivered ? { delivered } : {}),
    ...(counted === undefined ? {} : { requests: counted }),
  } satisfies SandboxAnswer);
}

function deliver(): string {
  return sandbox?.mailbox().deliver({ subject: 'Mail' }).id ?? '';
}

async function deliverEvenly(count: number, perSecond: number): Promise<(readonly [string, string])[]> {
  const delivered: (readonly [string, string])[] = [];
  const start = process.hrtime.bigint();
  while (delivered.length < count) {
    const due = (Number(process.hrtime.bigint() - start) / 1e9) * perSecond;
    while (delivered.length < Math.min(due, count)) delivered.push([deliver(), String(process.hrtime.bigint())]);
    await new Promise((resolve) => setTimeout(resolve, BEAT_MS));
  }
  return delivered;
}

process.on('message', (order: SandboxOrder) => void obey(order));
process.once('disconnect', () => process.exit(0));
