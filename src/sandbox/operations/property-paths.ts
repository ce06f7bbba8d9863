import type { XmlElement } from '../../protocol/xml-element.js';
import { element, textElement } from '../../protocol/xml-writer.js';
import { manyOf, type Content } from '../soap/request-schema.js';

const extendedFieldAttributes = [
  'DistinguishedPropertySetId',
  'PropertySetId',
  'PropertyTag',
  'PropertyName',
  'PropertyId',
] as const;

const extendedField: Content = {
  attributes: {
    ...Object.fromEntries(extendedFieldAttributes.map((name) => [name, {}])),
    PropertyType: { required: true },
  },
};

/** `PathToUnindexedFieldType` and its siblings: how a request names a property. */
export const propertyPaths: Readonly<Record<string, Content>> = {
  FieldURI: { attributes: { FieldURI: { required: true } } },
  IndexedFieldURI: { attributes: { FieldURI: { required: true }, FieldIndex: { required: true } } },
  ExtendedFieldURI: extendedField,
};

/** `NonEmptyArrayOfPathsToElementType` */
export const additionalPropertiesContent: Content = { children: [manyOf(propertyPaths)] };

/** The `FieldURI`s that a request names, such as `folder:DisplayName`. */
export function fieldUris(paths: XmlElement | undefined): ReadonlySet<string> {
  const named = paths?.children.filter(({ name }) => name === 'FieldURI') ?? [];
  return new Set(named.map(({ attributes }) => attributes.FieldURI ?? ''));
}

/** The MAPI property that an `ExtendedFieldURI` names by its tag, as a number; `undefined` for named properties. */
export function propertyTag({ attributes }: XmlElement): number | undefined {
  const tag = Number(attributes.PropertyTag ?? Number.NaN);
  return Number.isInteger(tag) && tag > 0 && tag <= 0xffff ? tag : undefined;
}

/**
 * The extended properties that a request names and that have a value (schema: ExtendedPropertyType). As on a real
 * server, one without a value is left out.
 * @param valueOf the value of a MAPI property, as text
 */
export function writeExtendedProperties(
  paths: XmlElement | undefined,
  valueOf: (tag: number) => string | undefined,
): string {
  let xml = '';
  for (const path of paths?.children ?? []) {
    if (path.name !== 'ExtendedFieldURI') continue;
    const tag = propertyTag(path);
    const value = tag === undefined ? undefined : valueOf(tag);
    if (value === undefined) continue;
    xml += element(
      't:ExtendedProperty',
      {},
      element('t:ExtendedFieldURI', path.attributes),
      textElement('t:Value', value),
    );
  }
  return xml;
}
