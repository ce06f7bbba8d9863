import { EwsError } from './ews-error.js';

/** The most that is quoted of what came from outside, in UTF-16 code units: a message is a sentence, not a document. */
const MAX_QUOTE = 60;

/** An `EWS_MALFORMED` for text that is no XML that is read; `at` is the index of what is wrong in `document`. */
export function xmlProblem(what: string, where?: { document: string; at: number }, cause?: unknown): EwsError {
  const place = where === undefined ? '' : ` (${position(where.document, where.at)})`;
  return new EwsError('EWS_MALFORMED', `The XML cannot be read: ${what}${place}.`, { cause });
}

/** `line 3, column 14`, both counted from 1, the column in UTF-16 code units. */
export function position(document: string, at: number): string {
  let line = 1;
  let lineStart = 0;
  for (let feed = document.indexOf('\n'); feed !== -1 && feed < at; feed = document.indexOf('\n', lineStart)) {
    line += 1;
    lineStart = feed + 1;
  }
  return `line ${line}, column ${at - lineStart + 1}`;
}

/** The beginning of `text` on one line, fit to be read in a message. */
export function quoted(text: string, maxLength: number = MAX_QUOTE): string {
  // eslint-disable-next-line no-control-regex -- unprintable characters are what is replaced
  const line = text.slice(0, maxLength).replace(/[\u0000-\u001f\u007f-\u009f\ufffd\s]+/g, ' ');
  return text.length > maxLength ? `${line}…` : line;
}
