import type { XmlElement } from '../../protocol/xml-element.js';
import { element } from '../../protocol/xml-writer.js';
import { readEwsId } from '../ids.js';
import { manyOf, one } from '../soap/request-schema.js';
import { isAtLeast, type ServerVersion } from '../soap/request.js';
import { ResponseError } from '../soap/response-error.js';
import { failure, success, type ResponseMessage } from '../soap/response.js';
import { openFolderNumber, openMailbox } from './folder-ids.js';
import { itemShapeContent, readItemShape } from './item-shape.js';
import { writeItem } from './item-writer.js';
import type { RequestContext, SandboxOperation } from './operation.js';

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/getitem-operation */
export const getItemOperation: SandboxOperation = {
  name: 'GetItem',
  schema: () => ({
    children: [
      one('ItemShape', itemShapeContent),
      one('ItemIds', {
        children: [manyOf({ ItemId: { attributes: { Id: { required: true }, ChangeKey: {} } } })],
      }),
    ],
  }),
  handle(request, context) {
    const references = request.child('ItemIds')?.children ?? [];
    refuseUnknownProperties(readItemShape(request).fields, context.version);
    return references.map((reference) => answer(request, reference, context));
  },
};

function answer(request: XmlElement, reference: XmlElement, context: RequestContext): ResponseMessage {
  const id = reference.attributes.Id ?? '';
  try {
    const key = readEwsId(id);
    if (!key || !('item' in key)) throw new ResponseError('ErrorInvalidIdMalformed');
    const mailbox = context.exchange.mailboxOfId(id);
    if (!mailbox) throw new ResponseError('ErrorItemNotFound');
    openMailbox(mailbox, context);
    const item = mailbox.store.findItem(id);
    if (!item) throw new ResponseError('ErrorItemNotFound');
    openFolderNumber(mailbox, item.folder.number, context);
    return success(element('m:Items', {}, writeItem(item, readItemShape(request))));
  } catch (error) {
    // The schema demands the element, also when there is nothing in it.
    if (error instanceof ResponseError) return failure(error, '<m:Items/>');
    throw error;
  }
}

/** Properties that came with a version. */
const SINCE: Readonly<Record<string, ServerVersion>> = {
  'item:ConversationId': 'Exchange2010',
  'item:LastModifiedTime': 'Exchange2010',
  'item:Preview': 'Exchange2013',
};

function refuseUnknownProperties(fields: ReadonlySet<string>, version: ServerVersion): void {
  const unknown = [...fields].find((field) => !isAtLeast(version, SINCE[field] ?? version));
  if (unknown !== undefined) throw new ResponseError('ErrorInvalidPropertyRequest');
}
