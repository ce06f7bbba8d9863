import { nonEmptyText, one } from '../soap/request-schema.js';
import { ResponseError } from '../soap/response-error.js';
import { success } from '../soap/response.js';
import { findSubscription } from './find-subscription.js';
import type { SandboxOperation } from './operation.js';

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/unsubscribe-operation */
export const unsubscribeOperation: SandboxOperation = {
  name: 'Unsubscribe',
  schema: () => ({ children: [one('SubscriptionId', nonEmptyText)] }),
  handle(request, context) {
    const subscription = findSubscription(request.childText('SubscriptionId') ?? '', context);
    // A push subscription is ended by the answer to its next notification.
    if (subscription.delivery === 'push') throw new ResponseError('ErrorInvalidSubscription');
    context.exchange.subscriptions.remove(subscription, 'unsubscribed');
    return [success()];
  },
};
