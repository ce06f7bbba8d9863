import { nonEmpty } from './non-empty.js';
import type { Operation } from './operation.js';
import { singleMessage } from './response-message.js';
import type { XmlElement } from './xml-element.js';
import { element, textElement } from './xml-writer.js';

/** Ends a pull or streaming subscription. A push subscription is ended by the answer to its next notification. */
export interface UnsubscribeRequest {
  readonly subscriptionId: string;
}

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/unsubscribe-operation */
export const unsubscribe: Operation<UnsubscribeRequest, void> = {
  name: 'Unsubscribe',
  write: writeUnsubscribe,
  read: readUnsubscribe,
};

export function writeUnsubscribe(request: UnsubscribeRequest): string {
  const subscriptionId = nonEmpty('The subscription id', request.subscriptionId);
  return element('m:Unsubscribe', {}, textElement('m:SubscriptionId', subscriptionId));
}

export function readUnsubscribe(response: XmlElement): void {
  singleMessage(response, 'Unsubscribe');
}
