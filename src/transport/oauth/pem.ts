/** What PEM holds around its base64 (RFC 7468), in one line too. */
const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----(.+?)-----END \1-----/gs;

/**
 * PEM as it was before a field of one line or an environment variable took its line breaks away, or made `\n` of them.
 * Text that is no PEM comes back as it is.
 */
export function mendPem(text: string): string {
  const blocks = [...text.replace(/\\r|\\n/g, '\n').matchAll(BLOCK)].map(([whole, label = '', content = '']) => {
    // The headers of old encrypted keys must stay lines; such a key is refused later, in words.
    if (content.includes(':')) return whole;
    const lines = content.replace(/\s+/g, '').match(/.{1,64}/g) ?? [];
    return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`].join('\n');
  });
  return blocks.length === 0 ? text : `${blocks.join('\n')}\n`;
}
