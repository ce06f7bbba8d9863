import type { Mailbox } from '../mailbox/mailbox.js';

/**
 * A mailbox that runs for weeks must not grow without end: removes the oldest item of each of these folders that holds
 * more than `most`.
 * @param folders by distinguished name or display name; one that is not there is passed over
 */
export function cleanUp(mailbox: Mailbox, most: number, ...folders: readonly string[]): void {
  for (const name of folders) {
    const folder = [...mailbox.store.folders].find(
      ({ distinguished, displayName }) => distinguished === name || displayName === name,
    );
    const [oldest] = folder && folder.totalCount > most ? folder.items : [];
    if (oldest) mailbox.hardDelete(oldest);
  }
}
