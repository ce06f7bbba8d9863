import { EVENT_TYPES, type EventType } from './event-type.js';
import { EwsError } from './ews-error.js';
import { writeFolderIds, type FolderReference } from './folder-ids.js';
import { requiredText } from './malformed.js';
import { nonEmpty } from './non-empty.js';
import { omitUndefined } from './omit-undefined.js';
import type { Operation } from './operation.js';
import { singleMessage } from './response-message.js';
import { readNonEmpty } from './simple-values.js';
import { wholeNumberIn } from './whole-number.js';
import type { XmlElement } from './xml-element.js';
import { element, textElement } from './xml-writer.js';

/** Pull: how long a subscription lives without a GetEvents, in minutes (schema: SubscriptionTimeoutType). */
export const PULL_TIMEOUT_MINUTES = { min: 1, max: 1440, unit: 'minutes' } as const;
/** Push: heartbeat interval and time of retries, in minutes (schema: SubscriptionStatusFrequencyType). */
export const STATUS_FREQUENCY_MINUTES = { min: 1, max: 1440, unit: 'minutes' } as const;
/** Push: the longest URL that a server takes, in characters (docs: ResponseCode, ErrorInvalidPushSubscriptionUrl). */
export const MAX_PUSH_URL_LENGTH = 2082;

/** All folders of the caller's or the impersonated mailbox, or named ones of any mailbox that the caller may open. */
export type SubscriptionScope =
  | { readonly allFolders: true }
  | {
      readonly folders: readonly FolderReference[];
      /** The SMTP address of the mailbox in which distinguished names are looked up; the caller's own if left out. */
      readonly mailbox?: string;
    };

interface SubscribeBase {
  readonly scope: SubscriptionScope;
  readonly events: readonly EventType[];
}

export interface PullSubscribe extends SubscribeBase {
  readonly delivery: 'pull';
  /** Minutes that the subscription lives without a GetEvents, see {@link PULL_TIMEOUT_MINUTES}. */
  readonly timeoutMinutes: number;
  /** Where to resume; from now on if left out. */
  readonly watermark?: string;
}

export interface PushSubscribe extends SubscribeBase {
  readonly delivery: 'push';
  /** See {@link STATUS_FREQUENCY_MINUTES}. */
  readonly statusFrequencyMinutes: number;
  /** Where the server posts to: http or https. */
  readonly url: string;
  readonly watermark?: string;
  /** Comes back in each notification. Exchange 2013 and later only. */
  readonly callerData?: string;
}

/** Needs Exchange 2010 SP1. It has no watermark. */
export interface StreamingSubscribe extends SubscribeBase {
  readonly delivery: 'streaming';
}

export type SubscribeRequest = PullSubscribe | PushSubscribe | StreamingSubscribe;

export interface SubscribeResponse {
  readonly subscriptionId: string;
  /** Where the subscription begins; streaming subscriptions and servers without watermarks have none. */
  readonly watermark?: string;
}

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/subscribe-operation */
export const subscribe: Operation<SubscribeRequest, SubscribeResponse> = {
  name: 'Subscribe',
  write: writeSubscribe,
  read: readSubscribe,
};

export function writeSubscribe(request: SubscribeRequest): string {
  return element('m:Subscribe', {}, writeDelivery(request));
}

function writeDelivery(request: SubscribeRequest): string {
  switch (request.delivery) {
    case 'pull':
      return writeRequest(
        'm:PullSubscriptionRequest',
        request,
        writeWatermark(request.watermark),
        textElement(
          't:Timeout',
          wholeNumberIn(PULL_TIMEOUT_MINUTES, 'The subscription timeout', request.timeoutMinutes),
        ),
      );
    case 'push':
      return writeRequest(
        'm:PushSubscriptionRequest',
        request,
        writeWatermark(request.watermark),
        textElement(
          't:StatusFrequency',
          wholeNumberIn(STATUS_FREQUENCY_MINUTES, 'The status frequency', request.statusFrequencyMinutes),
        ),
        textElement('t:URL', checkedPushUrl(request.url)),
        request.callerData === undefined ? '' : textElement('t:CallerData', request.callerData),
      );
    case 'streaming':
      return writeRequest('m:StreamingSubscriptionRequest', request);
  }
}

function writeRequest(name: string, { scope, events }: SubscribeBase, ...rest: string[]): string {
  const all = 'allFolders' in scope;
  return element(
    name,
    { SubscribeToAllFolders: all ? 'true' : undefined },
    all ? '' : element('t:FolderIds', {}, writeFolderIds(scope.folders, scope.mailbox)),
    writeEventTypes(events),
    ...rest,
  );
}

function writeEventTypes(events: readonly EventType[]): string {
  const wanted = EVENT_TYPES.filter((type) => events.includes(type));
  if (wanted.length === 0) throw new EwsError('EWS_INVALID_REQUEST', 'No event type is asked for.');
  return element('t:EventTypes', {}, ...wanted.map((type) => textElement('t:EventType', `${type}Event`)));
}

function writeWatermark(watermark: string | undefined): string {
  return watermark === undefined ? '' : textElement('t:Watermark', nonEmpty('The watermark', watermark));
}

function checkedPushUrl(url: string): string {
  const protocol = URL.canParse(url) && !/\s/.test(url) ? new URL(url).protocol : '';
  if ((protocol === 'http:' || protocol === 'https:') && url.length <= MAX_PUSH_URL_LENGTH) return url;
  throw new EwsError(
    'EWS_INVALID_REQUEST',
    `The push URL must begin with http:// or https:// and have at most ${MAX_PUSH_URL_LENGTH} characters.`,
  );
}

export function readSubscribe(response: XmlElement): SubscribeResponse {
  const message = singleMessage(response, 'Subscribe');
  const subscriptionId = requiredText(message, 'SubscriptionId');
  return omitUndefined({ subscriptionId, watermark: readNonEmpty(message.childText('Watermark')) });
}
