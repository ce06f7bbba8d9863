import type { Item } from '../../dist/src/sandbox/mailbox/item.js';
import type { Mailbox } from '../../dist/src/sandbox/mailbox/mailbox.js';
import type { Happening } from './script.js';

/** An inbox that holds more is tidied up. */
const MOST_ITEMS = 60;

/** An inbox with more folders in it is tidied up. */
const MOST_FOLDERS = 4;

/** Does in a mailbox what the dice say. What can be done depends on what was done before alone, never on the time. */
export function happen(mailbox: Mailbox, { dice, which }: Happening): void {
  if (dice > 0.93) {
    changeFolders(mailbox, (dice - 0.93) / 0.07, which);
    return;
  }
  const items = [...mailbox.folder('inbox').items];
  const one = items[Math.floor(which * items.length)];
  if (one === undefined || (dice < 0.47 && items.length < MOST_ITEMS)) deliver(mailbox, which);
  else change(mailbox, one, dice);
}

function changeFolders(mailbox: Mailbox, dice: number, which: number): void {
  const folders = [...mailbox.store.childrenOf(mailbox.folder('inbox'))];
  const one = folders[Math.floor(which * folders.length)];
  if (one === undefined || (dice < 0.4 && folders.length < MOST_FOLDERS)) mailbox.createFolder('New', 'inbox');
  else if (dice < 0.6) mailbox.modifyFolder(one, { displayName: `Renamed ${which}` });
  else if (dice < 0.75) mailbox.moveFolder(one, 'drafts');
  else mailbox.deleteFolder(one, dice < 0.88 ? 'toDeletedItems' : 'hard');
}

function deliver(mailbox: Mailbox, which: number): void {
  const count = which < 0.1 ? 10 : 1;
  for (let at = 0; at < count; at += 1) mailbox.deliver({ subject: `Mail ${at}` });
}

function change(mailbox: Mailbox, item: Item, dice: number): void {
  if (dice < 0.65) mailbox.modify(item, { isRead: !item.isRead });
  else if (dice < 0.75) mailbox.move(item, 'drafts');
  else if (dice < 0.83) mailbox.copy(item, 'inbox');
  else if (dice < 0.88) mailbox.delete(item);
  else mailbox.hardDelete(item);
}
