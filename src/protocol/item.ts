import { readAttachments, type Attachment } from './attachment.js';
import { readAppointmentFields, type AppointmentFields } from './appointment.js';
import { readContactFields, type ContactFields } from './contact.js';
import { readAddress, readOneAddress, type EmailAddress } from './email-address.js';
import { readExtendedProperties, type ExtendedProperty } from './extended-property.js';
import type { EwsId } from './mailbox-event.js';
import { requiredChild } from './malformed.js';
import { omitUndefined } from './omit-undefined.js';
import { readId, readOptionalId } from './read-id.js';
import { readBoolean, readCount } from './simple-values.js';
import { readTaskFields, type TaskFields } from './task.js';
import type { XmlElement } from './xml-element.js';

export type { EmailAddress } from './email-address.js';

export interface ItemBody {
  readonly bodyType: 'Text' | 'HTML';
  readonly text: string;
  /** Whether the server left some of it out. */
  readonly isTruncated?: boolean;
}

/** What a server tells of an item; what it leaves out is left out. Times are in ISO 8601, as the server wrote them. */
export interface Item extends AppointmentFields, ContactFields, TaskFields {
  /** The element it came as: Message, CalendarItem, MeetingRequest, Contact, Task, Item and others. */
  readonly kind: string;
  readonly itemId: EwsId;
  readonly parentFolderId?: EwsId;
  readonly itemClass?: string;
  readonly subject?: string;
  readonly body?: ItemBody;
  /** The whole message, in base64 as it came. */
  readonly mimeContent?: string;
  readonly preview?: string;
  /** In bytes. */
  readonly size?: number;
  readonly importance?: string;
  readonly sensitivity?: string;
  readonly categories?: readonly string[];
  readonly hasAttachments?: boolean;
  readonly isDraft?: boolean;
  /** Whether the owner of the mailbox sent it. */
  readonly isFromMe?: boolean;
  readonly isRead?: boolean;
  readonly dateTimeReceived?: string;
  readonly dateTimeSent?: string;
  readonly dateTimeCreated?: string;
  readonly lastModifiedTime?: string;
  readonly from?: EmailAddress;
  readonly sender?: EmailAddress;
  readonly toRecipients?: readonly EmailAddress[];
  readonly ccRecipients?: readonly EmailAddress[];
  readonly bccRecipients?: readonly EmailAddress[];
  readonly internetMessageId?: string;
  readonly inReplyTo?: string;
  readonly conversationId?: EwsId;
  readonly attachments?: readonly Attachment[];
  readonly extendedProperties?: readonly ExtendedProperty[];
}

/** Reads any of the item elements (schema: ArrayOfRealItemsType). */
export function readItem(element: XmlElement): Item {
  const text = (name: string) => element.childText(name);
  const time = (name: string) => element.childText(name)?.trim();
  const flag = (name: string) => readBoolean(element.childText(name));
  return omitUndefined<Item>({
    kind: element.name,
    itemId: readId(requiredChild(element, 'ItemId')),
    parentFolderId: readOptionalId(element, 'ParentFolderId'),
    itemClass: text('ItemClass'),
    subject: text('Subject'),
    body: readBody(element.child('Body')),
    mimeContent: text('MimeContent'),
    preview: text('Preview'),
    size: readCount(text('Size')),
    importance: text('Importance'),
    sensitivity: text('Sensitivity'),
    categories: element.child('Categories')?.children.map((category) => category.text),
    hasAttachments: flag('HasAttachments'),
    isDraft: flag('IsDraft'),
    isFromMe: flag('IsFromMe'),
    isRead: flag('IsRead'),
    dateTimeReceived: time('DateTimeReceived'),
    dateTimeSent: time('DateTimeSent'),
    dateTimeCreated: time('DateTimeCreated'),
    lastModifiedTime: time('LastModifiedTime'),
    from: readOneAddress(element.child('From')),
    sender: readOneAddress(element.child('Sender')),
    toRecipients: element.child('ToRecipients')?.children.map(readAddress),
    ccRecipients: element.child('CcRecipients')?.children.map(readAddress),
    bccRecipients: element.child('BccRecipients')?.children.map(readAddress),
    internetMessageId: text('InternetMessageId'),
    inReplyTo: text('InReplyTo'),
    conversationId: readOptionalId(element, 'ConversationId'),
    attachments: readAttachments(element.child('Attachments')),
    ...readAppointmentFields(element),
    ...readContactFields(element),
    ...readTaskFields(element),
    extendedProperties: readExtendedProperties(element),
  });
}

function readBody(body: XmlElement | undefined): ItemBody | undefined {
  if (!body) return undefined;
  return omitUndefined<ItemBody>({
    bodyType: body.attributes.BodyType === 'HTML' ? 'HTML' : 'Text',
    text: body.text,
    isTruncated: readBoolean(body.attributes.IsTruncated),
  });
}
