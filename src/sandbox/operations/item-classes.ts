import { element, escapeXml, textElement } from '../../protocol/xml-writer.js';
import type { Item } from '../mailbox/item.js';
import { person } from '../mailbox/person.js';
import { timeStamp } from '../time-stamp.js';
import { people, property, writePerson, type Property } from './item-property.js';

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
  property('calendar:LegacyFreeBusyStatus', 'default', ({ appointment }) => appointment?.freeBusy ?? 'Busy'),
  property('calendar:Location', 'default', ({ appointment }) => appointment?.location),
  property('calendar:IsMeeting', 'all', isMeeting),
  property('calendar:IsCancelled', 'all', ({ appointment }) => appointment?.isCancelled ?? false),
  property('calendar:IsRecurring', 'all', ({ appointment }) => appointment?.isRecurring ?? false),
  property('calendar:CalendarItemType', 'all', ({ appointment }) =>
    appointment?.isRecurring ? 'RecurringMaster' : 'Single',
  ),
  property('calendar:MyResponseType', 'all', ({ appointment }) =>
    appointment?.organizer === undefined ? 'Organizer' : 'NoResponseReceived',
  ),
  { uri: 'calendar:Organizer', base: 'all', write: writeOrganizer },
  { uri: 'calendar:RequiredAttendees', base: 'asked', write: writeAttendees },
];

function isMeeting({ appointment }: Item): boolean {
  return (appointment?.attendees ?? []).length > 0;
}

function writeOrganizer({ appointment }: Item, name: string): string {
  return appointment?.organizer === undefined ? '' : element(name, {}, writePerson(person(appointment.organizer)));
}

function writeAttendees({ appointment }: Item, name: string): string {
  const attendees = (appointment?.attendees ?? []).map((like) =>
    element('t:Attendee', {}, writePerson(person(like)), textElement('t:ResponseType', 'NoResponseReceived')),
  );
  return attendees.length === 0 ? '' : element(name, {}, ...attendees);
}

/** What contacts have besides (ContactItemType). */
const OF_CONTACTS: readonly Property[] = [
  property('contacts:FileAs', 'default', ({ contact }) => contact && `${contact.surname}, ${contact.givenName}`),
  property('contacts:DisplayName', 'default', ({ contact }) => contact && `${contact.givenName} ${contact.surname}`),
  property('contacts:GivenName', 'default', ({ contact }) => contact?.givenName),
  property('contacts:CompanyName', 'default', ({ contact }) => contact?.companyName),
  entry('contacts:EmailAddresses', 'EmailAddress1', ({ contact }) => contact?.emailAddress),
  entry('contacts:PhoneNumbers', 'MobilePhone', ({ contact }) => contact?.mobilePhone),
  property('contacts:Surname', 'default', ({ contact }) => contact?.surname),
];

/** A dictionary with one entry. */
function entry(uri: string, key: string, value: (item: Item) => string | undefined): Property {
  return {
    uri,
    base: 'default',
    write: (item, name) => {
      const known = value(item);
      return known === undefined ? '' : element(name, {}, element('t:Entry', { Key: key }, escapeXml(known)));
    },
  };
}

/** What tasks have besides (TaskType). */
const OF_TASKS: readonly Property[] = [
  property('task:DueDate', 'default', ({ task }) => time(task?.dueDate)),
  property('task:IsComplete', 'all', ({ task }) => task?.percentComplete === 100),
  property('task:PercentComplete', 'default', ({ task }) => task?.percentComplete ?? 0),
  property('task:StartDate', 'default', ({ task }) => time(task?.startDate)),
  property('task:Status', 'default', ({ task }) => statusAt(task?.percentComplete ?? 0)),
];

function statusAt(percent: number): string {
  if (percent === 100) return 'Completed';
  return percent > 0 ? 'InProgress' : 'NotStarted';
}

function time(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : timeStamp(ms);
}

/** What an item has besides what every item has, in the order of the schema. */
export const PROPERTIES_OF: Readonly<Record<Item['kind'], readonly Property[]>> = {
  Message: OF_MESSAGES,
  CalendarItem: OF_APPOINTMENTS,
  Contact: OF_CONTACTS,
  Task: OF_TASKS,
};

function messageId({ created, number }: Item): string {
  return `<${created.toString(36)}.${number}@mbx01.sandbox.example>`;
}
