import type { XmlElement } from '../../protocol/xml-element.js';
import { element } from '../../protocol/xml-writer.js';
import { one } from '../soap/request-schema.js';
import { ResponseError } from '../soap/response-error.js';
import { failure, success, type ResponseMessage } from '../soap/response.js';
import { folderIdsContent, openFolder } from './folder-ids.js';
import { folderShapeContent, readFolderShape, writeFolder } from './folder-shape.js';
import type { RequestContext, SandboxOperation } from './operation.js';

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/getfolder-operation */
export const getFolderOperation: SandboxOperation = {
  name: 'GetFolder',
  schema: () => ({ children: [one('FolderShape', folderShapeContent), one('FolderIds', folderIdsContent)] }),
  handle(request, context) {
    const references = request.child('FolderIds')?.children ?? [];
    return references.map((reference) => answer(request, reference, context));
  },
};

function answer(request: XmlElement, reference: XmlElement, context: RequestContext): ResponseMessage {
  try {
    const { mailbox, folder } = openFolder(reference, context);
    return success(element('m:Folders', {}, writeFolder(mailbox, folder, readFolderShape(request))));
  } catch (error) {
    if (error instanceof ResponseError) return failure(error, '<m:Folders/>');
    throw error;
  }
}
