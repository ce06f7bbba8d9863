import { EVENT_TYPES } from '../../dist/src/protocol/event-type.js';
import type { MailboxEvent } from '../../dist/src/protocol/mailbox-event.js';

export const ALL_EVENTS = EVENT_TYPES;

/** `Created item`, `Modified folder 3`: what happened to what, and the unread count where it is told. */
export function brief(events: readonly MailboxEvent[]): string[] {
  return events.map((event) => {
    const unread = 'unreadCount' in event ? ` ${event.unreadCount}` : '';
    return `${event.eventType} ${'itemId' in event ? 'item' : 'folder'}${unread}`;
  });
}

/** The same of XML: `Created item`. */
export function briefXml(xml: string): string[] {
  return [...xml.matchAll(/<t:(\w+)Event>(.*?)<\/t:\1Event>/gs)].map(([, type, content]) => {
    const unread = /<t:UnreadCount>(\d+)/.exec(content ?? '')?.[1];
    return `${type} ${/<t:ItemId/.test(content ?? '') ? 'item' : 'folder'}${unread === undefined ? '' : ` ${unread}`}`;
  });
}
