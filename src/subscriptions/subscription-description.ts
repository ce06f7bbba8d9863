import type { EventType } from '../protocol/event-type.js';
import type { SubscriptionScope } from '../protocol/subscribe.js';

export type Delivery = 'pull' | 'push' | 'streaming';
/** How another's mailbox is opened: with rights on its folders, or in its owner's name. */
export type Access = 'delegate' | 'impersonate';

/** A folder as flows name it: `id` a distinguished name or a folder id, `name` for people. */
export interface NamedFolder {
  readonly id: string;
  readonly name: string;
}

/** What a subscription is about. */
export interface SubscriptionDescription {
  /** SMTP address; empty for the account's own. */
  readonly mailbox: string;
  readonly access: Access;
  readonly allFolders: boolean;
  readonly folders: readonly NamedFolder[];
  readonly events: readonly EventType[];
}

/** The folders of a description as Subscribe names them. */
export function scopeOf(description: SubscriptionDescription): SubscriptionScope {
  if (description.allFolders) return { allFolders: true };
  const folders = description.folders.map(({ id }) => ({ id }));
  // Impersonated, the mailbox is the caller's own; a delegate must say whose inbox is meant.
  const named = description.mailbox !== '' && description.access === 'delegate';
  return named ? { folders, mailbox: description.mailbox } : { folders };
}

/** Whether two descriptions ask for the same events of the same folders, whatever the order they are named in. */
export function sameSubscription(a: SubscriptionDescription, b: SubscriptionDescription): boolean {
  return fingerprint(a) === fingerprint(b);
}

/** A text that is equal for descriptions of the same subscription. */
export function fingerprint(description: SubscriptionDescription): string {
  const { mailbox, access, allFolders, folders, events } = description;
  return JSON.stringify([
    mailbox.toLowerCase(),
    access,
    allFolders ? true : [...new Set(folders.map(({ id }) => id))].sort(),
    [...new Set(events)].sort(),
  ]);
}
