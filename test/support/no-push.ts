import { EwsError } from '../../dist/src/protocol/ews-error.js';
import type { PushHost } from '../../dist/src/subscriptions/push-host.js';

/** What an order holds of push where push is not what a test is about. */
export const NO_PUSH = { statusFrequency: 5, pushIn: [] } as const;

/** Where nobody receives push subscriptions. */
export function noPushHost(): PushHost {
  throw new EwsError('EWS_CONFIGURATION', 'Nobody receives push subscriptions here.');
}
