import { EwsError } from './ews-error.js';

// What XML 1.0 cannot carry in any form (https://www.w3.org/TR/xml/#charsets): most control characters,
// halves of surrogate pairs, and two non-characters. With the u flag a whole pair is one character.
// eslint-disable-next-line no-control-regex -- these very characters are what is looked for
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff\ud800-\udfff]/u;

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  // Left bare, a parser would turn these into a space (in an attribute) or a line feed.
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

/** `value` as it may stand in text and between quotes. Throws `EWS_INVALID_REQUEST` for characters that XML forbids. */
export function escapeXml(value: string): string {
  const forbidden = FORBIDDEN.exec(value);
  if (forbidden) {
    const code = (forbidden[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    throw new EwsError('EWS_INVALID_REQUEST', `A value holds the character U+${code}, which XML cannot carry.`);
  }
  return value.replace(/[&<>"'\t\n\r]/g, (character) => ESCAPES[character] ?? character);
}

/** An element with ready-made content. Attributes that are `undefined` are left out. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | undefined>>,
  ...content: readonly string[]
): string {
  let start = `<${name}`;
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined) start += ` ${key}="${escapeXml(value)}"`;
  }
  const inner = content.join('');
  return inner === '' ? `${start}/>` : `${start}>${inner}</${name}>`;
}

/** An element that holds text only. */
export function textElement(name: string, value: string | number): string {
  return `<${name}>${escapeXml(String(value))}</${name}>`;
}
