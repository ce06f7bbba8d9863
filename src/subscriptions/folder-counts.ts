import { extendedPropertyValue } from '../protocol/extended-property.js';
import type { EventType } from '../protocol/event-type.js';
import type { Folder } from '../protocol/folder.js';
import { DELETED_COUNT_TOTAL, type PropertyPath } from '../protocol/property-path.js';

/** How many items a folder ever lost, by deletion or moving, and how many folders lie in it; -1 where that is not told. */
export type FolderCount = readonly [lost: number, folders: number];
/** By the ids of folders. */
export type FolderCounts = Readonly<Record<string, FolderCount>>;

/** Of a mailbox that is watched as a whole, they are not kept: that would be thousands of numbers with each position. */
const MOST = 50;
/** Kinds of event that leave nothing behind by which they could be found, nor counted. */
const UNTOLD: readonly EventType[] = ['Deleted', 'Moved', 'Copied', 'FreeBusyChanged'];
/** Kinds that tell of folders too. */
const OF_FOLDERS: readonly EventType[] = ['Created', 'Modified', 'Deleted', 'Moved', 'Copied'];

/** What {@link countsOf} needs of a folder. */
export const COUNT_PROPERTIES: readonly PropertyPath[] = [DELETED_COUNT_TOTAL, 'folder:ChildFolderCount'];

export function countsOf(folders: readonly Folder[]): FolderCounts {
  const counts = folders.map(({ folderId, childFolderCount = -1, extendedProperties }): [string, FolderCount] => {
    const lost = Number.parseInt(extendedPropertyValue(extendedProperties, DELETED_COUNT_TOTAL) ?? '', 10);
    return [folderId.id, [Number.isNaN(lost) ? -1 : lost, childFolderCount]];
  });
  return Object.fromEntries(counts.length > MOST ? [] : counts);
}

/**
 * Whether something may have happened, in a folder that has changed, that looking through its items does not find: a kind
 * of event that leaves no trace, or something that came and is gone again.
 * @param before its count when everything was told, if that is known
 */
export function mayHide(asked: readonly EventType[], now: FolderCount | undefined, before?: FolderCount): boolean {
  if (asked.some((type) => UNTOLD.includes(type)) || now === undefined) return true;
  const [lost] = now;
  const [lostBefore] = before ?? [0, 0];
  return lost === -1 || lost !== lostBefore;
}

/**
 * Whether something may have happened to a folder in a folder, be that changed or not: to make, rename or move one leaves
 * no trace in what it lies in.
 * @param before its count when everything was told, if that is known
 */
export function mayHideFolders(
  asked: readonly EventType[],
  now: FolderCount | undefined,
  before?: FolderCount,
): boolean {
  if (!asked.some((type) => OF_FOLDERS.includes(type))) return false;
  const [, folders] = now ?? [-1, -1];
  const [, foldersBefore] = before ?? [0, 0];
  return folders !== 0 || foldersBefore !== 0;
}

/** Whether `value` can be what was kept. */
export function areCounts(value: unknown): value is FolderCounts {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every(
      (count: unknown) => Array.isArray(count) && count.length === 2 && count.every((one) => typeof one === 'number'),
    )
  );
}
