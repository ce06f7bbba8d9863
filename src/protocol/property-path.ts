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
] as const;

export type FieldUri = (typeof FIELD_URIS)[number];

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
