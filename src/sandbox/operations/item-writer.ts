import { createHash } from 'node:crypto';
import { element, textElement } from '../../protocol/xml-writer.js';
import type { Item } from '../mailbox/item.js';
import { timeStamp } from '../time-stamp.js';
import { writeAttachments } from './attachments.js';
import { itemBody, mimeContent, preview, textBody } from './item-body.js';
import { PROPERTIES_OF } from './item-classes.js';
import { property, type Property } from './item-property.js';
import type { ItemShape } from './item-shape.js';
import { writeExtendedProperties } from './property-paths.js';
import { mapiValue } from './property-value.js';

/** In the order of the schema: what every item has (ItemType), as far as its extended properties. */
const BEFORE_EXTENDED: readonly Property[] = [
  {
    uri: 'item:ParentFolderId',
    base: 'all',
    write: ({ folder }, name) => element(name, { Id: folder.id, ChangeKey: folder.changeKey }),
  },
  property('item:ItemClass', 'all', ({ itemClass }) => itemClass),
  property('item:Subject', 'default', ({ subject }) => subject || undefined),
  property('item:Sensitivity', 'default', () => 'Normal'),
  { uri: 'item:Body', base: 'default', write: (item, _name, shape) => (shape.isSearch ? '' : itemBody(item, shape)) },
  { uri: 'item:Attachments', base: 'asked', write: writeAttachments },
  property('item:DateTimeReceived', 'all', ({ received }) => timeStamp(received)),
  property('item:Size', 'default', ({ size }) => size),
  {
    uri: 'item:Categories',
    base: 'all',
    write: ({ categories }, name) =>
      categories.length === 0 ? '' : element(name, {}, ...categories.map((text) => textElement('t:String', text))),
  },
  property('item:Importance', 'all', ({ importance }) => importance),
  property('item:IsSubmitted', 'all', () => false),
  property('item:IsDraft', 'all', ({ isDraft }) => isDraft),
  property('item:IsFromMe', 'all', () => false),
  property('item:IsResend', 'all', () => false),
  property('item:IsUnmodified', 'all', ({ created, lastModified }) => created === lastModified),
  property('item:DateTimeSent', 'default', ({ received }) => timeStamp(received)),
  property('item:DateTimeCreated', 'default', ({ created }) => timeStamp(created)),
  property('item:DisplayCc', 'all', ({ cc }) => cc.map(({ name }) => name).join('; ')),
  property('item:DisplayTo', 'all', ({ to }) => to.map(({ name }) => name).join('; ')),
  property('item:HasAttachments', 'default', ({ hasAttachments }) => hasAttachments),
];

const AFTER_EXTENDED: readonly Property[] = [
  property('item:Culture', 'all', () => 'en-US'),
  property('item:LastModifiedName', 'all', ({ from }) => from?.name),
  property('item:LastModifiedTime', 'all', ({ lastModified }) => timeStamp(lastModified)),
  property('item:IsAssociated', 'all', () => false),
  {
    uri: 'item:ConversationId',
    base: 'asked',
    write: (item, name) => element(name, { Id: conversationId(item) }),
  },
  property('item:Preview', 'asked', preview),
  { uri: 'item:TextBody', base: 'asked', write: (item, name, shape) => (shape.isSearch ? '' : textBody(item, name)) },
];

/** An item element (schema: ArrayOfRealItemsType). */
export function writeItem(item: Item, shape: ItemShape): string {
  const write = (properties: readonly Property[]) =>
    properties.filter((one) => isWanted(one, shape)).map((one) => one.write(item, elementName(one.uri), shape));
  return element(
    `t:${item.kind}`,
    {},
    shape.mime && !shape.isSearch ? mimeContent(item) : '',
    element('t:ItemId', { Id: item.id, ChangeKey: item.changeKey }),
    ...write(BEFORE_EXTENDED),
    writeExtendedProperties(shape.additional, (tag) => extendedProperty(item, tag)),
    ...write(AFTER_EXTENDED),
    ...write(PROPERTIES_OF[item.kind]),
  );
}

function isWanted({ uri, base }: Property, shape: ItemShape): boolean {
  if (shape.fields.has(uri)) return true;
  if (shape.base === 'Default') return base === 'default';
  return shape.base === 'AllProperties' && base !== 'asked';
}

function elementName(uri: string): string {
  return `t:${uri.slice(uri.indexOf(':') + 1)}`;
}

/** Values of MAPI properties as text; numbers in the sandbox are all times. */
function extendedProperty(item: Item, tag: number): string | undefined {
  const value = mapiValue(item, tag);
  if (value === undefined) return undefined;
  return typeof value === 'number' ? timeStamp(value) : String(value);
}

/** The same for all that answer one another. */
function conversationId({ subject }: Item): string {
  const topic = subject.replace(/^(?:(?:Re|Fw|AW): ?)+/i, '');
  return `AAQk${createHash('sha256').update(topic).digest('base64')}`;
}
