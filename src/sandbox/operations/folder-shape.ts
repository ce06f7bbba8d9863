import type { XmlElement } from '../../protocol/xml-element.js';
import { element, textElement } from '../../protocol/xml-writer.js';
import type { Folder } from '../mailbox/folder.js';
import type { Mailbox } from '../mailbox/mailbox.js';
import { enumeration, one, optional, type Content } from '../soap/request-schema.js';
import { timeStamp } from '../time-stamp.js';
import { additionalPropertiesContent, fieldUris, writeExtendedProperties } from './property-paths.js';

/** DefaultShapeNamesType */
export const baseShape = one('BaseShape', enumeration(['IdOnly', 'Default', 'AllProperties']));

/** `FolderResponseShapeType` */
export const folderShapeContent: Content = {
  children: [baseShape, optional('AdditionalProperties', additionalPropertiesContent)],
};

/** What a request wants to know of folders. */
export interface FolderShape {
  readonly base: string;
  readonly fields: ReadonlySet<string>;
  readonly additional: XmlElement | undefined;
}

export function readFolderShape(request: XmlElement): FolderShape {
  const shape = request.child('FolderShape');
  const additional = shape?.child('AdditionalProperties');
  return { base: shape?.childText('BaseShape') ?? 'IdOnly', fields: fieldUris(additional), additional };
}

/** MAPI's PR_LOCAL_COMMIT_TIME_MAX: when the folder or something in it last changed. */
const LOCAL_COMMIT_TIME_MAX = 0x670a;
/** MAPI's PR_DELETED_COUNT_TOTAL: how many items were ever deleted from the folder. */
const DELETED_COUNT_TOTAL = 0x670b;
const DISPLAY_NAME = 0x3001;
const CONTENT_COUNT = 0x3602;
const CONTENT_UNREAD = 0x3603;
const CONTAINER_CLASS = 0x3613;

/** A folder element (schema: ArrayOfFoldersType). */
export function writeFolder(mailbox: Mailbox, folder: Folder, shape: FolderShape): string {
  const all = shape.base === 'AllProperties';
  const some = all || shape.base === 'Default';
  const wants = (field: string, byShape: boolean) => byShape || shape.fields.has(`folder:${field}`);
  const text = (field: string, byShape: boolean, value: () => string | number | undefined) => {
    const known = wants(field, byShape) ? value() : undefined;
    return known === undefined ? '' : textElement(`t:${field}`, known);
  };
  const hasUnreadCount = folder.kind !== 'CalendarFolder' && folder.kind !== 'ContactsFolder';
  return element(
    `t:${folder.kind}`,
    {},
    element('t:FolderId', { Id: folder.id, ChangeKey: folder.changeKey }),
    wants('ParentFolderId', all)
      ? element('t:ParentFolderId', { Id: folder.parent.id, ChangeKey: folder.parent.changeKey })
      : '',
    text('FolderClass', all, () => folder.folderClass || undefined),
    text('DisplayName', some, () => folder.displayName),
    text('TotalCount', some, () => folder.totalCount),
    text('ChildFolderCount', some, () => mailbox.store.childrenOf(folder).length),
    writeExtendedProperties(shape.additional, (tag) => extendedProperty(folder, tag)),
    wants('EffectiveRights', all) ? EFFECTIVE_RIGHTS : '',
    text('DistinguishedFolderId', false, () => folder.distinguished),
    hasUnreadCount ? text('UnreadCount', some, () => folder.unreadCount) : '',
  );
}

/** Who may open a mailbox may do everything in it. */
const EFFECTIVE_RIGHTS = element(
  't:EffectiveRights',
  {},
  ...['CreateAssociated', 'CreateContents', 'CreateHierarchy', 'Delete', 'Modify', 'Read'].map((right) =>
    textElement(`t:${right}`, 'true'),
  ),
);

function extendedProperty(folder: Folder, tag: number): string | undefined {
  switch (tag) {
    case LOCAL_COMMIT_TIME_MAX:
      return timeStamp(folder.lastChange);
    case DELETED_COUNT_TOTAL:
      return String(folder.deletedCount);
    case DISPLAY_NAME:
      return folder.displayName;
    case CONTENT_COUNT:
      return String(folder.totalCount);
    case CONTENT_UNREAD:
      return String(folder.unreadCount);
    case CONTAINER_CLASS:
      return folder.folderClass || undefined;
    default:
      return undefined;
  }
}
