import { REQUEST_VERSIONS, type RequestVersion } from '../protocol/server-version.js';
import { subscribe, type SubscribeRequest } from '../protocol/subscribe.js';
import { unsubscribe } from '../protocol/unsubscribe.js';
import type { CheckOutcome } from './account-check.js';
import { contextOf, type AccountConnection } from './account-link.js';

/** What is needed to try whether subscriptions can be made. */
export interface TryingOptions {
  readonly connection: AccountConnection;
  readonly email: string;
  readonly version: RequestVersion;
  readonly signal: AbortSignal;
}

/** So often it is tried to end a subscription that was made to try. A pull one ends by itself after a minute. */
const ENDING_ATTEMPTS = 2;

/** Subscribes to new mail in the inbox and ends that at once. */
export async function tryDelivery(delivery: 'pull' | 'streaming', options: TryingOptions): Promise<CheckOutcome> {
  const { connection, version } = options;
  if (delivery === 'streaming' && !isAtLeast(version, 'Exchange2010_SP1')) {
    return { state: 'skipped', found: 'streaming-too-old', values: { version } };
  }
  const common = { scope: { folders: [{ id: 'inbox' }] }, events: ['NewMail'] } as const;
  const request: SubscribeRequest =
    delivery === 'pull' ? { ...common, delivery, timeoutMinutes: 1 } : { ...common, delivery };
  const { response } = await connection.client.call(subscribe, request, context(options));
  await end(response.subscriptionId, options);
  if (delivery === 'streaming') return { state: 'ok', found: 'streaming' };
  connection.traits.watermarks = response.watermark !== undefined;
  return { state: 'ok', found: connection.traits.watermarks ? 'pull' : 'pull-no-watermark' };
}

async function end(subscriptionId: string, options: TryingOptions): Promise<void> {
  for (let attempt = 1; attempt <= ENDING_ATTEMPTS; attempt += 1) {
    const ended = await options.connection.client.call(unsubscribe, { subscriptionId }, context(options)).then(
      () => true,
      () => false,
    );
    if (ended) return;
  }
}

function context({ email, signal }: TryingOptions): ReturnType<typeof contextOf> {
  return contextOf({ mailbox: '', access: 'delegate' }, email, signal);
}

function isAtLeast(version: RequestVersion, least: RequestVersion): boolean {
  return REQUEST_VERSIONS.indexOf(version) >= REQUEST_VERSIONS.indexOf(least);
}
