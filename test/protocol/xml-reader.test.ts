import assert from 'node:assert/strict';
import { readXml } from '../../dist/src/protocol/xml-reader.js';

describe('xml-reader', () => {
  it('reads by local name, whatever the prefix or namespace', () => {
    for (const document of [
      '<a><b c="1"/></a>',
      '<m:a xmlns:m="urn:m"><t:b xmlns:t="urn:t" c="1"/></m:a>',
      '<a xmlns="urn:m"><b xmlns="urn:t" c="1"/></a>',
      '<x:a><y:b z:c="1"/></x:a>',
      "<SOAP:a\n><t:b\n  xmlns:t = 'urn:t'\r\n\tc = '1'\n></t:b\n></SOAP:a >",
    ]) {
      const root = readXml(document);
      assert.equal(root.name, 'a');
      assert.equal(root.child('b')?.attributes.c, '1', document);
    }
  });

  it('keeps the order of children', () => {
    const root = readXml('<n><Created/><NewMail/><Created/><Modified/><NewMail/></n>');
    assert.deepEqual(
      root.children.map((child) => child.name),
      ['Created', 'NewMail', 'Created', 'Modified', 'NewMail'],
    );
  });

  it('keeps values as the strings that were sent', () => {
    for (const value of [
      '0123',
      '1e5',
      '0x10',
      '+1',
      '1.0',
      'true',
      'null',
      '9'.repeat(40),
      ' a ',
      '-0',
      '',
      '\u00a0',
    ]) {
      const root = readXml(`<a v="${value}"><b>${value}</b></a>`);
      assert.equal(root.attributes.v, value);
      assert.equal(root.childText('b'), value);
    }
  });

  it('decodes entities and numeric references once', () => {
    const references: [string, string][] = [
      ['&amp;&lt;&gt;&quot;&apos;', `&<>"'`],
      ['&#233;&#xE9;&#xe9;&#0233;', 'éééé'],
      ['&#128512;&#x1F600;', '😀😀'],
      ['&amp;lt;&#38;lt;&amp;#60;', '&lt;&lt;&#60;'],
      ['a&#13;b&#10;c&#9;d', 'a\rb\nc\td'],
    ];
    for (const [sent, meant] of references) {
      const root = readXml(`<a v="${sent}">${sent}</a>`);
      assert.equal(root.text, meant);
      assert.equal(root.attributes.v, meant);
    }
  });

  it('reads control characters that servers find in subjects, although XML forbids them', () => {
    assert.equal(readXml('<a>x&#x0;y&#xB;z\u0001</a>').text, 'x\u0000y\u000bz\u0001');
  });

  it('reads CDATA as it stands, between other text', () => {
    assert.equal(readXml('<a>1&lt;<![CDATA[<b>&amp;]]&#62;]]>2<![CDATA[]]></a>').text, '1<<b>&amp;]]&#62;2');
  });

  it('takes no notice of comments', () => {
    const root = readXml('<!-- 1 --><a>x<!-- <b> & -- ]]> "\' --><c/>y</a><!-- 2 -->');
    assert.equal(root.text, 'xy');
    assert.equal(root.children.length, 1);
  });

  it('reads characters outside the basic plane', () => {
    assert.equal(readXml('<a b="😀">𐍈\u{10fffd}</a>').text, '𐍈\u{10fffd}');
  });

  it('takes every line end for a line feed, and those in attributes for spaces, as XML says', () => {
    const root = readXml('<a b="1\r\n2\t3">1\r\n2\r3\n4</a>');
    assert.equal(root.text, '1\n2\n3\n4');
    assert.equal(root.attributes.b, '1 2 3');
  });

  it('takes byte order mark, white space and declarations before the root, and white space after it', () => {
    for (const before of [
      '\ufeff',
      '\n  ',
      '<?xml version="1.0"?>',
      '\ufeff<?xml version="1.0" encoding="utf-8" standalone="yes"?>\r\n',
      '<?xml version="1.0 (http://www.w3.org/TR/REC-xml/)" encoding="utf-8"?> ',
      "<?xml encoding='>'?>",
    ]) {
      assert.equal(readXml(`${before}<a/>\r\n `).name, 'a');
    }
  });

  it('reads elements that are named like what every object has', () => {
    const root = readXml('<a><toString>1</toString><b valueOf="2" hasOwnProperty="3"/></a>');
    assert.equal(root.children.length, 2);
    assert.equal(root.childText('toString'), '1');
  });

  it('reads a document as long as the bound', () => {
    assert.equal(readXml('<a/>', 4).name, 'a');
  });
});
