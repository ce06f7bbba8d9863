import type { XmlElement } from '../../protocol/xml-element.js';
import { element } from '../../protocol/xml-writer.js';
import type { Folder } from '../mailbox/folder.js';
import type { Mailbox } from '../mailbox/mailbox.js';
import { anything, one, oneOfValues, optional } from '../soap/request-schema.js';
import { ResponseError } from '../soap/response-error.js';
import { failure, success, type ResponseMessage } from '../soap/response.js';
import { folderIdsContent, openFolder } from './folder-ids.js';
import { folderShapeContent, readFolderShape, writeFolder } from './folder-shape.js';
import type { RequestContext, SandboxOperation } from './operation.js';
import { indexedPageView, pageOf } from './paging.js';
import { folderValue } from './property-value.js';
import { isMatch } from './restriction.js';
import { restrictionContent } from './restriction-schema.js';

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/findfolder-operation */
export const findFolderOperation: SandboxOperation = {
  name: 'FindFolder',
  schema: () => ({
    attributes: { Traversal: { required: true, rule: oneOfValues(['Shallow', 'Deep', 'SoftDeleted']) } },
    children: [
      one('FolderShape', folderShapeContent),
      {
        oneOf: { IndexedPageFolderView: indexedPageView, FractionalPageFolderView: anything },
        min: 0,
      },
      optional('Restriction', restrictionContent),
      one('ParentFolderIds', folderIdsContent),
    ],
  }),
  handle(request, context) {
    const parents = request.child('ParentFolderIds')?.children ?? [];
    return parents.map((parent) => answer(request, parent, context));
  },
};

function answer(request: XmlElement, parent: XmlElement, context: RequestContext): ResponseMessage {
  try {
    const { mailbox, folder } = openFolder(parent, context);
    const { exchange, actsAs } = context;
    const found = below(mailbox, folder, request.attributes.Traversal).filter(
      (one) =>
        exchange.mayOpenFolder(actsAs, mailbox, one.number) && isMatch(one, request.child('Restriction'), folderValue),
    );
    const shape = readFolderShape(request);
    const page = pageOf(found, request.child('IndexedPageFolderView'), context.exchange.limits.findResults);
    const folders = page.things.map((one) => writeFolder(mailbox, one, shape));
    return success(element('m:RootFolder', page.attributes, element('t:Folders', {}, ...folders)));
  } catch (error) {
    if (error instanceof ResponseError) return failure(error);
    throw error;
  }
}

function below(mailbox: Mailbox, folder: Folder, traversal = ''): readonly Folder[] {
  if (traversal === 'SoftDeleted') return [];
  const children = mailbox.store.childrenOf(folder);
  if (traversal === 'Shallow') return children;
  return children.flatMap((child) => [child, ...below(mailbox, child, traversal)]);
}
