import { isAtLeast, type RequestVersion } from './server-version.js';
import { element } from './xml-writer.js';

/** The properties that this package asks for or sorts by (schema: UnindexedFieldURIType, which has all). */
export const FIELD_URIS = [
  'folder:FolderId',
  'folder:ParentFolderId',
  'folder:DisplayName',
  'folder:FolderClass',
  'folder:TotalCount',
  'folder:ChildFolderCount',
  'folder:UnreadCount',
  'item:ItemId',
  'item:ParentFolderId',
  'item:ItemClass',
  'item:Subject',
  'item:Body',
  'item:MimeContent',
  'item:Preview',
  'item:Size',
  'item:Importance',
  'item:Sensitivity',
  'item:Categories',
  'item:HasAttachments',
  'item:IsDraft',
  'item:IsFromMe',
  'item:InReplyTo',
  'item:ConversationId',
  'item:Attachments',
  'item:DateTimeReceived',
  'item:DateTimeSent',
  'item:DateTimeCreated',
  'item:LastModifiedTime',
  'message:From',
  'message:Sender',
  'message:ToRecipients',
  'message:CcRecipients',
  'message:BccRecipients',
  'message:IsRead',
  'message:InternetMessageId',
  'calendar:Start',
  'calendar:End',
  'calendar:Location',
  'calendar:Organizer',
  'calendar:IsAllDayEvent',
  'calendar:IsCancelled',
  'calendar:UID',
  'calendar:LegacyFreeBusyStatus',
  'calendar:IsMeeting',
  'calendar:IsRecurring',
  'calendar:CalendarItemType',
  'calendar:MyResponseType',
  'calendar:RequiredAttendees',
  'calendar:OptionalAttendees',
  'calendar:Resources',
  'contacts:DisplayName',
  'contacts:GivenName',
  'contacts:Surname',
  'contacts:FileAs',
  'contacts:CompanyName',
  'contacts:Department',
  'contacts:JobTitle',
  'contacts:EmailAddresses',
  'contacts:PhoneNumbers',
  'task:StartDate',
  'task:DueDate',
  'task:CompleteDate',
  'task:IsComplete',
  'task:Status',
  'task:PercentComplete',
  'task:Owner',
] as const;

export type FieldUri = (typeof FIELD_URIS)[number];

/** The properties that not every version knows, with the first that does (docs: "Property sets and response shapes"). */
const SINCE: Partial<Record<FieldUri, RequestVersion>> = {
  'item:ConversationId': 'Exchange2010',
  'item:LastModifiedTime': 'Exchange2010',
  'item:Preview': 'Exchange2013',
};

/** Whether a request of `version` may ask for a property. */
export function isKnownIn(path: PropertyPath, version: RequestVersion): boolean {
  const since = typeof path === 'string' ? SINCE[path] : undefined;
  return since === undefined || isAtLeast(version, since);
}

/** A MAPI property by its tag (schema: PathToExtendedFieldType). */
export interface ExtendedPropertyPath {
  /** The tag without its type, 0 to 0xFFFF. */
  readonly propertyTag: number;
  readonly propertyType: 'Binary' | 'Boolean' | 'Integer' | 'Long' | 'Short' | 'String' | 'SystemTime';
}

export type PropertyPath = FieldUri | ExtendedPropertyPath;

/** When something in a folder last changed, deletions included: 0x670A0040, PR_LOCAL_COMMIT_TIME_MAX. */
export const LOCAL_COMMIT_TIME_MAX: ExtendedPropertyPath = { propertyTag: 0x670a, propertyType: 'SystemTime' };

/** How many items a folder ever lost: 0x670B0003, PR_DELETED_COUNT_TOTAL. */
export const DELETED_COUNT_TOTAL: ExtendedPropertyPath = { propertyTag: 0x670b, propertyType: 'Integer' };

/** The beginning of the body as text: 0x3FD9001F, PR_PREVIEW. To be asked for in any version, unlike `item:Preview`. */
export const PREVIEW: ExtendedPropertyPath = { propertyTag: 0x3fd9, propertyType: 'String' };

/** `t:FieldURI` or `t:ExtendedFieldURI`. */
export function writePropertyPath(path: PropertyPath): string {
  if (typeof path === 'string') return element('t:FieldURI', { FieldURI: path });
  const tag = path.propertyTag.toString(16).toUpperCase().padStart(4, '0');
  return element('t:ExtendedFieldURI', { PropertyTag: `0x${tag}`, PropertyType: path.propertyType });
}

/** `t:AdditionalProperties`, or nothing when there are none, as the schema forbids an empty one. */
export function writeAdditionalProperties(paths: readonly PropertyPath[] = []): string {
  return paths.length === 0 ? '' : element('t:AdditionalProperties', {}, ...paths.map(writePropertyPath));
}
