import type { Random } from '../../dist/src/sandbox/random.js';

type Mutation = (document: string, random: Random) => string;

/** What is put in somewhere, whole or in pieces. */
const SNIPPETS = [
  '<!-- x -->',
  '<!---->',
  '<![CDATA[x]]>',
  '<![CDATA[</t:Id>]]>',
  '<?pi x?>',
  '<?xml version="1.0"?>',
  '<!DOCTYPE x [<!ENTITY e "v">]>',
  '&amp;',
  '&#10;',
  '&#13;',
  '&#x1F600;',
  '&#xD83D;&#xDE00;',
  '&#x110000;',
  '&#0;',
  '&bogus;',
  '&',
  '&amp',
  '&;',
  '&#;',
  '&#x;',
  '&AMP;',
  `&#${'0'.repeat(28)}65;`,
  `&#${'0'.repeat(29)}65;`,
  '<t:Unknown/>',
  '<t:Unknown a="1">x<t:Id Id="y"/></t:Unknown>',
  '<t:Watermark>AAAA</t:Watermark>',
  '<t:Watermark/>',
  '<t:StatusEvent/>',
  '<t:StatusEvent><t:Watermark/></t:StatusEvent>',
  '<t:FutureEvent><t:Watermark>zz</t:Watermark></t:FutureEvent>',
  '<t:TimeStamp>  </t:TimeStamp>',
  '<t:ItemId Id="other"/>',
  '<t:FolderId Id="other"></t:FolderId>',
  '<m:Notifications/>',
  '<m:ConnectionStatus>Closed</m:ConnectionStatus>',
  '<m:ErrorSubscriptionIds><t:SubscriptionId>bad</t:SubscriptionId></m:ErrorSubscriptionIds>',
  '<m:MessageText>No.</m:MessageText>',
  '<m:x ResponseClass="Error"><m:ResponseCode>ErrorServerBusy</m:ResponseCode></m:x>',
  '<m:x ResponseClass="Warning"><m:ResponseCode>ErrorBatchProcessingStopped</m:ResponseCode></m:x>',
  '<s:Fault><faultcode>a:ErrorAccessDenied</faultcode></s:Fault>',
  '<s:Header/>',
  ' xmlns:t="urn:x"',
  ' xmlns="urn:x"',
  ' xmlns:a="1<2"',
  ' Id="second"',
  ' ChangeKey=""',
  ' a:Id="other"',
  ' xml:lang="de"',
  ' Id = "spaced"',
  ' bare',
  'html:',
  't:',
  'constructor',
  '__proto__',
  '\ufeff',
  '\u00a0',
  '\u2028',
  '\u0000',
  '\u0085',
  '\ud800',
  'text',
  ' ',
  '\r\n',
  '\t',
  '"',
  "'",
  '<',
  '>',
  '/',
  '=',
  ':',
  ']]>',
  'ß',
  '😀',
];

const DEEP = 101;

const tokensOf = (document: string): string[] => document.match(/<[^>]*>?|[^<]+/g) ?? [];
const placeIn = (text: string, random: Random): number => random.integer(0, text.length);

/** Changes one of the tokens that `pattern` finds. */
function changing(pattern: RegExp, change: (token: string, random: Random) => string): Mutation {
  return (document, random) => {
    const found = [...document.matchAll(pattern)];
    if (found.length === 0) return document;
    const { index, 0: token } = random.pick(found);
    return document.slice(0, index) + change(token, random) + document.slice(index + token.length);
  };
}

function changingTokens(change: (tokens: string[], at: number, random: Random) => void): Mutation {
  return (document, random) => {
    const tokens = tokensOf(document);
    change(tokens, random.integer(0, Math.max(0, tokens.length - 1)), random);
    return tokens.join('');
  };
}

