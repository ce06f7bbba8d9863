import assert from 'node:assert/strict';
import fc from 'fast-check';
import { EwsError } from '../../dist/src/protocol/ews-error.js';
import { EnvelopeCutter } from '../../dist/src/transport/envelope-cutter.js';

/** Cuts `bytes` in pieces of the given sizes, over and over. */
function cut(bytes: Buffer, sizes: readonly number[], maxBytes?: number): string[] {
  const cutter = new EnvelopeCutter(maxBytes);
  const envelopes: string[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? bytes.length;
    // A copy, so that a piece that is kept by reference shows.
    const piece = Buffer.from(bytes.subarray(at, at + size));
    envelopes.push(...cutter.push(piece));
    piece.fill(0);
    at += size;
  }
  assert.equal(cutter.isInside, false);
  return envelopes;
}

const ENVELOPES = [
  '<Envelope/>',
  '<s:Envelope xmlns:s="urn:s"><s:Body>text with Envelope in it, &lt;/s:Envelope&gt;</s:Body></s:Envelope>',
  '<SOAP:Envelope\n  xmlns:SOAP="urn:s"\n  a=\'>"/\'><!-- </SOAP:Envelope> -- -> --><b><![CDATA[</SOAP:Envelope>]]]]><![CDATA[>]]></b\n></SOAP:Envelope>',
  '<Envelope><a x="/>"/><a x=\'<\' /><?pi ?> ?></Envelope>',
  '<e><Größe>Ünïcödé 😀 漢字</Größe><a/></e>',
  '<e><!----><![CDATA[]]><a b=""/></e>',
];
const BETWEEN = [
  '',
  '\r\n',
  ' \t\n',
  '<?xml version="1.0" encoding="utf-8"?>',
  '\ufeff<?xml version="1.0 (http://www.w3.org/TR/REC-xml/)"?>\n',
  '<!-- > -->',
];

describe('EnvelopeCutter', () => {
  it('finds the same envelopes however the bytes are split', () => {
    const part = fc.tuple(fc.constantFrom(...BETWEEN), fc.constantFrom(...ENVELOPES));
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 70 }), { minLength: 1, maxLength: 9 }),
        (parts, sizes) => {
          const bytes = Buffer.from(parts.flat().join('') + '\n');
          assert.deepEqual(
            cut(bytes, sizes).map((envelope) => envelope.replace(/^[\ufeff\s]*(<\?[^>]*\?>\s*|<!--.*?-->\s*)?/, '')),
            parts.map(([, envelope]) => envelope),
          );
        },
      ),
      { numRuns: 500 },
    );
  });

  it('finds them at every single split, byte by byte too', () => {
    const bytes = Buffer.from(ENVELOPES.join('\n'));
    const whole = cut(bytes, [bytes.length]);
    assert.equal(whole.length, ENVELOPES.length);
    for (let at = 1; at < bytes.length; at += 1) assert.deepEqual(cut(bytes, [at, bytes.length]), whole);
    assert.deepEqual(cut(bytes, [1]), whole);
  });

  it('gives an envelope as soon as its last byte has come, without waiting for the next', () => {
    const cutter = new EnvelopeCutter();
    assert.deepEqual(cutter.push(Buffer.from('<a><b>')), []);
    assert.equal(cutter.isInside, true);
    assert.deepEqual(cutter.push(Buffer.from('</b></a>')), ['<a><b></b></a>']);
    assert.equal(cutter.isInside, false);
  });

  it('refuses an envelope over the bound and names the size, wherever the chunks end', () => {
    for (const size of [1, 100, 5000]) {
      assert.throws(
        () => cut(Buffer.from(`<a>${'x'.repeat(3000)}</a>`), [size], 1000),
        (error) =>
          error instanceof EwsError && error.code === 'EWS_TOO_LARGE' && error.message.includes('bound is 1000 bytes'),
      );
    }
    assert.equal(cut(Buffer.from(`<a>${'x'.repeat(990)}</a>`.repeat(50)), [77], 1000).length, 50);
  });

  for (const [what, text] of [
    ['text before', 'hello <a/>'],
    ['a stray HTTP answer', '<a/>HTTP/1.1 200 OK\r\n\r\n<a/>'],
    ['a web page', '<!DOCTYPE html><html></html>'],
    ['an entity bomb', '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'],
    ['a DOCTYPE inside', '<a><!DOCTYPE b></a>'],
    ['an end tag that ends nothing', '<a/></a>'],
    ['CDATA outside', '<![CDATA[x]]><a/>'],
  ] as const) {
    it(`refuses ${what}`, () => {
      for (const size of [1, 3, 1000]) {
        assert.throws(
          () => cut(Buffer.from(text), [size]),
          (error) => error instanceof EwsError && error.code === 'EWS_MALFORMED',
        );
      }
    });
  }
});
