import { MAX_PUSH_URL_LENGTH } from '../../protocol/subscribe.js';
import type { XmlElement } from '../../protocol/xml-element.js';
import { ResponseError } from '../soap/response-error.js';
import { MINUTE } from '../units.js';

/** Where and how a push subscription is delivered. */
export interface PushTarget {
  readonly url: URL;
  /** How long failed deliveries are tried again, and how often a heartbeat is sent. In milliseconds. */
  readonly statusFrequency: number;
  readonly callerData?: string;
}

/** Reads a PushSubscriptionRequest. Throws ErrorInvalidPushSubscriptionUrl for a URL that cannot be called. */
export function readPushTarget(wanted: XmlElement): PushTarget {
  const text = wanted.childText('URL')?.trim() ?? '';
  const url = URL.canParse(text) && text.length <= MAX_PUSH_URL_LENGTH ? new URL(text) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol)) throw new ResponseError('ErrorInvalidPushSubscriptionUrl');
  const statusFrequency = Number(wanted.childText('StatusFrequency')) * MINUTE;
  const callerData = wanted.childText('CallerData');
  return callerData === undefined ? { url, statusFrequency } : { url, statusFrequency, callerData };
}
