import assert from 'node:assert/strict';
import { EwsError } from '../../dist/src/protocol/ews-error.js';
import { readXml } from '../../dist/src/protocol/xml-reader.js';

/** Documents of about `size` characters that make careless readers slow, deep or large. */
const hostile: Readonly<Record<string, (size: number) => string>> = {
  'comments that begin': (size) => `<a>${'<!--'.repeat(size / 4)}`,
  'comments of dashes': (size) => `<a><!--${'-'.repeat(size)}`,
  'tags inside tags': (size) => '<a '.repeat(size / 3),
  'elements that begin': (size) => '<a>'.repeat(size / 3),
  'elements that end': (size) => `<a>${'</a>'.repeat(size / 4)}`,
  'end tags without an end': (size) => `<a>${'</'.repeat(size / 2)}`,
  'angle brackets': (size) => '<'.repeat(size),
  'closing brackets': (size) => `<a>${'>'.repeat(size)}</a>`,
  'one attribute': (size) => `<a b="${'x'.repeat(size)}"/>`,
  'an attribute without an end': (size) => `<a b="${'x'.repeat(size)}`,
  'attributes without values': (size) => `<a ${'b '.repeat(size / 2)}/>`,
  'many attributes': (size) => `<a${Array.from({ length: size / 12 }, (_, n) => ` b${n}="1"`).join('')}/>`,
  'white space in a tag': (size) => `<a${' '.repeat(size)}b="1"/>`,
  'one name': (size) => `<${'a'.repeat(size)}/>`,
  'one name with colons': (size) => `<${'a:'.repeat(size / 2)}a/>`,
  quotes: (size) => `<a b=${'"'.repeat(size)}/>`,
  'CDATA sections that begin': (size) => `<a>${'<![CDATA['.repeat(size / 9)}`,
  'a CDATA section of brackets': (size) => `<a><![CDATA[${']'.repeat(size)}]]></a>`,
  ampersands: (size) => `<a>${'&'.repeat(size)}</a>`,
  'ampersands in an attribute': (size) => `<a b="${'&'.repeat(size)}"/>`,
  'a reference without an end': (size) => `<a>&#${'1'.repeat(size)}</a>`,
  references: (size) => `<a>${'&amp;'.repeat(size / 5)}</a>`,
  'processing instructions that begin': (size) => `<a>${'<?'.repeat(size / 2)}`,
  'declarations that begin': (size) => '<?xml '.repeat(size / 6),
  'white space only': (size) => ' '.repeat(size),
  'line feeds before a mistake': (size) => `<a>${'\n'.repeat(size)}</b>`,
  'small elements': (size) => `<a>${'<b/>'.repeat(size / 4)}</a>`,
  'elements of many names': (size) => `<a>${Array.from({ length: size / 9 }, (_, n) => `<b${n}/>`).join('')}</a>`,
  'a DOCTYPE without an end': (size) => `<!DOCTYPE ${'['.repeat(size)}`,
  'titles of a web page': (size) => `<html>${'<title '.repeat(size / 7)}`,
  'NUL characters': (size) => `<a>${'\0'.repeat(size)}</a>`,
};

describe('xml-reader and hostile documents', () => {
  for (const [what, make] of Object.entries(hostile)) {
    it(`${what}: neither slow nor another error than EwsError`, () => {
      const [small, large] = [timeToRead(make(50_000)), timeToRead(make(400_000))];
      // Eight times the size: quadratic would be 64 times the time. Below 200 ms the clock says little.
      assert.ok(large < Math.max(200, small * 32), `${small.toFixed(1)} ms became ${large.toFixed(1)} ms`);
    });
  }
});

/** Milliseconds of this process's own computing, so that a busy machine does not fail the test. */
function timeToRead(document: string): number {
  const before = process.cpuUsage();
  try {
    readXml(document);
  } catch (thrown) {
    assert.ok(thrown instanceof EwsError, String(thrown));
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
