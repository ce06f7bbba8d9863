import type { Clock } from '../clock.js';
import { EwsError, toEwsError } from '../protocol/ews-error.js';
import { getFolder, type Folder } from '../protocol/get-folder.js';
import { productName } from '../protocol/server-product.js';
import { RouteCheck } from '../transport/route-check.js';
import { contextOf, type AccountConnection } from './account-link.js';
import { tryDelivery, type TryingOptions } from './delivery-check.js';

/** What is looked at, in this order. */
export type CheckStep =
  'name' | 'connection' | 'certificate' | 'signIn' | 'mailbox' | 'server' | 'pull' | 'streaming' | 'push';

export type CheckState = 'ok' | 'failed' | 'skipped';

/** What was found: a text of the message catalogue, below `check.found`. */
export type CheckFinding =
  | 'not-reached'
  | 'sandbox'
  | 'name'
  | 'address'
  | 'connected'
  | 'connected-proxy'
  | 'plain'
  | 'certificate'
  | 'certificate-unverified'
  | 'signed-in'
  | 'signed-in-offers'
  | 'mailbox'
  | 'own-mailbox'
  | 'server'
  | 'server-unknown'
  | 'server-silent'
  | 'pull'
  | 'pull-no-watermark'
  | 'streaming'
  | 'streaming-too-old'
  | 'push-untried'
  | 'push-never';

/** How a step went. */
export interface CheckOutcome {
  readonly state: CheckState;
  readonly found?: CheckFinding;
  /** What stands in the text of the finding. */
  readonly values?: Readonly<Record<string, string | number>>;
  readonly error?: EwsError;
}

export interface CheckResult extends CheckOutcome {
  readonly step: CheckStep;
  /** How long it took, in milliseconds. */
  readonly ms: number;
}

export interface CheckOptions extends TryingOptions {
  readonly connection: AccountConnection;
  readonly email: string;
  readonly clock: Clock;
  /** Ends the whole. */
  readonly signal: AbortSignal;
  /** Nobody waits for the outcome any more: ends what leaves nothing behind. */
  readonly gone: AbortSignal;
}

const WAY: readonly CheckStep[] = ['name', 'connection', 'certificate'];
const SIGNED_IN: readonly CheckStep[] = ['mailbox', 'server', 'pull', 'streaming', 'push'];

/**
 * Goes the way from this machine to the account's mailbox step by step, and tells how each went. What cannot be reached
 * because an earlier step failed is told as skipped. The credentials are tried once. No subscription is left behind.
 */
export async function* checkAccount(options: CheckOptions): AsyncGenerator<CheckResult> {
  const timed = timing(options);
  // A subscription that is being made is waited for, as it has to be ended.
  const beforehand = { ...options, signal: AbortSignal.any([options.signal, options.gone]) };
  let open = true;
  for await (const result of checkWay(beforehand, timed)) {
    open &&= result.state !== 'failed';
    yield result;
  }
  if (!open) {
    yield* SIGNED_IN.map(notReached);
    return;
  }
  const inbox = yield* checkSignIn(beforehand, timed);
  if (!inbox) return;
  yield await timed('server', () => Promise.resolve(serverFound(options.connection)));
  yield await timed('pull', () => tryDelivery('pull', options));
  yield await timed('streaming', () => tryDelivery('streaming', options));
  yield await timed('push', () => Promise.resolve(pushFound(options.connection)));
}

type Timed = (step: CheckStep, work: () => Promise<CheckOutcome>) => Promise<CheckResult>;

function timing({ clock, signal }: CheckOptions): Timed {
  return async (step, work) => {
    const began = clock.now();
    const outcome = await work().catch((thrown: unknown): CheckOutcome => {
      const error = signal.aborted
        ? new EwsError('EWS_TIMEOUT', 'All in all, this takes too long.')
        : toEwsError(thrown);
      return { state: 'failed', error };
    });
    return { step, ...outcome, ms: Math.max(0, clock.now() - began) };
  };
}

function notReached(step: CheckStep): CheckResult {
  return { step, state: 'skipped', found: 'not-reached', ms: 0 };
}

/** From here to the sign-in's door: what the network and TLS have to do with it, and what the server offers there. */
async function* checkWay(options: CheckOptions, timed: Timed): AsyncGenerator<CheckResult> {
  const { connection, clock, signal } = options;
  if (connection.server.name === 'sandbox') {
    yield* WAY.map((step) => ({ step, state: 'skipped' as const, found: 'sandbox' as const, ms: 0 }));
    return;
  }
  const { route } = connection.client.way;
  const check = new RouteCheck(route, clock, signal);
  const steps: readonly (readonly [CheckStep, () => Promise<CheckOutcome>])[] = [
    ['name', async () => nameFound(check.host, await check.resolve())],
    ['connection', async () => connected(await check.connect(), route.proxy?.origin)],
    ['certificate', async () => (check.isEncrypted ? certificateFound(await check.secure()) : skipped('plain'))],
  ];
  try {
    for (const [at, [step, work]] of steps.entries()) {
      const result = await timed(step, work);
      yield result;
      if (result.state !== 'failed') continue;
      yield* WAY.slice(at + 1).map(notReached);
      yield notReached('signIn');
      return;
    }
  } finally {
    check.close();
  }
}

