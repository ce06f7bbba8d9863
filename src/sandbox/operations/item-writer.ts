import { element, textElement } from '../../protocol/xml-writer.js';
import type { Item } from '../mailbox/item.js';
import type { Person } from '../mailbox/person.js';
import { timeStamp } from '../time-stamp.js';
import { itemBody, mimeContent, textBody } from './item-body.js';
import type { ItemShape } from './item-shape.js';
import { writeExtendedProperties } from './property-paths.js';
import { mapiValue } from './property-value.js';

/** In which of the base shapes a property is: those that a server gives by default, all of them, or none. */
type Base = 'default' | 'all' | 'asked';

type Write = (item: Item, name: string, shape: ItemShape) => string;

interface Property {
  readonly uri: string;
  readonly base: Base;
  readonly write: Write;
}

/** A property that is left out where it has no value. */
function property(uri: string, base: Base, value: (item: Item) => string | number | boolean | undefined): Property {
  return {
    uri,
    base,
    write(item, name) {
      const known = value(item);
      return known === undefined ? '' : textElement(name, String(known));
    },
  };
}

function people(uri: string, base: Base, list: (item: Item) => readonly Person[]): Property {
  return {
    uri,
    base,
    write(item, name) {
      const written = list(item).map(writePerson);
      return written.length === 0 ? '' : element(name, {}, ...written);
    },
  };
}

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
  { uri: 'item:TextBody', base: 'asked', write: (item, name, shape) => (shape.isSearch ? '' : textBody(item, name)) },
];

/** What messages have besides (MessageType). */
const OF_MESSAGES: readonly Property[] = [
  people('message:Sender', 'all', ({ from }) => (from ? [from] : [])),
  people('message:ToRecipients', 'default', ({ to }) => to),
  people('message:CcRecipients', 'default', ({ cc }) => cc),
  property('message:ConversationTopic', 'all', ({ subject }) => subject),
  people('message:From', 'default', ({ from }) => (from ? [from] : [])),
  property('message:InternetMessageId', 'all', messageId),
  property('message:IsRead', 'default', ({ isRead }) => isRead),
];

/** What appointments have besides (CalendarItemType). */
const OF_APPOINTMENTS: readonly Property[] = [
  property('calendar:UID', 'all', ({ created, folder }) => `${created.toString(16)}-${folder.number}`),
  property('calendar:Start', 'default', ({ appointment }) => appointment && timeStamp(appointment.start)),
  property('calendar:End', 'default', ({ appointment }) => appointment && timeStamp(appointment.end)),
  property('calendar:IsAllDayEvent', 'all', ({ appointment }) => appointment?.isAllDay ?? false),
  property('calendar:LegacyFreeBusyStatus', 'default', () => 'Busy'),
  property('calendar:Location', 'default', ({ appointment }) => appointment?.location),
  property('calendar:IsMeeting', 'all', () => false),
  property('calendar:IsCancelled', 'all', () => false),
  property('calendar:IsRecurring', 'all', () => false),
];

/** An item element (schema: ArrayOfRealItemsType). */
export function writeItem(item: Item, shape: ItemShape): string {
  const write = (properties: readonly Property[]) =>
    properties.filter((one) => isWanted(one, shape)).map((one) => one.write(item, elementName(one.uri), shape));
  return element(
    item.isCalendarItem ? 't:CalendarItem' : 't:Message',
    {},
    shape.mime && !shape.isSearch ? mimeContent(item) : '',
    element('t:ItemId', { Id: item.id, ChangeKey: item.changeKey }),
    ...write(BEFORE_EXTENDED),
    writeExtendedProperties(shape.additional, (tag) => extendedProperty(item, tag)),
    ...write(AFTER_EXTENDED),
    ...write(item.isCalendarItem ? OF_APPOINTMENTS : OF_MESSAGES),
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

function writePerson({ name, address }: Person): string {
  return element(
    't:Mailbox',
    {},
    textElement('t:Name', name),
    textElement('t:EmailAddress', address),
    textElement('t:RoutingType', 'SMTP'),
  );
}

/** Values of MAPI properties as text; numbers in the sandbox are all times. */
function extendedProperty(item: Item, tag: number): string | undefined {
  const value = mapiValue(item, tag);
  if (value === undefined) return undefined;
  return typeof value === 'number' ? timeStamp(value) : String(value);
}

function messageId({ created, number }: Item): string {
  return `<${created.toString(36)}.${number}@mbx01.sandbox.example>`;
}
