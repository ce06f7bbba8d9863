import type { BaseShape } from './folder.js';
import { writeAdditionalProperties, type PropertyPath } from './property-path.js';
import { element, textElement } from './xml-writer.js';

/** What is to be told of an item (schema: ItemResponseShapeType). */
export interface ItemShape {
  readonly base: BaseShape;
  /** Whether the whole message is wanted, as it went over the wire. */
  readonly includeMimeContent?: boolean;
  /** In which form a body is wanted, where the shape has one. `Best` is what the item has itself. */
  readonly bodyType?: 'Text' | 'HTML' | 'Best';
  readonly properties?: readonly PropertyPath[];
}

/** `m:ItemShape`. */
export function writeItemShape(shape: ItemShape): string {
  return element(
    'm:ItemShape',
    {},
    textElement('t:BaseShape', shape.base),
    shape.includeMimeContent === undefined ? '' : textElement('t:IncludeMimeContent', String(shape.includeMimeContent)),
    shape.bodyType === undefined ? '' : textElement('t:BodyType', shape.bodyType),
    writeAdditionalProperties(shape.properties),
  );
}
