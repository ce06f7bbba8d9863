import assert from 'node:assert/strict';
import { element, escapeXml, textElement } from '../../dist/src/protocol/xml-writer.js';
import { refusal } from './refusal.js';

describe('xml-writer', () => {
  it('escapes what has a meaning in XML, and white space that a parser would change', () => {
    assert.equal(escapeXml(`a&b<c>d"e'f`), 'a&amp;b&lt;c&gt;d&quot;e&apos;f');
    assert.equal(escapeXml('a\tb\nc\rd'), 'a&#9;b&#10;c&#13;d');
    assert.equal(escapeXml('&amp;'), '&amp;amp;');
  });

  it('leaves everything else as it is', () => {
    assert.equal(escapeXml('Grüße, 日本, 😀, \u00a0'), 'Grüße, 日本, 😀, \u00a0');
  });

  for (const [name, character, shown] of [
    ['NUL', '\u0000', /U\+0000/],
    ['a control character', '\u001b', /U\+001B/],
    ['a non-character', '\ufffe', /U\+FFFE/],
    ['the first half of a pair', '\ud83d', /U\+D83D/],
    ['the second half of a pair', '\ude00', /U\+DE00/],
  ] as const) {
    it(`refuses ${name}, which XML cannot carry`, () => {
      refusal(() => escapeXml(`a${character}b`), 'EWS_INVALID_REQUEST', shown);
    });
  }

  it('writes elements, with the attributes that have a value', () => {
    assert.equal(element('t:A', { Id: 'x"y', Key: undefined }), '<t:A Id="x&quot;y"/>');
    assert.equal(element('t:A', {}, '<t:B/>', '', '<t:C/>'), '<t:A><t:B/><t:C/></t:A>');
    assert.equal(textElement('t:A', '<'), '<t:A>&lt;</t:A>');
    assert.equal(textElement('t:A', 30), '<t:A>30</t:A>');
    assert.equal(textElement('t:A', ''), '<t:A></t:A>');
  });
});
