import type { ItemShape } from '../protocol/item-shape.js';
import { isKnownIn, PREVIEW, type FieldUri, type PropertyPath } from '../protocol/property-path.js';
import { isAtLeast, type RequestVersion } from '../protocol/server-version.js';
import type { ContentSettings, Include } from './details-settings.js';

/** What is wanted of every item. A server leaves out what does not apply to an item's class. */
const SUMMARY: readonly FieldUri[] = [
  ...(['item:ParentFolderId', 'item:ItemClass', 'item:Subject', 'item:Sensitivity', 'item:Importance'] as const),
  ...(['item:Size', 'item:Categories', 'item:HasAttachments', 'item:Attachments', 'item:IsDraft'] as const),
  ...(['item:DateTimeReceived', 'item:DateTimeSent', 'item:DateTimeCreated', 'item:LastModifiedTime'] as const),
  ...(['item:InReplyTo', 'item:ConversationId'] as const),
  ...(['message:From', 'message:Sender', 'message:ToRecipients', 'message:CcRecipients', 'message:IsRead'] as const),
  'message:InternetMessageId',
  ...(['calendar:UID', 'calendar:Start', 'calendar:End', 'calendar:IsAllDayEvent', 'calendar:Location'] as const),
  ...(['calendar:Organizer', 'calendar:RequiredAttendees', 'calendar:OptionalAttendees'] as const),
  ...(['calendar:Resources', 'calendar:LegacyFreeBusyStatus', 'calendar:IsMeeting', 'calendar:IsCancelled'] as const),
  ...(['calendar:IsRecurring', 'calendar:CalendarItemType', 'calendar:MyResponseType'] as const),
  ...(['contacts:DisplayName', 'contacts:GivenName', 'contacts:Surname', 'contacts:FileAs'] as const),
  ...(['contacts:CompanyName', 'contacts:Department', 'contacts:JobTitle', 'contacts:EmailAddresses'] as const),
  'contacts:PhoneNumbers',
  ...(['task:StartDate', 'task:DueDate', 'task:CompleteDate', 'task:IsComplete', 'task:Status'] as const),
  ...(['task:PercentComplete', 'task:Owner'] as const),
];

/** How many items one request asks for: so many that an answer stays well below the bound on answers. */
export const BATCH: Readonly<Record<Include, number>> = { none: 50, summary: 50, body: 20, mime: 5 };

/** What to ask for, in a request of that version. */
export function shapeOf({ include, bodyType }: ContentSettings, version: RequestVersion): ItemShape {
  const preview: PropertyPath = isAtLeast(version, 'Exchange2013') ? 'item:Preview' : PREVIEW;
  const more: readonly PropertyPath[] = include === 'body' ? ['item:Body'] : [preview];
  const properties = [...SUMMARY.filter((path) => isKnownIn(path, version)), ...more];
  return {
    base: 'IdOnly',
    ...(include === 'mime' ? { includeMimeContent: true } : {}),
    ...(include === 'body' ? { bodyType: bodyType === 'html' ? 'HTML' : 'Text' } : {}),
    properties,
  };
}

/**
 * What to ask for where the server refuses that: some take it amiss to be asked for what a class of item has not, or
 * for the MIME content of what is no mail.
 */
export function plainShapeOf({ bodyType }: ContentSettings): ItemShape {
  return { base: 'Default', bodyType: bodyType === 'html' ? 'HTML' : 'Text' };
}

/** The codes with which a server refuses the shape, not the item. */
export const SHAPE_REFUSED: readonly string[] = [
  'ErrorInvalidPropertyRequest',
  'ErrorInvalidPropertyForOperation',
  'ErrorInvalidExtendedProperty',
  'ErrorUnsupportedPathForQuery',
  'ErrorUnsupportedMimeConversion',
  'ErrorMimeContentConversionFailed',
  'ErrorContentConversionFailed',
  'ErrorSchemaValidation',
  'ErrorInvalidRequest',
];
