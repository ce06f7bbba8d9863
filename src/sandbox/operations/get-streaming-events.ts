import { integerFrom, manyOf, nonEmptyText, one } from '../soap/request-schema.js';
import { isAtLeast } from '../soap/request.js';
import { messageText, ResponseError } from '../soap/response-error.js';
import type { Subscription } from '../notifications/subscription.js';
import { MINUTE } from '../units.js';
import { findSubscription } from './find-subscription.js';
import type { RequestContext, StreamingOperation } from './operation.js';

/** Minutes, by the schema (StreamingSubscriptionConnectionTimeoutType). */
const CONNECTION_TIMEOUT = { min: 1, max: 30 };
/** Subscriptions in one request (docs: How to maintain affinity). */
const MOST_SUBSCRIPTIONS = 200;

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/getstreamingevents-operation */
export const getStreamingEventsOperation: StreamingOperation = {
  name: 'GetStreamingEvents',
  schema: (version) => ({
    children: isAtLeast(version, 'Exchange2010_SP1')
      ? [
          one('SubscriptionIds', { children: [manyOf({ SubscriptionId: nonEmptyText })] }),
          one('ConnectionTimeout', integerFrom(CONNECTION_TIMEOUT.min, CONNECTION_TIMEOUT.max)),
        ]
      : [],
  }),

  refuse(request, context) {
    const { exchange, actsAs } = context;
    const ids = request.child('SubscriptionIds')?.children.map(({ text }) => text) ?? [];
    const { bad, code } = sort(ids, context);
    if (ids.length > MOST_SUBSCRIPTIONS) return refusal('ErrorInvalidSubscription', ids);
    if (code !== undefined && exchange.character.badIdSpoilsStream) return refusal(code, bad);
    if (exchange.streams.countOf(actsAs.address) >= exchange.limits.streamingConnections) {
      return refusal('ErrorExceededConnectionCount');
    }
    return undefined;
  },

  stream(request, context, wire) {
    const { exchange, actsAs } = context;
    const ids = request.child('SubscriptionIds')?.children.map(({ text }) => text) ?? [];
    const { good, bad } = sort(ids, context);
    for (const subscription of good) exchange.streams.readerOf(subscription)?.takenOver(subscription);
    exchange.character.openStream({
      exchange,
      wire,
      subscriptions: good,
      badIds: bad,
      account: actsAs,
      timeout: Number(request.childText('ConnectionTimeout')) * MINUTE,
    });
  },
};

function refusal(code: string, errorSubscriptionIds: readonly string[] = []) {
  return { error: { code, text: messageText(code) }, errorSubscriptionIds, connectionStatus: 'Closed' } as const;
}

/** Which ids are good, which are not, and what is wrong with the first of those. */
function sort(ids: readonly string[], context: RequestContext) {
  const good: Subscription[] = [];
  const bad: string[] = [];
  let code: string | undefined;
  for (const id of ids) {
    try {
      const subscription = findSubscription(id, context);
      if (subscription.delivery !== 'streaming') throw new ResponseError('ErrorInvalidSubscription');
      good.push(subscription);
    } catch (error) {
      if (!(error instanceof ResponseError)) throw error;
      code ??= error.code;
      bad.push(id);
    }
  }
  return { good, bad, code };
}
