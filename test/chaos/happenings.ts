import type { Item } from '../../dist/src/sandbox/mailbox/item.js';
import type { Mailbox } from '../../dist/src/sandbox/mailbox/mailbox.js';
import type { Happening } from './script.js';

/** An inbox that holds more is tidied up. */
const MOST_ITEMS = 60;

/** Does in a mailbox what the dice say. What can be done depends on what was done before alone, never on the time. */
export function happen(mailbox: Mailbox, { dice, which }: Happening): void {
  const items = [...mailbox.folder('inbox').items];
  const one = items[Math.floor(which * items.length)];
  if (one === undefined || (dice < 0.5 && items.length < MOST_ITEMS)) deliver(mailbox, which);
  else change(mailbox, one, dice);
}

function deliver(mailbox: Mailbox, which: number): void {
  const count = which < 0.1 ? 10 : 1;
  for (let at = 0; at < count; at += 1) mailbox.deliver({ subject: `Mail ${at}` });
}

function change(mailbox: Mailbox, item: Item, dice: number): void {
  if (dice < 0.65) mailbox.modify(item, { isRead: !item.isRead });
  else if (dice < 0.75) mailbox.move(item, 'drafts');
  else if (dice < 0.83) mailbox.copy(item, 'inbox');
  else if (dice < 0.92) mailbox.delete(item);
  else mailbox.hardDelete(item);
}
