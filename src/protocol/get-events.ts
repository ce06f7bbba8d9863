import { EwsError } from './ews-error.js';
import { requiredChild } from './malformed.js';
import { readNotification, type Notification } from './notification.js';
import type { Operation } from './operation.js';
import { singleMessage } from './response-message.js';
import type { XmlElement } from './xml-element.js';
import { textElement, element } from './xml-writer.js';

export interface GetEventsRequest {
  readonly subscriptionId: string;
  /** The last watermark that came. Servers without watermarks take any text and look at none. */
  readonly watermark?: string;
}

/** The schema demands a watermark that is not empty, also of servers that have none to give. */
const NO_WATERMARK = 'AAAAAAAAAAA=';

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/getevents-operation */
export const getEvents: Operation<GetEventsRequest, Notification> = {
  name: 'GetEvents',
  write: writeGetEvents,
  read: readGetEvents,
};

export function writeGetEvents(request: GetEventsRequest): string {
  if (request.subscriptionId === '') throw new EwsError('EWS_INVALID_REQUEST', 'The subscription id is empty.');
  return element(
    'm:GetEvents',
    {},
    textElement('m:SubscriptionId', request.subscriptionId),
    textElement('m:Watermark', request.watermark ?? NO_WATERMARK),
  );
}

export function readGetEvents(response: XmlElement): Notification {
  return readNotification(requiredChild(singleMessage(response, 'GetEvents'), 'Notification'));
}
