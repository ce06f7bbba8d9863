import { readAttachment, type Attachment } from './attachment.js';
import { EwsError } from './ews-error.js';
import { readItem, type Item } from './item.js';
import { malformedAnswer, requiredChild } from './malformed.js';
import { nonEmpty } from './non-empty.js';
import type { Operation } from './operation.js';
import { errorOf, responseMessages } from './response-message.js';
import type { XmlElement } from './xml-element.js';
import { element, textElement } from './xml-writer.js';

export interface GetAttachmentRequest {
  /** The ids of attachments, as their items name them. */
  readonly attachments: readonly string[];
  /** Of an attached item, in which form its body is wanted. */
  readonly bodyType?: 'Text' | 'HTML' | 'Best';
}

/** An attachment with what is in it: bytes, or an item. One that only refers to a file elsewhere has neither. */
export interface AttachmentContent extends Attachment {
  readonly content?: Buffer;
  readonly item?: Item;
}

/** For each attachment that was asked for, in that order: the attachment, or why it cannot be had. */
export type AttachmentResult = { readonly attachment: AttachmentContent } | { readonly error: EwsError };

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/getattachment-operation */
export const getAttachment: Operation<GetAttachmentRequest, readonly AttachmentResult[]> = {
  name: 'GetAttachment',
  write: writeGetAttachment,
  read: readGetAttachment,
};

export function writeGetAttachment({ attachments, bodyType }: GetAttachmentRequest): string {
  if (attachments.length === 0) throw new EwsError('EWS_INVALID_REQUEST', 'No attachment is named.');
  const ids = attachments.map((id) => element('t:AttachmentId', { Id: nonEmpty('The id of an attachment', id) }));
  const shape = bodyType === undefined ? '' : element('m:AttachmentShape', {}, textElement('t:BodyType', bodyType));
  return element('m:GetAttachment', {}, shape, element('m:AttachmentIds', {}, ...ids));
}

export function readGetAttachment(response: XmlElement): readonly AttachmentResult[] {
  return responseMessages(response, 'GetAttachment').map((message) => {
    const error = errorOf(message, 'GetAttachment');
    return error ? { error } : { attachment: readContent(onlyAttachment(message)) };
  });
}

function onlyAttachment(message: XmlElement): XmlElement {
  const [attachment] = requiredChild(message, 'Attachments').children;
  if (!attachment) throw malformedAnswer('<Attachments> is empty');
  return attachment;
}

function readContent(attachment: XmlElement): AttachmentContent {
  const content = attachment.childText('Content');
  const item = attachment.children.find((child) => child.child('ItemId') !== undefined);
  return {
    ...readAttachment(attachment),
    ...(content === undefined ? {} : { content: Buffer.from(content, 'base64') }),
    ...(item === undefined ? {} : { item: readItem(item) }),
  };
}
