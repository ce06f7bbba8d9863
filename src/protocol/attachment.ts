import { omitUndefined } from './omit-undefined.js';
import { readBoolean, readCount } from './simple-values.js';
import type { XmlElement } from './xml-element.js';

/** What a server tells of an attachment (schema: AttachmentType). */
export interface Attachment {
  /** FileAttachment, ItemAttachment or ReferenceAttachment. */
  readonly kind: string;
  readonly attachmentId?: string;
  readonly name?: string;
  readonly contentType?: string;
  /** What an HTML body refers to it as. */
  readonly contentId?: string;
  /** In bytes; with what is around the content. */
  readonly size?: number;
  readonly isInline?: boolean;
}

/** `Attachments` of an item; nothing where the server tells of none. */
export function readAttachments(holder: XmlElement | undefined): readonly Attachment[] | undefined {
  return holder?.children.map(readAttachment);
}

export function readAttachment(element: XmlElement): Attachment {
  return omitUndefined<Attachment>({
    kind: element.name,
    attachmentId: element.child('AttachmentId')?.attributes.Id,
    name: element.childText('Name'),
    contentType: element.childText('ContentType'),
    contentId: element.childText('ContentId'),
    size: readCount(element.childText('Size')),
    isInline: readBoolean(element.childText('IsInline')),
  });
}
