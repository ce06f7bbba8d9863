import assert from 'node:assert/strict';
import fc from 'fast-check';
import { EwsError } from '../../dist/src/protocol/ews-error.js';
import { readXml } from '../../dist/src/protocol/xml-reader.js';
import { readFixture, readFixtureBytes } from '../support/fixture.js';
import { refusal } from './refusal.js';

describe('xml-reader refuses in words', () => {
  const malformed: [what: string, document: string, message: RegExp][] = [
    ['an empty text', '', /it is empty/],
    ['white space only', '\ufeff \r\n', /it is empty/],
    ['a declaration only', '<?xml version="1.0"?>', /it is empty/],
    ['a declaration that is not ended', '<?xml version="1.0"', /declaration is not ended/],
    ['comments only', '<!-- <a/> -->', /has no element/],
    [
      'a DOCTYPE',
      '<?xml version="1.0"?>\n<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
      /DOCTYPE.*refused \(line 2, column 1/,
    ],
    ['a DOCTYPE in small letters, behind a comment', '<!-- --><!doctype a><a/>', /DOCTYPE/],
    ['a declaration inside', '<a><!ENTITY b "c"></a>', /declaration.*refused/],
    ['a processing instruction', '<a><?php echo 1 ?></a>', /processing instruction/],
    ['an unclosed element', '<a>\n  <b>\n  text', /ends before <b> is closed \(line 2, column 3\)/],
    ['a mismatched end tag', '<a>\n<b>\n</a>', /<b> of line 2, column 1 is closed by <\/a> \(line 3, column 1\)/],
    ['end tags of another prefix', '<t:a></m:a>', /<t:a> of line 1, column 1 is closed by <\/m:a>/],
    ['end tags in another case', '<a></A>', /closed by <\/A>/],
    ['an end tag too many', '<a/></a>', /<\/a> closes an element that is not open \(line 1, column 5\)/],
    ['a second root element', '<a/>\n<b/>', /more than one root element \(line 2, column 1\)/],
    ['text before the root', '<!-- --> x <a/>', /text outside the root element \(line 1, column 10\)/],
    ['text after the root', '<a/>HTTP/1.1 200 OK', /text outside the root element \(line 1, column 5\)/],
    ['CDATA after the root', '<a/><![CDATA[x]]>', /text outside the root element/],
    ['a tag that is not ended', '<a b="1"', /the tag <a is not ended/],
    ['a tag inside a tag', '<a <b/>', /the tag <a is not ended/],
    ['an end tag that is not ended', '<a></a', /the tag <\/a lacks its ">"/],
    ['a tag without a name', '<a>< b/></a>', /an element has no name/],
    ['a name that is none', '<a><1b/></a>', /"1b" is no XML name/],
    ['a name with two prefixes', '<a:b:c/>', /"a:b:c" is no XML name/],
    ['an attribute without a value', '<a b/>', /attribute b of <a> lacks its "="/],
    ['an attribute without quotes', '<a b=c/>', /attribute b of <a> has no value in quotes/],
    ['an attribute that is not ended', '<a b="c></a>', /value of the attribute b of <a> is not ended/],
    ['an attribute with a tag inside', '<a b="<c/>"/>', /value of the attribute b of <a> is not ended/],
    ['attributes that touch', '<a b="1"c="2"/>', /white space between the attributes of <a>/],
    ['an attribute without a name', '<a ="1"/>', /an attribute of <a> has no name/],
    ['an attribute twice', '<a b="1" b="2"/>', /<a> has the attribute b twice/],
    ['a comment that is not ended', '<a><!-- </a>', /a comment is not ended by "-->"/],
    ['a CDATA section that is not ended', '<a><![CDATA[</a>', /a CDATA section is not ended by "]]>"/],
    ['a bare ampersand', '<a>Smith & Sons</a>', /"& Sons" refers to no character.*\(line 1, column 10\)/],
    ['an entity of HTML', '<a>\n\n&nbsp;</a>', /"&nbsp;" refers to no character.*\(line 3, column 1\)/],
    ['an entity without its end', '<a>&amp</a>', /"&amp" refers to no character/],
    ['a reference in an attribute', '<a b="&x;"/>', /"&x;" refers to no character/],
    ['a number that is no character', '<a>&#x110000;</a>', /"&#x110000;" refers to no character/],
    ['a number without digits', '<a>&#;&#x;</a>', /"&#;" refers to no character/],
    ['a capital X', '<a>&#X41;</a>', /"&#X41;" refers to no character/],
    ['elements nested too deep', `${'<a>'.repeat(101)}${'</a>'.repeat(101)}`, /nested more than 100 deep/],
    ['a name that JavaScript keeps for itself', '<a><__proto__/></a>', /__proto__/],
  ];
  for (const [what, document, message] of malformed) {
    it(what, () => {
      refusal(() => readXml(document), 'EWS_MALFORMED', message);
    });
  }

  it('a document over the bound', () => {
    refusal(() => readXml('<a></a>', 6), 'EWS_TOO_LARGE', /7 characters long, over the bound of 6/);
    refusal(() => readXml(`<a>${'<b/>'.repeat(500_000)}</a>`), 'EWS_TOO_LARGE', /more than 500000 elements/);
  });

  describe('what is no XML at all', () => {
    const others: [what: string, document: string, message: RegExp][] = [
      [
        'a page of a proxy',
        '<html><head><title>502 Bad Gateway</title></head><br></html>',
        /web page.*"502 Bad Gateway"/,
      ],
      [
        'a sign-in page',
        '<!DOCTYPE html>\n<html lang="en"><title>Sign in\n to Outlook</title>',
        /"Sign in to Outlook"/,
      ],
      ['a page that is XML', '<?xml version="1.0"?><!-- x --><html xmlns="x"><body/></html>', /it is a web page, not/],
      ['a page without a title', '<HTML><BODY>no</BODY></HTML>', /it is a web page, not an answer of EWS/],
      ['JSON', '{"error":{"code":"InvalidAuthenticationToken"}}', /it is JSON/],
      ['plain text', 'Service\tUnavailable\r\n', /it begins with "Service Unavailable" instead of a tag/],
      [
        'something compressed',
        readFixtureBytes('captures', 'README.md').toString('latin1').replace(/^./, '\u001f\ufffd\b'),
        /binary/,
      ],
      [
        'UTF-16 that was taken for UTF-8',
        Buffer.from('<a/>', 'utf16le').toString('latin1'),
        /"<" is no XML name|no name|is no XML/,
      ],
    ];
    for (const [what, document, message] of others) {
      it(what, () => {
        refusal(() => readXml(document), 'EWS_MALFORMED', message);
      });
    }
  });

  it('an entity bomb, before anything is expanded', () => {
    const levels = Array.from({ length: 9 }, (_, n) => `<!ENTITY l${n + 1} "${`&l${n};`.repeat(10)}">`).join('');
    refusal(() => readXml(`<!DOCTYPE l [<!ENTITY l0 "lol">${levels}]><l>&l9;</l>`), 'EWS_MALFORMED', /DOCTYPE/);
    refusal(() => readXml('<l>&l9;</l>'), 'EWS_MALFORMED', /&l9;/);
  });

  it('real documents that were cut off, wherever that was', () => {
    for (const fixture of [
      ['samples', 'workmail.push-heartbeat.xml'],
      ['samples', 'workmail.push-subscribe-response.xml'],
      ['captures', 'grommunio', '72-getevents-all-movefolder.response.xml'],
    ]) {
      const document = readFixture(...fixture).trimEnd();
      for (let length = 0; length < document.length; length++) {
        refusal(() => readXml(document.slice(0, length)), 'EWS_MALFORMED');
      }
      assert.ok(readXml(document));
    }
  });

  it('whatever a document is changed into, as EwsError or not at all', () => {
    const document = readFixture('captures', 'grommunio', '66-getevents-all-move.response.xml');
    const snippet = fc.constantFrom('<', '>', '"', "'", '&', '/', '=', '!', '<!--', ']]>', '\u0000', 'x', ':', '');
    const change = fc.tuple(fc.nat(document.length), fc.nat(30), snippet);
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        let changed = document;
        for (const [at, length, put] of changes) changed = changed.slice(0, at) + put + changed.slice(at + length);
        onlyEwsError(() => readXml(changed));
      }),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(fc.array(snippet, { maxLength: 40 }), (parts) => onlyEwsError(() => readXml(parts.join('')))),
    );
  });
});

function onlyEwsError(run: () => unknown): void {
  try {
    run();
  } catch (thrown) {
    assert.ok(thrown instanceof EwsError, String(thrown));
  }
}
