import assert from 'node:assert/strict';
import { extendedPropertyValue, readExtendedProperties } from '../../dist/src/protocol/extended-property.js';
import {
  DELETED_COUNT_TOTAL,
  LOCAL_COMMIT_TIME_MAX,
  writePropertyPath,
} from '../../dist/src/protocol/property-path.js';
import { readXml } from '../../dist/src/protocol/xml-reader.js';

const property = (attributes: string, value: string) =>
  `<t:ExtendedProperty><t:ExtendedFieldURI ${attributes}/>${value}</t:ExtendedProperty>`;
const read = (...properties: string[]) => readExtendedProperties(readXml(`<Folder>${properties.join('')}</Folder>`));

describe('extended properties', () => {
  it('are named by tag and type', () => {
    assert.equal(
      writePropertyPath(LOCAL_COMMIT_TIME_MAX),
      '<t:ExtendedFieldURI PropertyTag="0x670A" PropertyType="SystemTime"/>',
    );
    assert.equal(
      writePropertyPath(DELETED_COUNT_TOTAL),
      '<t:ExtendedFieldURI PropertyTag="0x670B" PropertyType="Integer"/>',
    );
    assert.match(writePropertyPath({ propertyTag: 0x3a, propertyType: 'String' }), /"0x003A"/);
  });

  it('are found however the server writes the tag', () => {
    for (const tag of ['0x670a', '0x670A', '0X670a', '26378']) {
      const properties = read(
        property('PropertyTag="0x670B" PropertyType="Integer"', '<t:Value>12</t:Value>'),
        property(`PropertyTag="${tag}" PropertyType="SystemTime"`, '<t:Value>2026-01-02T03:04:05Z</t:Value>'),
      );
      assert.equal(extendedPropertyValue(properties, LOCAL_COMMIT_TIME_MAX), '2026-01-02T03:04:05Z', tag);
      assert.equal(extendedPropertyValue(properties, DELETED_COUNT_TOTAL), '12');
    }
  });

  it('may have several values, none, or another kind of name', () => {
    const values = '<t:Values><t:Value>a</t:Value><t:Value>b</t:Value></t:Values>';
    assert.deepEqual(
      read(
        property('PropertyTag="0x8001" PropertyType="StringArray"', values),
        property('PropertySetId="00062008-0000-0000-c000-000000000046" PropertyId="1" PropertyType="Integer"', ''),
        property('PropertyTag="0x12345" PropertyType="Integer"', ''),
        '<t:ExtendedProperty/>',
      ),
      [
        { propertyTag: 0x8001, propertyType: 'StringArray', values: ['a', 'b'] },
        { propertyType: 'Integer', values: [] },
        { propertyType: 'Integer', values: [] },
        { propertyType: '', values: [] },
      ],
    );
    assert.equal(read(), undefined);
    assert.equal(extendedPropertyValue(undefined, DELETED_COUNT_TOTAL), undefined);
    assert.equal(extendedPropertyValue([], DELETED_COUNT_TOTAL), undefined);
  });
});
