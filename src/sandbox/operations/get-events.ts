import { element } from '../../protocol/xml-writer.js';
import { nonEmptyText, one } from '../soap/request-schema.js';
import { ResponseError } from '../soap/response-error.js';
import { success } from '../soap/response.js';
import { peekEvents } from '../notifications/read-events.js';
import type { Subscription } from '../notifications/subscription.js';
import { checkReadable, findSubscription } from './find-subscription.js';
import type { RequestContext, SandboxOperation } from './operation.js';

/**
 * https://learn.microsoft.com/exchange/client-developer/web-service-reference/getevents-operation
 *
 * The events of an answer are taken off the queue when it is sent. A client that asks again with an older watermark,
 * because the answer was lost, gets what comes after it, and sees so in PreviousWatermark.
 */
export const getEventsOperation: SandboxOperation = {
  name: 'GetEvents',
  schema: () => ({ children: [one('SubscriptionId', nonEmptyText), one('Watermark', nonEmptyText)] }),
  handle(request, context) {
    const { exchange } = context;
    const { character } = exchange;
    const subscription = findSubscription(request.childText('SubscriptionId') ?? '', context);
    if (subscription.delivery !== 'pull' && character.hasWatermarks) {
      throw new ResponseError('ErrorInvalidPullSubscriptionId');
    }
    checkReadable(subscription, context);
    if (character.hasWatermarks) checkWatermark(subscription, request.childText('Watermark') ?? '');
    subscription.lastUse = exchange.clock.now();
    const batch = readBatch(subscription, context);
    subscription.position = batch.position;
    return [success(element('m:Notification', {}, character.writeNotification(subscription, batch)))];
  },
};

function checkWatermark(subscription: Subscription, watermark: string): void {
  const position = subscription.mailbox.positionOf(watermark);
  if (position === undefined || position > subscription.position) throw new ResponseError('ErrorInvalidWatermark');
}

function readBatch(subscription: Subscription, { exchange }: RequestContext) {
  const { character, limits, subscriptions } = exchange;
  const batch = peekEvents(subscription, character, limits.eventsPerNotification);
  const backlog = subscription.mailbox.journal.last - subscription.position;
  if (batch && backlog <= character.maxBacklog) return batch;
  subscriptions.remove(subscription, 'dropped');
  throw new ResponseError(...character.subscriptionErrors.lost);
}