function skipped(found: CheckFinding, values: CheckOutcome['values'] = {}): CheckOutcome {
  return { state: 'skipped', found, values };
}

function nameFound(host: string, addresses: readonly string[] | undefined): CheckOutcome {
  return addresses
    ? { state: 'ok', found: 'name', values: { host, addresses: addresses.join(', ') } }
    : skipped('address', { host });
}

function connected({ address, port }: { address: string; port: number }, proxy: string | undefined): CheckOutcome {
  return proxy === undefined
    ? { state: 'ok', found: 'connected', values: { address, port } }
    : { state: 'ok', found: 'connected-proxy', values: { address, port, proxy } };
}

function certificateFound({ certificate, verified }: Awaited<ReturnType<RouteCheck['secure']>>): CheckOutcome {
  const { subject = '', issuer = '', validTo = '' } = certificate ?? {};
  return {
    state: 'ok',
    found: verified ? 'certificate' : 'certificate-unverified',
    values: { subject, issuer, validTo },
  };
}

/** Signs in by opening the inbox, which is what nodes will do first. Returns the inbox, if it was opened. */
async function* checkSignIn(options: CheckOptions, timed: Timed): AsyncGenerator<CheckResult, Folder | undefined> {
  const { client, server } = options.connection;
  const { scheme } = client.way;
  let inbox: Folder | undefined;
  let refused: EwsError | undefined;
  let offers: readonly string[] = [];
  const signIn = await timed('signIn', async (): Promise<CheckOutcome> => {
    if (server.name !== 'sandbox') offers = await offersOf(options);
    try {
      inbox = await openInbox(options);
    } catch (thrown) {
      refused = toEwsError(thrown);
      // Who is told anything by EWS itself has been let in.
      if (!/^(?:Error|EWS_SOAP_FAULT$)/.test(refused.code)) throw refused;
    }
    return offers.length > 0
      ? { state: 'ok', found: 'signed-in-offers', values: { scheme, offers: offers.join(', ') } }
      : { state: 'ok', found: 'signed-in', values: { scheme } };
  });
  yield signIn;
  if (signIn.state === 'failed') {
    yield* SIGNED_IN.map(notReached);
  } else if (!inbox) {
    yield { step: 'mailbox', state: 'failed', ms: signIn.ms, ...(refused ? { error: refused } : {}) };
    yield* SIGNED_IN.slice(1).map(notReached);
  } else {
    yield mailboxFound(options.email, inbox, signIn.ms);
  }
  return inbox;
}

async function offersOf({ connection, clock, signal }: CheckOptions): Promise<readonly string[]> {
  const { route, path, scheme } = connection.client.way;
  const offers = await new RouteCheck(route, clock, signal).offers(path);
  // The password stays here where it is of no use. Tokens are not always offered to one who brings none.
  if (offers.length > 0 && !offers.includes(scheme) && scheme !== 'Bearer') {
    const text = `${route.origin} offers ${offers.join(' and ')}; the account is set to ${scheme}.`;
    throw new EwsError('EWS_SCHEME_NOT_OFFERED', text, { httpStatus: 401 });
  }
  return offers;
}

async function openInbox({ connection, email, signal }: CheckOptions): Promise<Folder> {
  const properties = ['folder:DisplayName', 'folder:TotalCount', 'folder:UnreadCount'] as const;
  const { response } = await connection.client.call(
    getFolder,
    { folders: [{ id: 'inbox' }], shape: 'IdOnly', properties },
    contextOf({ mailbox: '', access: 'delegate' }, email, signal),
  );
  const [result] = response;
  if (!result) throw new EwsError('EWS_MALFORMED', 'The answer to GetFolder holds no folder.');
  if ('error' in result) throw result.error;
  return result.folder;
}

function mailboxFound(
  email: string,
  { displayName = 'Inbox', totalCount, unreadCount }: Folder,
  ms: number,
): CheckResult {
  const values = { mailbox: email, folder: displayName, items: totalCount ?? '?', unread: unreadCount ?? '?' };
  return { step: 'mailbox', state: 'ok', found: email === '' ? 'own-mailbox' : 'mailbox', values, ms };
}

function serverFound({ client: { server } }: AccountConnection): CheckOutcome {
  if (!server) return skipped('server-silent');
  const { build, version = '' } = server;
  const product = productName(server);
  return product === undefined
    ? { state: 'ok', found: 'server-unknown', values: { build, version } }
    : { state: 'ok', found: 'server', values: { product, build, version } };
}

/** Whether push works shows only when the server calls; what does not work for certain is said. */
function pushFound({ traits }: AccountConnection): CheckOutcome {
  return skipped(traits.watermarks === false ? 'push-never' : 'push-untried');
}
