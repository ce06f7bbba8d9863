/**
 * The beginning of a text that came from outside, on one line and printable: a message is a sentence, not a document.
 * @param maxLength in UTF-16 code units
 */
export function quoted(text: string, maxLength = 60): string {
  const line = text
    .slice(0, maxLength)
    // eslint-disable-next-line no-control-regex -- unprintable characters are what is replaced
    .replace(/[\u0000-\u001f\u007f-\u009f\ufffd\s]+/g, ' ')
    .trim();
  return text.length > maxLength ? `${line}…` : line;
}
