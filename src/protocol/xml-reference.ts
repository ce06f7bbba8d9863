/** The longest reference that is read, in characters: leading zeros are allowed, but not without end. */
export const LONGEST_REFERENCE = 32;

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

const REFERENCE = /^&(?:([a-z]{2,4})|#([0-9]+)|#x([0-9a-fA-F]+));$/;

/**
 * The character that `&lt;`, `&#233;` or `&#xE9;` stands for; nothing for what XML does not know without a DTD.
 * Control characters are let through, although XML forbids them: .NET servers write what they find in subjects and
 * bodies, and one odd character must not make an item unreadable.
 */
export function decodeReference(reference: string): string | undefined {
  const [, name, decimal, hexadecimal] = REFERENCE.exec(reference) ?? [];
  if (name !== undefined) return NAMED[name];
  const code = decimal === undefined ? Number.parseInt(hexadecimal ?? '', 16) : Number.parseInt(decimal, 10);
  return code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
}

/** `text` with its references replaced, in one pass: what a reference yields is not looked at again. */
export function decodeReferences(text: string): string {
  return text.includes('&') ? text.replace(/&[^;&]{1,31};/g, (found) => decodeReference(found) ?? found) : text;
}
