import { omitUndefined } from './omit-undefined.js';
import { readBoolean, readCount } from './simple-values.js';
import { wholeNumberIn } from './whole-number.js';
import type { XmlElement } from './xml-element.js';
import { element } from './xml-writer.js';

/** How many folders or items one page may hold; Exchange's own bound (docs: FindCountLimit in "EWS throttling"). */
export const PAGE_SIZE = { min: 1, max: 1000, unit: 'entries' } as const;

const OFFSET = { min: 0, max: 0x7fffffff, unit: 'entries' } as const;

/** Which part of a long list is asked for, counted from its beginning (schema: IndexedPageViewType). */
export interface Page {
  readonly offset: number;
  /** See {@link PAGE_SIZE}. A server may return fewer: Exchange at most 250 of a restricted search. */
  readonly maxEntries: number;
}

/** What a server says of the place of a page in the list. */
export interface PagePlace {
  /** Where the next page begins; nothing when this was the last. */
  readonly nextOffset?: number;
  /** How many entries the whole list has. */
  readonly totalCount?: number;
}

/** `m:IndexedPageItemView` or `m:IndexedPageFolderView`; nothing when the whole list is asked for. */
export function writePage(name: string, page: Page | undefined): string {
  if (page === undefined) return '';
  return element(name, {
    MaxEntriesReturned: String(wholeNumberIn(PAGE_SIZE, 'The size of a page', page.maxEntries)),
    Offset: String(wholeNumberIn(OFFSET, 'The offset of a page', page.offset)),
    BasePoint: 'Beginning',
  });
}

/** Reads the attributes of `RootFolder` (schema: FindResponsePagingAttributes). */
export function readPagePlace(rootFolder: XmlElement): PagePlace {
  const { IncludesLastItemInRange, IndexedPagingOffset, TotalItemsInView } = rootFolder.attributes;
  const last = readBoolean(IncludesLastItemInRange) ?? true;
  return omitUndefined<PagePlace>({
    nextOffset: last ? undefined : readCount(IndexedPagingOffset),
    totalCount: readCount(TotalItemsInView),
  });
}
