import { EVENT_TYPES } from '../../protocol/event-type.js';
import { PULL_TIMEOUT_MINUTES, STATUS_FREQUENCY_MINUTES } from '../../protocol/subscribe.js';
import {
  anyText,
  booleanValue,
  enumeration,
  integerFrom,
  manyOf,
  nonEmptyText,
  one,
  oneOf,
  optional,
  type Content,
} from '../soap/request-schema.js';
import { isAtLeast, type ServerVersion } from '../soap/request.js';
import { folderIdsContent } from './folder-ids.js';

/** `SubscribeType`, as a server of that version knows it: what came later is not in its schema. */
export function subscribeContent(version: ServerVersion): Content {
  const streaming = isAtLeast(version, 'Exchange2010_SP1');
  const attributes: Content['attributes'] = isAtLeast(version, 'Exchange2010')
    ? { SubscribeToAllFolders: { rule: booleanValue } }
    : {};
  const base = [optional('FolderIds', folderIdsContent), one('EventTypes', eventTypes(streaming))];
  const watermark = optional('Watermark', nonEmptyText);
  const callerData = isAtLeast(version, 'Exchange2013') ? [optional('CallerData', anyText)] : [];
  const pull = one('Timeout', integerFrom(PULL_TIMEOUT_MINUTES.min, PULL_TIMEOUT_MINUTES.max));
  const push = one('StatusFrequency', integerFrom(STATUS_FREQUENCY_MINUTES.min, STATUS_FREQUENCY_MINUTES.max));
  return {
    children: [
      oneOf({
        PullSubscriptionRequest: { attributes, children: [...base, watermark, pull] },
        PushSubscriptionRequest: {
          attributes,
          children: [...base, watermark, push, one('URL', anyText), ...callerData],
        },
        ...(streaming ? { StreamingSubscriptionRequest: { attributes, children: base } } : {}),
      }),
    ],
  };
}

/** `NonEmptyArrayOfNotificationEventTypesType` */
function eventTypes(freeBusy: boolean): Content {
  const known = EVENT_TYPES.filter((type) => freeBusy || type !== 'FreeBusyChanged');
  return { children: [manyOf({ EventType: enumeration(known.map((type) => `${type}Event`)) })] };
}
