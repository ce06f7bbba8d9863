import { requiredChild } from './malformed.js';
import { nonEmpty } from './non-empty.js';
import { readNotification, type Notification } from './notification.js';
import type { Operation } from './operation.js';
import { singleMessage } from './response-message.js';
import { readStrictGetEvents } from './strict/strict-envelope.js';
import type { XmlElement } from './xml-element.js';
import { element, textElement } from './xml-writer.js';

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
  readUsual: readStrictGetEvents,
};

export function writeGetEvents(request: GetEventsRequest): string {
  return element(
    'm:GetEvents',
    {},
    textElement('m:SubscriptionId', nonEmpty('The subscription id', request.subscriptionId)),
    textElement('m:Watermark', nonEmpty('The watermark', request.watermark ?? NO_WATERMARK)),
  );
}

export function readGetEvents(response: XmlElement): Notification {
  return readNotification(requiredChild(singleMessage(response, 'GetEvents'), 'Notification'));
}
