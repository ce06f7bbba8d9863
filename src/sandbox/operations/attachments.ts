import { element, textElement } from '../../protocol/xml-writer.js';
import type { Attachment, Item } from '../mailbox/item.js';
import { timeStamp } from '../time-stamp.js';

/** What an attachment's id has behind that of its item: a mark and the attachment's place. */
const TAIL = 3;
const MARK = 0xa7;

/** The id of an item's attachment. It becomes another when the item is moved. */
function attachmentId(item: Item, at: number): string {
  return Buffer.concat([Buffer.from(item.id, 'base64'), Buffer.from([MARK, 0, at])]).toString('base64');
}

/** The item and the place that an attachment's id names; `undefined` when it is none. */
export function readAttachmentId(id: string): { readonly itemId: string; readonly at: number } | undefined {
  const bytes = Buffer.from(id, 'base64');
  if (bytes.length <= TAIL || bytes.toString('base64') !== id || bytes.at(-TAIL) !== MARK) return undefined;
  return { itemId: bytes.subarray(0, -TAIL).toString('base64'), at: bytes.readUInt8(bytes.length - 1) };
}

/** `Attachments` as items tell of them: without what is in them. */
export function writeAttachments(item: Item, name: string): string {
  if (item.attachments.length === 0) return '';
  return element(name, {}, ...item.attachments.map((attachment, at) => writeAttachment(item, attachment, at, false)));
}

/** A FileAttachment. @param whole with what is in it */
export function writeAttachment(item: Item, attachment: Attachment, at: number, whole: boolean): string {
  const { name, contentType, isInline = false } = attachment;
  const content = Buffer.from(attachment.content);
  return element(
    't:FileAttachment',
    {},
    element('t:AttachmentId', { Id: attachmentId(item, at) }),
    textElement('t:Name', name),
    textElement('t:ContentType', contentType),
    textElement('t:Size', content.length),
    textElement('t:LastModifiedTime', timeStamp(item.created)),
    textElement('t:IsInline', String(isInline)),
    whole ? textElement('t:IsContactPhoto', 'false') : '',
    whole ? textElement('t:Content', content.toString('base64')) : '',
  );
}
