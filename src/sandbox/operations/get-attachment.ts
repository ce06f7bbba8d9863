import { element } from '../../protocol/xml-writer.js';
import { anything, manyOf, one, optional } from '../soap/request-schema.js';
import { ResponseError } from '../soap/response-error.js';
import { failure, success, type ResponseMessage } from '../soap/response.js';
import { readAttachmentId, writeAttachment } from './attachments.js';
import { openFolderNumber, openMailbox } from './folder-ids.js';
import type { RequestContext, SandboxOperation } from './operation.js';

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/getattachment-operation */
export const getAttachmentOperation: SandboxOperation = {
  name: 'GetAttachment',
  schema: () => ({
    children: [
      optional('AttachmentShape', anything),
      one('AttachmentIds', { children: [manyOf({ AttachmentId: { attributes: { Id: { required: true } } } })] }),
    ],
  }),
  handle(request, context) {
    const references = request.child('AttachmentIds')?.children ?? [];
    return references.map(({ attributes }) => answer(attributes.Id ?? '', context));
  },
};

function answer(id: string, context: RequestContext): ResponseMessage {
  try {
    const key = readAttachmentId(id);
    if (!key) throw new ResponseError('ErrorInvalidAttachmentId');
    const mailbox = context.exchange.mailboxOfId(key.itemId);
    if (!mailbox) throw new ResponseError('ErrorItemNotFound');
    openMailbox(mailbox, context);
    const item = mailbox.store.findItem(key.itemId);
    const attachment = item?.attachments[key.at];
    if (!item || !attachment) throw new ResponseError('ErrorItemNotFound');
    openFolderNumber(mailbox, item.folder.number, context);
    return success(element('m:Attachments', {}, writeAttachment(item, attachment, key.at, true)));
  } catch (error) {
    // The schema demands the element, also when there is nothing in it.
    if (error instanceof ResponseError) return failure(error, '<m:Attachments/>');
    throw error;
  }
}
