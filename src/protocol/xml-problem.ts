import { EwsError } from './ews-error.js';

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
