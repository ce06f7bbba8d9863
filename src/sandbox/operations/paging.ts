import type { XmlElement } from '../../protocol/xml-element.js';
import { integerFrom, oneOfValues, type Content } from '../soap/request-schema.js';

const MAX_INT = 2_147_483_647;
const integer = (min: number) => ({ rule: integerFrom(min, MAX_INT).text });

/** `IndexedPageViewType` */
export const indexedPageView: Content = {
  attributes: {
    MaxEntriesReturned: integer(1),
    Offset: { required: true, ...integer(0) },
    BasePoint: { required: true, rule: oneOfValues(['Beginning', 'End']) },
  },
};

/** A part of a list, and where it stands in it. */
export interface Page<Thing> {
  readonly things: readonly Thing[];
  /** FindResponsePagingAttributes */
  readonly attributes: Readonly<Record<string, string>>;
}

/**
 * The part of `all` that an IndexedPageItemView or IndexedPageFolderView asks for; everything without one.
 * @param most how many a server gives at most
 */
export function pageOf<Thing>(all: readonly Thing[], view: XmlElement | undefined, most: number): Page<Thing> {
  const offset = Number(view?.attributes.Offset ?? 0);
  const wanted = Math.min(Number(view?.attributes.MaxEntriesReturned ?? MAX_INT), most);
  const fromEnd = view?.attributes.BasePoint === 'End';
  const end = fromEnd ? Math.max(0, all.length - offset) : Math.min(all.length, offset + wanted);
  const start = fromEnd ? Math.max(0, end - wanted) : Math.min(offset, end);
  return {
    things: all.slice(start, end),
    attributes: {
      IndexedPagingOffset: String(fromEnd ? offset + (end - start) : end),
      TotalItemsInView: String(all.length),
      IncludesLastItemInRange: String(fromEnd ? start === 0 : end >= all.length),
    },
  };
}
