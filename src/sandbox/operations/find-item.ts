import type { XmlElement } from '../../protocol/xml-element.js';
import { element } from '../../protocol/xml-writer.js';
import type { Item } from '../mailbox/item.js';
import { anyText, anything, manyOf, one, oneOfValues, optional } from '../soap/request-schema.js';
import { ResponseError } from '../soap/response-error.js';
import { failure, success, type ResponseMessage } from '../soap/response.js';
import { folderIdsContent, openFolder } from './folder-ids.js';
import { itemShapeContent, readItemShape } from './item-shape.js';
import { writeItem } from './item-writer.js';
import type { RequestContext, SandboxOperation } from './operation.js';
import { indexedPageView, pageOf } from './paging.js';
import { propertyPaths } from './property-paths.js';
import { itemValue } from './property-value.js';
import { compareValues, isMatch } from './restriction.js';
import { restrictionContent } from './restriction-schema.js';

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/finditem-operation */
export const findItemOperation: SandboxOperation = {
  name: 'FindItem',
  schema: () => ({
    attributes: { Traversal: { required: true, rule: oneOfValues(['Shallow', 'SoftDeleted', 'Associated']) } },
    children: [
      one('ItemShape', itemShapeContent),
      {
        oneOf: {
          IndexedPageItemView: indexedPageView,
          FractionalPageItemView: anything,
          SeekToConditionPageItemView: anything,
          CalendarView: anything,
          ContactsView: anything,
        },
        min: 0,
      },
      { oneOf: { GroupBy: anything, DistinguishedGroupBy: anything }, min: 0 },
      optional('Restriction', restrictionContent),
      optional('SortOrder', {
        children: [
          manyOf({
            FieldOrder: {
              attributes: { Order: { required: true, rule: oneOfValues(['Ascending', 'Descending']) } },
              children: [manyOf(propertyPaths)],
            },
          }),
        ],
      }),
      one('ParentFolderIds', folderIdsContent),
      optional('QueryString', anyText),
    ],
  }),
  handle(request, context) {
    const parents = request.child('ParentFolderIds')?.children ?? [];
    return parents.map((parent) => answer(request, parent, context));
  },
};

function answer(request: XmlElement, parent: XmlElement, context: RequestContext): ResponseMessage {
  const { limits } = context.exchange;
  try {
    const { folder } = openFolder(parent, context);
    const restriction = request.child('Restriction');
    const items = request.attributes.Traversal === 'Shallow' ? [...folder.items] : [];
    const found = items.filter((item) => isMatch(item, restriction, itemValue) && isInView(item, request));
    sort(found, request.child('SortOrder'));
    const most = restriction ? limits.restrictedResults : limits.findResults;
    const page = pageOf(found, request.child('IndexedPageItemView'), most);
    const shape = readItemShape(request);
    const written = page.things.map((item) => writeItem(item, shape));
    return success(element('m:RootFolder', page.attributes, element('t:Items', {}, ...written)));
  } catch (error) {
    if (error instanceof ResponseError) return failure(error);
    throw error;
  }
}

/** A CalendarView asks for the appointments in a range of time. */
function isInView({ appointment }: Item, request: XmlElement): boolean {
  const view = request.child('CalendarView')?.attributes;
  if (!view) return true;
  if (!appointment) return false;
  return appointment.end > Date.parse(view.StartDate ?? '') && appointment.start < Date.parse(view.EndDate ?? '');
}

/** The newest first, unless another order is asked for. */
function sort(items: Item[], sortOrder: XmlElement | undefined): void {
  if (!sortOrder) {
    items.sort((one, other) => other.received - one.received);
    return;
  }
  items.sort((one, other) => {
    for (const { attributes, children } of sortOrder.children) {
      const [path] = children;
      const order = path ? compareValues(itemValue(one, path), itemValue(other, path)) : 0;
      if (order !== 0) return attributes.Order === 'Descending' ? -order : order;
    }
    return 0;
  });
}
