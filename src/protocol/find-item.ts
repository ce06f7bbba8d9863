import { dateTime } from './date-time.js';
import { writeFolderIds, type FolderReference } from './folder-ids.js';
import { readItem, type Item } from './item.js';
import { writeItemShape, type ItemShape } from './item-shape.js';
import { requiredChild } from './malformed.js';
import type { Operation } from './operation.js';
import { readPagePlace, writePage, type Page, type PagePlace } from './paging.js';
import { writePropertyPath, type PropertyPath } from './property-path.js';
import { singleMessage } from './response-message.js';
import type { XmlElement } from './xml-element.js';
import { element } from './xml-writer.js';

export interface SortBy {
  readonly property: PropertyPath;
  readonly order: 'Ascending' | 'Descending';
}

export interface FindItemRequest {
  readonly parent: FolderReference;
  /** The SMTP address of the mailbox in which a distinguished name is looked up; the caller's own if left out. */
  readonly mailbox?: string;
  /** Shallow: the items in it; SoftDeleted: those in its dumpster; Associated: what clients hide in it. */
  readonly traversal: 'Shallow' | 'SoftDeleted' | 'Associated';
  /** Without a body or MIME content, which Exchange does not return here. */
  readonly shape: ItemShape;
  /** Only what was changed later than this, in ISO 8601 and by the server's clock (`item:LastModifiedTime`). */
  readonly modifiedAfter?: string;
  /** The first counts most. */
  readonly sort?: readonly SortBy[];
  /** All at once if left out, as far as the server goes. */
  readonly page?: Page;
}

export interface FindItemResponse extends PagePlace {
  readonly items: readonly Item[];
}

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/finditem-operation */
export const findItem: Operation<FindItemRequest, FindItemResponse> = {
  name: 'FindItem',
  write: writeFindItem,
  read: readFindItem,
};

export function writeFindItem(request: FindItemRequest): string {
  return element(
    'm:FindItem',
    { Traversal: request.traversal },
    writeItemShape(request.shape),
    writePage('m:IndexedPageItemView', request.page),
    request.modifiedAfter === undefined ? '' : writeModifiedAfter(request.modifiedAfter),
    writeSortOrder(request.sort ?? []),
    element('m:ParentFolderIds', {}, writeFolderIds([request.parent], request.mailbox)),
  );
}

function writeModifiedAfter(time: string): string {
  return element(
    'm:Restriction',
    {},
    element(
      't:IsGreaterThan',
      {},
      writePropertyPath('item:LastModifiedTime'),
      element(
        't:FieldURIOrConstant',
        {},
        element('t:Constant', { Value: dateTime('The time of the last change', time) }),
      ),
    ),
  );
}

function writeSortOrder(sort: readonly SortBy[]): string {
  if (sort.length === 0) return '';
  const orders = sort.map(({ property, order }) =>
    element('t:FieldOrder', { Order: order }, writePropertyPath(property)),
  );
  return element('m:SortOrder', {}, ...orders);
}

export function readFindItem(response: XmlElement): FindItemResponse {
  const rootFolder = requiredChild(singleMessage(response, 'FindItem'), 'RootFolder');
  const items = rootFolder.child('Items')?.children ?? [];
  return { items: items.map(readItem), ...readPagePlace(rootFolder) };
}
