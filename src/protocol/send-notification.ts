import { readEnvelope } from './envelope.js';
import type { EwsError } from './ews-error.js';
import { malformedAnswer, requiredChild } from './malformed.js';
import { readNotification, type Notification } from './notification.js';
import { errorOf } from './response-message.js';
import { readStrictPush } from './strict/strict-envelope.js';
import type { XmlElement } from './xml-element.js';
import { element, textElement } from './xml-writer.js';

/**
 * What a server pushes. It calls us, so this is no `Operation`: its request is read, and a result is written.
 * An error (for example ErrorReadEventsFailed) need not say which subscription it is about.
 */
export type PushedNotification =
  { readonly notification: Notification } | { readonly error: EwsError; readonly notification?: Notification };

/** OK: go on. Unsubscribe: the way to end a push subscription (schema: SubscriptionStatusType). */
export type SubscriptionStatus = 'OK' | 'Unsubscribe';

/** A whole request of a server. Throws as `readEnvelope` does, and for what cannot be understood. */
export function readPushRequest(envelope: string, maxLength?: number): readonly PushedNotification[] {
  return (
    readStrictPush(envelope, maxLength)?.content ??
    readSendNotification(readEnvelope(envelope, 'SendNotification', maxLength).response)
  );
}

/**
 * Reads the request element, which is built like a response. Servers send one message; several are read all the same.
 * https://learn.microsoft.com/exchange/client-developer/web-service-reference/sendnotification
 */
export function readSendNotification(request: XmlElement): readonly PushedNotification[] {
  if (request.name !== 'SendNotification') throw malformedAnswer(`it is <${request.name}>, not <SendNotification>`);
  const messages = requiredChild(request, 'ResponseMessages').children;
  if (messages.length === 0) throw malformedAnswer('<ResponseMessages> is empty');
  return messages.map(readMessage);
}

function readMessage(message: XmlElement): PushedNotification {
  const error = errorOf(message, 'SendNotification');
  if (!error) return { notification: readNotification(requiredChild(message, 'Notification')) };
  const notification = message.child('Notification');
  return notification ? { error, notification: readNotification(notification) } : { error };
}

/**
 * The result element.
 * https://learn.microsoft.com/exchange/client-developer/web-service-reference/sendnotificationresult
 */
export function writeSendNotificationResult(status: SubscriptionStatus): string {
  return element('m:SendNotificationResult', {}, textElement('m:SubscriptionStatus', status));
}

/** Reads the result element; a server goes on only for OK. */
export function readSendNotificationResult(result: XmlElement): SubscriptionStatus {
  if (result.name !== 'SendNotificationResult') {
    throw malformedAnswer(`it is <${result.name}>, not <SendNotificationResult>`);
  }
  const status = requiredChild(result, 'SubscriptionStatus').text.trim();
  if (status === 'OK' || status === 'Unsubscribe') return status;
  throw malformedAnswer('<SubscriptionStatus> is neither OK nor Unsubscribe');
}
