import { EwsError } from '../protocol/ews-error.js';

const LT = 0x3c; // <
const GT = 0x3e; // >
const SLASH = 0x2f; // /
const BANG = 0x21; // !
const QUESTION = 0x3f; // ?
const DOUBLE = 0x22; // "
const SINGLE = 0x27; // '
const DASH = 0x2d; // -
const BRACKET = 0x5d; // ]

const CDATA_START = Buffer.from('[CDATA[');

/** Where in the markup the scanner stands. */
const enum At {
  Text,
  /** Behind "<". */
  TagOpen,
  /** In a start tag, outside quotes. */
  StartTag,
  DoubleQuoted,
  SingleQuoted,
  EndTag,
  ProcessingInstruction,
  /** Behind "<!". */
  Declaration,
  /** Behind "<!-". */
  CommentStart,
  Comment,
  /** In "<![CDATA[". */
  CdataStart,
  Cdata,
}

/**
 * Follows XML through bytes that come in pieces and tells where a document ends: where its root element is closed.
 * It knows nothing of names, prefixes or encodings: in UTF-8 no byte of markup is part of another character, so a piece
 * may end anywhere. What it lets through may still be malformed; that is for the reader to say.
 */
export class MarkupScanner {
  #at: At = At.Text;
  #depth = 0;
  /** Bytes of "[CDATA[" seen, or of the "--" or "]]" that may end a comment or CDATA section. */
  #matched = 0;
  #selfClosing = false;

  /** Whether nothing of a document has been seen since the last one ended: not even the beginning of its markup. */
  get isBetween(): boolean {
    return this.#depth === 0 && this.#at === At.Text;
  }

  /**
   * Scans `bytes` from `from` on. Returns the position behind the end of the root element, or -1 when the document goes
   * on. Throws `EWS_MALFORMED` for what no document can hold: text outside its root element, a DOCTYPE.
   */
  scan(bytes: Buffer, from: number): number {
    let at = from;
    while (at < bytes.length) {
      if (this.#at === At.Text) {
        const next = bytes.indexOf(LT, at);
        const end = next === -1 ? bytes.length : next;
        if (this.#depth === 0) refuseText(bytes, at, end);
        if (next === -1) return -1;
        this.#at = At.TagOpen;
        at = next + 1;
        continue;
      }
      at = this.#skip(bytes, at);
      if (at >= bytes.length) return -1;
      if (this.#step(bytes[at] ?? 0) && this.#depth === 0) return at + 1;
      at += 1;
    }
    return -1;
  }

  /** Jumps over what cannot end the present state; most bytes of tags and quotes go this way. */
  #skip(bytes: Buffer, at: number): number {
    if (this.#at === At.StartTag) return this.#skipInStartTag(bytes, at);
    const wanted =
      this.#at === At.DoubleQuoted
        ? DOUBLE
        : this.#at === At.SingleQuoted
          ? SINGLE
          : this.#at === At.EndTag
            ? GT
            : this.#matched === 0 && this.#at === At.Comment
              ? DASH
              : this.#matched === 0 && this.#at === At.Cdata
                ? BRACKET
                : undefined;
    if (wanted === undefined) return at;
    const next = bytes.indexOf(wanted, at);
    return next === -1 ? bytes.length : next;
  }

  #skipInStartTag(bytes: Buffer, from: number): number {
    let at = from;
    while (at < bytes.length && !endsInStartTag(bytes[at] ?? 0)) at += 1;
    if (at > from) this.#selfClosing = bytes[at - 1] === SLASH;
    return at;
  }

  /** One byte of markup. Returns whether it closed an element. */
  #step(byte: number): boolean {
    switch (this.#at) {
      case At.Text:
        return false;
      case At.TagOpen:
        this.#open(byte);
        return false;
      case At.StartTag:
        return this.#startTag(byte);
      case At.DoubleQuoted:
      case At.SingleQuoted:
        this.#at = At.StartTag;
        return false;
      case At.EndTag:
        this.#at = At.Text;
        this.#depth -= 1;
        return true;
      case At.ProcessingInstruction:
        this.#until(byte, QUESTION, 1);
        return false;
      case At.Declaration:
        this.#declaration(byte);
        return false;
      case At.CommentStart:
        if (byte !== DASH) throw unexpected('a document type declaration (DOCTYPE)');
        this.#at = At.Comment;
        return false;
      case At.Comment:
        this.#until(byte, DASH, 2);
        return false;
      case At.CdataStart:
        this.#matched += 1;
        if (byte !== CDATA_START[this.#matched - 1]) throw unexpected('a document type declaration (DOCTYPE)');
        if (this.#matched === CDATA_START.length) this.#enter(At.Cdata);
        return false;
      case At.Cdata:
        this.#until(byte, BRACKET, 2);
        return false;
    }
  }

  #open(byte: number): void {
    if (byte === SLASH) {
      if (this.#depth === 0) throw unexpected('an end tag that ends nothing');
      this.#at = At.EndTag;
    } else if (byte === QUESTION) this.#enter(At.ProcessingInstruction);
    else if (byte === BANG) this.#at = At.Declaration;
    else {
      this.#depth += 1;
      this.#selfClosing = false;
      this.#at = At.StartTag;
    }
  }

  #startTag(byte: number): boolean {
    if (byte === DOUBLE) this.#at = At.DoubleQuoted;
    else if (byte === SINGLE) this.#at = At.SingleQuoted;
    else if (byte === GT) {
      this.#at = At.Text;
      if (this.#selfClosing) this.#depth -= 1;
      return this.#selfClosing;
    }
    this.#selfClosing = false;
    return false;
  }

  #declaration(byte: number): void {
    if (byte === DASH) {
      this.#enter(At.CommentStart);
    } else if (byte === CDATA_START[0] && this.#depth > 0) {
      this.#enter(At.CdataStart);
      this.#matched = 1;
    } else throw unexpected('a document type declaration (DOCTYPE)');
  }

  #enter(at: At): void {
    this.#at = at;
    this.#matched = 0;
  }

  /** Leaves the present state at ">" behind at least `count` bytes `mark` in a row. */
  #until(byte: number, mark: number, count: number): void {
    if (byte === mark) this.#matched = Math.min(this.#matched + 1, count);
    else if (byte === GT && this.#matched === count) this.#enter(At.Text);
    else this.#matched = 0;
  }
}

/** What does not just go on with a name, white space or "=". */
function endsInStartTag(byte: number): boolean {
  return byte === GT || byte === DOUBLE || byte === SINGLE;
}

/** Between documents there may be white space and byte order marks only. */
function refuseText(bytes: Buffer, from: number, to: number): void {
  for (let at = from; at < to; at += 1) {
    const byte = bytes[at] ?? 0;
    const isSpace = byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
    // The three bytes of a byte order mark may come in different pieces, so each is let pass for itself.
    const isByteOrderMark = byte === 0xef || byte === 0xbb || byte === 0xbf;
    if (!isSpace && !isByteOrderMark) throw unexpected('text that is no XML');
  }
}

function unexpected(what: string): EwsError {
  return new EwsError('EWS_MALFORMED', `Between the answers of the stream there is ${what}.`);
}
