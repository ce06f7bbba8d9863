import type { EventType } from '../protocol/event-type.js';
import type { Item } from '../protocol/item.js';
import type { MailboxEvent } from '../protocol/mailbox-event.js';
import type { PropertyPath } from '../protocol/property-path.js';
import { changedFolders, type ChangedFolder } from './changed-folders.js';
import { mayHide, mayHideFolders, type FolderCounts } from './folder-counts.js';
import { modifiedItems, type Ask, type PageBudget } from './modified-items.js';
import type { ToldLog } from './told-log.js';

/** Pages that one catching up may ask for; what lies behind them is not looked for. */
const MAX_PAGES = 40;
/** What tells mail that was received from what somebody made. */
const PROPERTIES: readonly PropertyPath[] = ['item:DateTimeReceived', 'item:IsDraft', 'item:IsFromMe'];

export interface FoundByTime {
  /** In the order of their times. */
  readonly events: readonly MailboxEvent[];
  /** Changes that need no telling: of what is new, told as it is now. */
  readonly included: readonly MailboxEvent[];
  /** Whether everything was looked at. */
  readonly complete: boolean;
  /** The server's clock when the search began (ms since 1970). */
  readonly serverTime: number | undefined;
  /** Whether something may have happened that cannot be found like this. */
  readonly untold: boolean;
  /** How much the folders have lost until now. */
  readonly counts: FolderCounts;
}

/**
 * Finds what happened after a moment without a watermark: items that were made or changed since. Deletions, moves and
 * copies leave no trace, and what came and went again is not there. Throws an `EwsError`.
 *
 * @param upTo up to when everything was told, in ms since 1970 by the server's clock
 * @param told what was told shortly before that, which is not found again
 */
export async function findByTime(ask: Ask, upTo: number, told: ToldLog): Promise<FoundByTime> {
  const since = told.lookFrom(upTo);
  const asked = ask.description.events;
  const { folders, looked, counts, complete, serverTime } = await changedFolders(ask, since);
  const budget: PageBudget = { pages: MAX_PAGES };
  const events: MailboxEvent[] = [];
  const included: MailboxEvent[] = [];
  // To the second, as servers tell their times: what changed in the last one may have done so after that.
  const later = folders.filter(({ changedAt }) => !(changedAt < Math.floor(upTo / 1000) * 1000));
  for (const folder of folders) {
    // Servers tell their time to the second: what has the very time since which is looked belongs to it.
    for await (const item of modifiedItems(ask, folder.id, since - 1, PROPERTIES, budget)) {
      const found = eventsOf(item, folder.id, { since, upTo }, asked, told);
      events.push(...found);
      if (found.some(({ eventType }) => eventType !== 'Modified')) included.push(changeOf(item, folder.id));
    }
  }
  if (asked.includes('Modified'))
    events.push(...later.flatMap(folderEvents).filter((event) => !told.covers(event, upTo)));
  events.sort((one, other) => Date.parse(one.timeStamp) - Date.parse(other.timeStamp));
  return {
    events,
    included,
    complete: complete && budget.pages > 0,
    serverTime,
    untold:
      later.some(({ id }) => mayHide(asked, counts[id], told.counts?.[id])) ||
      looked.some((id) => mayHideFolders(asked, counts[id], told.counts?.[id])),
    counts,
  };
}

/** That a folder was changed, with how many items in it are unread now. */
function folderEvents({ folder, changed }: ChangedFolder): MailboxEvent[] {
  const { folderId, parentFolderId, unreadCount } = folder;
  if (parentFolderId === undefined || changed === undefined) return [];
  const count = unreadCount === undefined ? {} : { unreadCount };
  return [{ eventType: 'Modified', timeStamp: changed, folderId, parentFolderId, ...count }];
}

/** What of an item is to be told: that it is new or, if that was told or is not asked for, that it was changed. */
function eventsOf(
  item: Item,
  folder: string,
  { since, upTo }: { readonly since: number; readonly upTo: number },
  asked: readonly EventType[],
  told: ToldLog,
): MailboxEvent[] {
  const { itemId, dateTimeCreated = '' } = item;
  const common = { itemId, parentFolderId: { id: folder } };
  const isNew = Date.parse(dateTimeCreated) >= since;
  const asNew: MailboxEvent[] = [
    { eventType: 'Created', timeStamp: dateTimeCreated, ...common },
    ...(isReceived(item) ? [{ eventType: 'NewMail', timeStamp: dateTimeCreated, ...common } as const] : []),
  ];
  const untold = asNew.filter((event) => isNew && asked.includes(event.eventType) && !told.covers(event));
  if (untold.length > 0) return untold;
  const changed = changeOf(item, folder);
  // What was changed in the second in which it was made cannot be told from what was only made.
  const isChanged = !isNew || secondOf(changed.timeStamp) > secondOf(dateTimeCreated);
  return isChanged && asked.includes('Modified') && !told.covers(changed, upTo) ? [changed] : [];
}

function changeOf(
  { itemId, dateTimeCreated = '', lastModifiedTime = dateTimeCreated }: Item,
  folder: string,
): MailboxEvent {
  return { eventType: 'Modified', timeStamp: lastModifiedTime, itemId, parentFolderId: { id: folder } };
}

function secondOf(time: string): number {
  return Math.floor(Date.parse(time) / 1000);
}

function isReceived({ kind, isDraft, isFromMe, dateTimeReceived }: Item): boolean {
  return (
    /^(?:Message|Meeting\w+)$/.test(kind) && isDraft !== true && isFromMe !== true && dateTimeReceived !== undefined
  );
}
