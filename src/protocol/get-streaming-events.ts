import { readEnvelope } from './envelope.js';
import { EwsError } from './ews-error.js';
import { nonEmpty } from './non-empty.js';
import { readNotification, type Notification } from './notification.js';
import { omitUndefined } from './omit-undefined.js';
import type { Operation } from './operation.js';
import { errorOf, responseMessages } from './response-message.js';
import { readStrictStreaming } from './strict/strict-envelope.js';
import { wholeNumberIn } from './whole-number.js';
import type { XmlElement } from './xml-element.js';
import { element, textElement } from './xml-writer.js';

/** How long a server keeps a stream open, in minutes (schema: StreamingSubscriptionConnectionTimeoutType). */
export const CONNECTION_TIMEOUT_MINUTES = { min: 1, max: 30, unit: 'minutes' } as const;

/** The most subscriptions that one stream can carry (docs: "Maintain affinity between a group of subscriptions"). */
export const MAX_STREAM_SUBSCRIPTIONS = 200;

export interface GetStreamingEventsRequest {
  readonly subscriptionIds: readonly string[];
  /** See {@link CONNECTION_TIMEOUT_MINUTES}. */
  readonly connectionTimeoutMinutes: number;
}

/** One envelope of a stream. An error does not exclude events: grommunio goes on for the subscriptions that are good. */
export interface StreamingEvents {
  /** In the order in which they came; one for each subscription that has something to tell, or a heartbeat. */
  readonly notifications: readonly Notification[];
  /** Subscriptions that the server refuses. On Exchange the others of the request get nothing either. */
  readonly errorSubscriptionIds: readonly string[];
  /** Closed: nothing follows, open the stream again. OK or nothing: it goes on. */
  readonly connectionStatus?: 'OK' | 'Closed';
  /** What is wrong with the subscriptions named above or, when none is named, with the stream. */
  readonly error?: EwsError;
}

/**
 * The response is a stream of envelopes, of which `read` takes one at a time. It throws only for what cannot be
 * understood; an error answer is part of what it returns.
 * https://learn.microsoft.com/exchange/client-developer/web-service-reference/getstreamingevents-operation
 */
export const getStreamingEvents: Operation<GetStreamingEventsRequest, StreamingEvents> = {
  name: 'GetStreamingEvents',
  write: writeGetStreamingEvents,
  read: readGetStreamingEvents,
  readUsual: readStrictStreaming,
};

export function writeGetStreamingEvents(request: GetStreamingEventsRequest): string {
  const { subscriptionIds } = request;
  if (subscriptionIds.length === 0) throw new EwsError('EWS_INVALID_REQUEST', 'No subscription is named.');
  if (subscriptionIds.length > MAX_STREAM_SUBSCRIPTIONS) {
    throw new EwsError(
      'EWS_INVALID_REQUEST',
      `A stream can carry at most ${MAX_STREAM_SUBSCRIPTIONS} subscriptions, not ${subscriptionIds.length}.`,
    );
  }
  const timeout = wholeNumberIn(CONNECTION_TIMEOUT_MINUTES, 'The connection timeout', request.connectionTimeoutMinutes);
  return element(
    'm:GetStreamingEvents',
    {},
    element(
      'm:SubscriptionIds',
      {},
      ...subscriptionIds.map((id) => textElement('t:SubscriptionId', nonEmpty('The subscription id', id))),
    ),
    textElement('m:ConnectionTimeout', timeout),
  );
}

/** One envelope of a stream. Throws as `readEnvelope` does, and for what cannot be understood. */
export function readStreamedEnvelope(envelope: string, maxLength?: number): StreamingEvents {
  return (
    readStrictStreaming(envelope, maxLength)?.content ??
    readGetStreamingEvents(readEnvelope(envelope, 'GetStreamingEvents', maxLength).response)
  );
}

export function readGetStreamingEvents(response: XmlElement): StreamingEvents {
  const messages = responseMessages(response, 'GetStreamingEvents');
  const statuses = messages.map((message) => message.childText('ConnectionStatus')?.trim());
  return omitUndefined<StreamingEvents>({
    notifications: messages.flatMap((message) => childrenOf(message, 'Notifications').map(readNotification)),
    errorSubscriptionIds: messages
      .flatMap((message) => childrenOf(message, 'ErrorSubscriptionIds').map(({ text }) => text))
      .filter((id) => id !== ''),
    connectionStatus: statuses.includes('Closed') ? 'Closed' : statuses.includes('OK') ? 'OK' : undefined,
    error: messages.map((message) => errorOf(message, 'GetStreamingEvents')).find((error) => error !== undefined),
  });
}

function childrenOf(message: XmlElement, name: string): readonly XmlElement[] {
  return message.child(name)?.children ?? [];
}