const MUTATIONS: Readonly<Record<string, Mutation>> = {
  truncated: (document, random) => document.slice(0, placeIn(document, random)),
  beheaded: (document, random) => document.slice(placeIn(document, random)),
  'a tag or text dropped': changingTokens((tokens, at) => tokens.splice(at, 1)),
  'a tag or text doubled': changingTokens((tokens, at) => tokens.splice(at, 0, tokens[at] ?? '')),
  'two neighbours swapped': changingTokens((tokens, at) => tokens.splice(at, 2, ...tokens.slice(at, at + 2).reverse())),
  'two swapped': changingTokens((tokens, at, random) => {
    const other = random.integer(0, Math.max(0, tokens.length - 1));
    [tokens[at], tokens[other]] = [tokens[other] ?? '', tokens[at] ?? ''];
  }),
  'some moved': changingTokens((tokens, at, random) => {
    const moved = tokens.splice(at, random.integer(1, 6));
    tokens.splice(random.integer(0, tokens.length), 0, ...moved);
  }),
  'some repeated': changingTokens((tokens, at, random) => {
    tokens.splice(at, 0, ...tokens.slice(at, at + random.integer(1, 12)));
  }),
  'something put between': changingTokens((tokens, at, random) => tokens.splice(at, 0, random.pick(SNIPPETS))),
  'something put anywhere': (document, random) => {
    const at = placeIn(document, random);
    return document.slice(0, at) + random.pick(SNIPPETS) + document.slice(at);
  },
  'something put into a text': changing(/(?<=>)[^<\s][^<]*(?=<)/g, (text, random) => {
    const at = placeIn(text, random);
    return text.slice(0, at) + random.pick(SNIPPETS) + text.slice(at);
  }),
  'something put into a value': changing(/(?<==["'])[^"'<]*(?=["'])/g, (text, random) => {
    const at = placeIn(text, random);
    return text.slice(0, at) + random.pick(SNIPPETS) + text.slice(at);
  }),
  'something put at the end of a start tag': changing(/(?<=<[^/>][^>]*)(?=\/?>)/g, (_, random) =>
    random.pick(SNIPPETS),
  ),
  'a text emptied': changing(/(?<=>)[^<\s][^<]*(?=<)/g, () => ''),
  'a value emptied': changing(/(?<==["'])[^"'<]*(?=["'])/g, () => ''),
  'a value very long': changing(/(?<==["'])[^"'<]*(?=["'])/g, (text, random) => text.repeat(random.integer(2, 300))),
  'a text in spaces': changing(/(?<=>)[^<\s][^<]*(?=<)/g, (text, random) => {
    const space = random.pick([' ', '\n', '\t', '\u00a0', '\u2003']);
    return space + text + space;
  }),
  'a character removed': changing(/[\s\S]/g, () => ''),
  'a character changed': changing(/[\s\S]/g, (_, random) => random.pick([...SNIPPETS, 'A', 'a', 'x'])),
  'other quotes': changing(/["']/g, (quote) => (quote === '"' ? "'" : '"')),
  'other quotes around a value': changing(/="[^"']*"/g, (value) => value.replaceAll('"', "'")),
  'space around an equals sign': changing(/=/g, (_, random) => random.pick([' =', '= ', '\n=\t'])),
  'other white space': changing(/ (?=[\w:]+=)/g, (_, random) => random.pick(['', '  ', '\n', '\t', '\r\n', '\u00a0'])),
  'attributes in another order': changing(/( [\w:]+="[^"<]*")( [\w:]+="[^"<]*")/g, (both) =>
    both.replace(/( [\w:]+="[^"<]*")( [\w:]+="[^"<]*")/, '$2$1'),
  ),
  'an attribute twice': changing(/ [\w:]+="[^"<]*"/g, (one) => one + one),
  'a prefix changed': changing(/(?<=<\/?)[\w-]+:/g, (_, random) =>
    random.pick(['', 'a:', 'undeclared:', 'xmlns:', ':', 'é:']),
  ),
  'a prefix added': changing(/(?<=<\/?)(?=\w)/g, () => 'p:'),
  'all of a prefix changed': (document, random) => {
    const [prefix] = /(?<=<)[\w-]+:/.exec(document) ?? [''];
    const other = random.pick(['', 'a:', 'undeclared:', 'html:', 'h1-x:', 'body.b:', 'é:', 'x'.repeat(80) + ':']);
    return prefix === ''
      ? document
      : document.replaceAll(`<${prefix}`, `<${other}`).replaceAll(`</${prefix}`, `</${other}`);
  },
  'a name in other letters': changing(/(?<=<\/?[\w-]*:?)[A-Z]\w+/g, (name) => name.toLowerCase()),
  'a self-closing tag opened': changing(/\/>/g, () => '>'),
  'a tag closed by itself': changing(/(?<!\/)>/g, () => '/>'),
  'a class or code changed': changing(/Success|NoError|OK|Closed|true|false/g, (_, random) =>
    random.pick([
      'Error',
      'Warning',
      'ErrorServerBusy',
      'True',
      '1',
      '0',
      ' OK ',
      'Success',
      'NoError',
      ' NoError',
      '',
    ]),
  ),
  'a kind or element changed': changing(
    /(?<=<\/?[\w-]*:?)(?:Old|Parent)?(?:ItemId|FolderId|\w+Event)(?=[\s/>])/g,
    (_, random) =>
      random.pick(['ItemId', 'FolderId', 'OldItemId', 'MovedEvent', 'ModifiedEvent', 'StatusEvent', 'Event', 'XEvent']),
  ),
  'a count changed': changing(/(?<=UnreadCount>)[^<]*/g, (_, random) =>
    random.pick(['-1', '1.5', ' 7 ', '12345678901', '0', '007', '٣', '']),
  ),
  'nested in itself': changing(/<([\w:-]+)[^<>]*>[^<]*<\/\1>/g, (element) => element.replace(/>/, `>${element}`)),
  'nested deep': (document) => '<a>'.repeat(DEEP) + document + '</a>'.repeat(DEEP),
  'line ends of another system': (document) => document.replaceAll('><', '>\r<'),
  'two documents': (document) => document + document,
  'a byte order mark': (document) => `\ufeff${document}`,
};

const ALL = Object.values(MUTATIONS);

/** The document with one to three of its parts spoilt, or only changed. */
export function mutated(document: string, random: Random): string {
  let changed = document;
  for (let left = random.pick([1, 1, 1, 2, 3]); left > 0; left -= 1) changed = random.pick(ALL)(changed, random);
  return changed;
}
