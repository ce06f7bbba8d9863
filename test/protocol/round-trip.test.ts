import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readXml } from '../../dist/src/protocol/xml-reader.js';
import type { XmlElement } from '../../dist/src/protocol/xml-element.js';
import { element, textElement } from '../../dist/src/protocol/xml-writer.js';

// Everything that XML 1.0 can carry (https://www.w3.org/TR/xml/#charsets), markup and white space more often than rest.
const character = fc.oneof(
  fc.constantFrom(
    '&',
    '<',
    '>',
    '"',
    "'",
    '\t',
    '\n',
    '\r',
    ' ',
    ';',
    '#',
    ']',
    '\u00a0',
    '\u2028',
    '😀',
    '\u{10ffff}',
  ),
  fc.constantFrom('&amp;', '&#38;', '&lt;', ']]>', '<![CDATA[', '-->', '0', '1e5', '__proto__'),
  // eslint-disable-next-line no-control-regex -- these very characters are left out
  fc.string({ unit: 'binary' }).filter((text) => !/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/u.test(text)),
);
const anyText = fc.array(character, { maxLength: 12 }).map((parts) => parts.join(''));

interface Tree {
  readonly name: string;
  readonly attributes: Record<string, string>;
  readonly text: string;
  readonly children: readonly Tree[];
}

const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.record(
    {
      name: fc.constantFrom('Envelope', 'ItemId', 'x', 'Größe', 'a.b-c_1'),
      attributes: fc.dictionary(fc.constantFrom('Id', 'ChangeKey', 'Name', 'x-1'), anyText, { noNullPrototype: true }),
      text: anyText,
      children: fc.oneof({ maxDepth: 4 }, fc.constant([]), fc.array(tie('tree'), { maxLength: 3 })),
    },
    { noNullPrototype: true },
  ),
}));

function write(node: Tree, prefix: string): string {
  const text = textElement('x', node.text).slice('<x>'.length, -'</x>'.length);
  return element(prefix + node.name, node.attributes, text, ...node.children.map((child) => write(child, prefix)));
}

function plain(read: XmlElement): Tree {
  return { name: read.name, attributes: { ...read.attributes }, text: read.text, children: read.children.map(plain) };
}

describe('what xml-writer writes, xml-reader reads', () => {
  it('any text in an element', () => {
    fc.assert(fc.property(anyText, (text) => assert.equal(readXml(textElement('m:a', text)).text, text)));
  });

  it('any text in an attribute', () => {
    fc.assert(fc.property(anyText, (text) => assert.equal(readXml(element('a', { Id: text })).attributes.Id, text)));
  });

  it('any tree, with any prefix', () => {
    fc.assert(
      fc.property(tree, fc.constantFrom('', 't:', 'SOAP:', 'a-b:'), (node, prefix) => {
        assert.deepEqual(plain(readXml(write(node, prefix))), node);
      }),
    );
  });
});
