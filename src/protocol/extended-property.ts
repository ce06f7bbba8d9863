import type { ExtendedPropertyPath } from './property-path.js';
import type { XmlElement } from './xml-element.js';

/** A MAPI property as it was read; its values are texts, of several when the property is an array. */
export interface ExtendedProperty {
  /** The tag without its type; properties that are named in another way have none. */
  readonly propertyTag?: number;
  readonly propertyType: string;
  readonly values: readonly string[];
}

/** The `ExtendedProperty` children of a folder or an item; nothing when there are none. */
export function readExtendedProperties(element: XmlElement): readonly ExtendedProperty[] | undefined {
  const properties = element.children.filter(({ name }) => name === 'ExtendedProperty').map(readExtendedProperty);
  return properties.length === 0 ? undefined : properties;
}

function readExtendedProperty(property: XmlElement): ExtendedProperty {
  const { PropertyTag: tag = '', PropertyType: propertyType = '' } =
    property.child('ExtendedFieldURI')?.attributes ?? {};
  const several = property.child('Values');
  const values = (several ?? property).children.filter(({ name }) => name === 'Value').map(({ text }) => text);
  // Servers write a tag as 0x670a, 0x670A or in decimal digits.
  return /^(?:0[xX][0-9a-fA-F]{1,4}|\d{1,5})$/.test(tag)
    ? { propertyTag: Number(tag), propertyType, values }
    : { propertyType, values };
}

/** The first value of a property, if it was sent. */
export function extendedPropertyValue(
  properties: readonly ExtendedProperty[] | undefined,
  path: ExtendedPropertyPath,
): string | undefined {
  return properties?.find((property) => property.propertyTag === path.propertyTag)?.values[0];
}
