import type { MailboxEvent } from '../protocol/mailbox-event.js';
import { shortDigest } from './short-digest.js';

/**
 * A short name for an event: its kind, what it happened to and from where, and whatever else shall tell it apart from
 * others. Short, as hundreds are saved with a position. Made for each event: joined by hand, as JSON costs as much as the
 * digest itself.
 */
export function eventKeyOf(event: MailboxEvent, ...distinction: readonly string[]): string {
  const subject = 'itemId' in event ? event.itemId.id : event.folderId.id;
  const old = 'oldItemId' in event ? event.oldItemId.id : 'oldFolderId' in event ? event.oldFolderId.id : '';
  let text = `${event.eventType}\n${subject}\n${old}`;
  for (const part of distinction) text += `\n${part}`;
  return shortDigest(text, 16);
}
