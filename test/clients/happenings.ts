import type { Mailbox } from '../../dist/src/sandbox/mailbox/mailbox.js';
import type { ClientEvent } from './client-process.js';

/**
 * Has one thing after the other happen in the inbox. Each is done when it is asked for, and comes as what a client of
 * Exchange is told of items.
 */
export function* happenings(mailbox: Mailbox): Generator<readonly string[]> {
  const item = mailbox.deliver({ subject: 'Bridge 12', from: 'ada@example.com' });
  yield [`Created ${item.id}`, `NewMail ${item.id}`];
  mailbox.modify(item, { subject: 'Bridge 12, closed' });
  yield [`Modified ${item.id}`];
  mailbox.markRead(item);
  yield [`Modified ${item.id}`];
  const before = item.id;
  mailbox.move(item, 'Projects');
  yield [`Moved ${before} to ${item.id}`];

  const spam = mailbox.deliver({ subject: 'You have won', from: 'luck@example.com' });
  yield [`Created ${spam.id}`, `NewMail ${spam.id}`];
  const inInbox = spam.id;
  mailbox.delete(spam);
  yield [`Moved ${inInbox} to ${spam.id}`];

  const secret = mailbox.deliver({ subject: 'Burn after reading', from: 'ada@example.com' });
  yield [`Created ${secret.id}`, `NewMail ${secret.id}`];
  mailbox.hardDelete(secret);
  yield [`Deleted ${secret.id}`];
}

/** What events say of items, in the words of {@link happenings}. */
export function itemEvents(events: readonly ClientEvent[]): string[] {
  return events
    .filter(({ item }) => item !== null)
    .map(({ type, item, oldItem }) => (oldItem === null ? `${type} ${item}` : `${type} ${oldItem} to ${item}`));
}
