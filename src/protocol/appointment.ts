import { readAddress, readOneAddress, type EmailAddress } from './email-address.js';
import { omitUndefined } from './omit-undefined.js';
import { readBoolean } from './simple-values.js';
import type { XmlElement } from './xml-element.js';

/** Somebody, or a room, that a meeting is to have (schema: AttendeeType). */
export interface Attendee extends EmailAddress {
  /** Unknown, Organizer, Tentative, Accept, Decline or NoResponseReceived. */
  readonly responseType?: string;
}

/** What appointments have, and requests for meetings too (schema: CalendarItemType, MeetingRequestMessageType). */
export interface AppointmentFields {
  /** The same for all that have the meeting in their calendars. */
  readonly uid?: string;
  readonly start?: string;
  readonly end?: string;
  readonly location?: string;
  readonly organizer?: EmailAddress;
  readonly requiredAttendees?: readonly Attendee[];
  readonly optionalAttendees?: readonly Attendee[];
  readonly resources?: readonly Attendee[];
  readonly isAllDayEvent?: boolean;
  readonly isMeeting?: boolean;
  readonly isCancelled?: boolean;
  readonly isRecurring?: boolean;
  /** Single, Occurrence, Exception or RecurringMaster. */
  readonly calendarItemType?: string;
  /** Free, Tentative, Busy, OOF, WorkingElsewhere or NoData. */
  readonly legacyFreeBusyStatus?: string;
  readonly myResponseType?: string;
}

export function readAppointmentFields(element: XmlElement): AppointmentFields {
  const flag = (name: string) => readBoolean(element.childText(name));
  const time = (name: string) => element.childText(name)?.trim();
  const attendees = (name: string) => element.child(name)?.children.map(readAttendee);
  return omitUndefined<AppointmentFields>({
    uid: element.childText('UID'),
    start: time('Start'),
    end: time('End'),
    location: element.childText('Location'),
    organizer: readOneAddress(element.child('Organizer')),
    requiredAttendees: attendees('RequiredAttendees'),
    optionalAttendees: attendees('OptionalAttendees'),
    resources: attendees('Resources'),
    isAllDayEvent: flag('IsAllDayEvent'),
    isMeeting: flag('IsMeeting'),
    isCancelled: flag('IsCancelled'),
    isRecurring: flag('IsRecurring'),
    calendarItemType: element.childText('CalendarItemType'),
    legacyFreeBusyStatus: element.childText('LegacyFreeBusyStatus'),
    myResponseType: element.childText('MyResponseType'),
  });
}

function readAttendee(attendee: XmlElement): Attendee {
  const mailbox = attendee.child('Mailbox');
  return omitUndefined<Attendee>({
    ...(mailbox ? readAddress(mailbox) : {}),
    responseType: attendee.childText('ResponseType'),
  });
}
