/**
 * The kinds of event a subscription can ask for, without the "Event" that EWS ends them with
 * (schema: NotificationEventTypeType). `FreeBusyChanged` needs Exchange 2010 SP1 and tells of changed free/busy times.
 */
export const EVENT_TYPES = ['NewMail', 'Created', 'Deleted', 'Modified', 'Moved', 'Copied', 'FreeBusyChanged'] as const;

export type EventType = (typeof EVENT_TYPES)[number];

export function isEventType(value: unknown): value is EventType {
  return (EVENT_TYPES as readonly unknown[]).includes(value);
}
