import type { XmlElement } from '../../protocol/xml-element.js';
import { anyText, enumeration, integerFrom, optional, type Content } from '../soap/request-schema.js';
import { baseShape } from './folder-shape.js';
import { additionalPropertiesContent, fieldUris } from './property-paths.js';

const bodyType = enumeration(['Best', 'HTML', 'Text']);

/** `ItemResponseShapeType` */
export const itemShapeContent: Content = {
  children: [
    baseShape,
    optional('IncludeMimeContent', anyText),
    optional('BodyType', bodyType),
    optional('UniqueBodyType', bodyType),
    optional('NormalizedBodyType', bodyType),
    optional('FilterHtmlContent', anyText),
    optional('ConvertHtmlCodePageToUTF8', anyText),
    optional('InlineImageUrlTemplate', anyText),
    optional('BlockExternalImages', anyText),
    optional('AddBlankTargetToLinks', anyText),
    optional('MaximumBodySize', integerFrom(0, 2_147_483_647)),
    optional('AdditionalProperties', additionalPropertiesContent),
  ],
};

/** What a request wants to know of items. */
export interface ItemShape {
  readonly base: string;
  readonly fields: ReadonlySet<string>;
  readonly additional: XmlElement | undefined;
  readonly bodyType: string;
  readonly mime: boolean;
  /** FindItem tells no bodies. */
  readonly isSearch: boolean;
}

export function readItemShape(request: XmlElement): ItemShape {
  const shape = request.child('ItemShape');
  const additional = shape?.child('AdditionalProperties');
  return {
    base: shape?.childText('BaseShape') ?? 'IdOnly',
    fields: fieldUris(additional),
    additional,
    bodyType: shape?.childText('BodyType') ?? 'Best',
    mime: /^\s*(true|1)\s*$/.test(shape?.childText('IncludeMimeContent') ?? ''),
    isSearch: request.name === 'FindItem',
  };
}
