import { decodeReference } from '../xml-reference.js';
import { doubt } from './doubt.js';
import { tagsWith, type EventTags, type IdTags, type TextTags } from './event-tags.js';
import type { EwsId } from '../mailbox-event.js';

const LT = 0x3c; // <
const GT = 0x3e; // >
const SLASH = 0x2f; // /
const COLON = 0x3a; // :
const DOUBLE = 0x22; // "
const SINGLE = 0x27; // '
const EQUALS = 0x3d; // =

/** No name that is meant is as long, with its prefix, in UTF-16 code units. */
const MAX_NAME = 100;
/** The general reader takes these for web pages. */
const WEB_PAGE = /^(?:html|head|body|title|h1)\b/i;

/** Whatever looks like a reference, sound or not. The longest sound one has 32 characters. */
const REFERENCE = /&(?:[^;&]{1,30};)?/g;
const BREAK = /[\t\n\r]/;

/** No element of a notification has as many. */
const MAX_ATTRIBUTES = 12;

const NONE: readonly string[] = [];

/**
 * Goes through XML whose form is known beforehand, tag by tag, and is in doubt where something else comes than was
 * asked for: comments, CDATA sections, processing instructions, text between elements, names that are not plain, line
 * breaks in values. What it takes is well-formed: each end tag is compared with its start tag.
 */
export class StrictXml {
  readonly #xml: string;
  #at: number;
  /** Where the local part of the last name begins. */
  #local = 0;
  readonly #hasReferences: boolean;
  readonly #hasBreaks: boolean;
  /** Where the names of the elements that are open begin and end, the innermost last. No text is made of them. */
  readonly #names: number[];
  #attributes: Record<string, string> = {};

  /**
   * @param start where the root element begins, or where to go on
   * @param names what {@link names} were there, in another document that was the same up to there
   */
  constructor(xml: string, start: number, names: readonly number[] = []) {
    this.#xml = xml;
    this.#at = start;
    this.#names = [...names];
    this.#hasReferences = xml.includes('&');
    this.#hasBreaks = xml.includes('\n') || xml.includes('\r') || xml.includes('\t');
  }

  /** How far it is read. */
  get at(): number {
    return this.#at;
  }

  /** Where the names of the elements that are open begin and end. */
  get names(): readonly number[] {
    return [...this.#names];
  }

  /** The attributes of the last start tag, without the declarations of namespaces. */
  get attributes(): Readonly<Record<string, string>> {
    return this.#attributes;
  }

  /** Whether the element that begins next has that local name. */
  isNext(name: string): boolean {
    if (this.isOver) return false;
    const end = this.#nameEnd(this.#at + 1);
    return end - this.#local === name.length && this.#xml.startsWith(name, this.#local);
  }

  /** Whether no element begins any more in the present one. */
  get isOver(): boolean {
    this.#skipSpace();
    if (this.#xml.charCodeAt(this.#at) !== LT) doubt();
    return this.#xml.charCodeAt(this.#at + 1) === SLASH;
  }

  /**
   * Reads the start tag of an element of that local name. Returns whether it is one with content: then {@link leave}
   * has to follow.
   * @param allowed the attributes that it may have, besides declarations of namespaces
   */
  enter(name: string, allowed: readonly string[] = NONE): boolean {
    if (!this.isNext(name)) doubt();
    const xml = this.#xml;
    const start = this.#at + 1;
    const end = this.#local + name.length;
    this.#at = end;
    this.#readAttributes(allowed);
    if (xml.charCodeAt(this.#at) === SLASH) {
      if (xml.charCodeAt(this.#at + 1) !== GT) doubt();
      this.#at += 2;
      return false;
    }
    this.#at += 1;
    this.#names.push(start, end);
    return true;
  }

  /** {@link open} for the root element. */
  beginRoot(name: string): void {
    if (WEB_PAGE.test(this.#xml.slice(this.#at + 1, this.#at + 9))) doubt();
    this.open(name);
  }

  /** The same for an element that must not be empty. */
  open(name: string, allowed?: readonly string[]): void {
    if (!this.enter(name, allowed)) doubt();
  }

  /** Reads the end tag of the innermost element that is open. */
  leave(): void {
    this.#skipSpace();
    this.#endTag();
  }

  /** The text of an element of that local name, which holds nothing else. */
  textOf(name: string): string {
    this.open(name);
    const text = this.#textHere();
    this.#endTag();
    return text;
  }

  /** After the root element: only white space may follow. */
  finish(): void {
    this.#skipSpace();
    if (this.#at !== this.#xml.length) doubt();
  }

  /** The tags with the prefix of the element that begins next. */
  tags(): EventTags {
    this.#skipSpace();
    this.#nameEnd(this.#at + 1);
    return tagsWith(this.#xml.slice(this.#at + 1, this.#local));
  }

  /** Whether this very tag comes next; it then is behind. */
  takes(tag: string): boolean {
    this.#skipSpace();
    if (!this.#xml.startsWith(tag, this.#at)) return false;
    this.#at += tag.length;
    return true;
  }

  /** The text of an element without attributes; nothing where another begins. */
  text(tags: TextTags): string | undefined {
    if (!this.takes(tags.open)) return undefined;
    const text = this.#textHere();
    this.#expect(tags.close);
    return text;
  }

  /** The identity in an element that has no attributes but `Id` and `ChangeKey`; nothing where another begins. */
  id(tags: IdTags): EwsId | undefined {
    if (!this.takes(tags.open)) return undefined;
    const xml = this.#xml;
    let id = '';
    let changeKey: string | undefined;
    const bound = xml.indexOf('<', this.#at);
    while (this.#skipSpace()) {
      if (xml.startsWith('Id=', this.#at)) {
        if (id !== '') doubt();
        this.#at += 3;
        id = this.#value(bound);
        if (id === '') doubt();
      } else if (xml.startsWith('ChangeKey=', this.#at)) {
        if (changeKey !== undefined) doubt();
        this.#at += 10;
        changeKey = this.#value(bound);
      } else break;
    }
    if (id === '') doubt();
    if (xml.startsWith('/>', this.#at)) this.#at += 2;
    else {
      this.#expect('>');
      this.#skipSpace();
      this.#expect(tags.close);
    }
    return changeKey === undefined ? { id } : { id, changeKey };
  }

  /** The end tag of the innermost element that is open: the name that it was opened with, and nothing else. */
  #endTag(): void {
    const xml = this.#xml;
    const end = this.#names.pop() ?? doubt();
    const start = this.#names.pop() ?? doubt();
    let at = this.#at;
    if (xml.charCodeAt(at) !== LT || xml.charCodeAt(at + 1) !== SLASH) doubt();
    at += 2;
    for (let name = start; name < end; name += 1, at += 1) {
      if (xml.charCodeAt(at) !== xml.charCodeAt(name)) doubt();
    }
    if (xml.charCodeAt(at) !== GT) doubt();
    this.#at = at + 1;
  }

  #readAttributes(allowed: readonly string[]): void {
    const xml = this.#xml;
    this.#attributes = {};
    if (xml.charCodeAt(this.#at) === GT) return;
    const bound = xml.indexOf('<', this.#at);
    const seen: string[] = [];
    for (;;) {
      const spaced = this.#skipSpace();
      const code = xml.charCodeAt(this.#at);
      if (code === GT || code === SLASH) return;
      if (!spaced || seen.length === MAX_ATTRIBUTES) doubt();
      const end = this.#nameEnd(this.#at);
      const name = xml.slice(this.#at, end);
      if (seen.includes(name) || xml.charCodeAt(end) !== EQUALS) doubt();
      seen.push(name);
      this.#at = end + 1;
      const value = this.#value(bound);
      if (name === 'xmlns' || name.startsWith('xmlns:')) continue;
      if (!allowed.includes(name)) doubt();
      this.#attributes[name] = value;
    }
  }

  /** A value in quotes that begins here, before the "<" that comes next. */
  #value(bound: number): string {
    const quote = this.#xml.charCodeAt(this.#at);
    if (quote !== DOUBLE && quote !== SINGLE) doubt();
    const start = this.#at + 1;
    const end = this.#xml.indexOf(quote === DOUBLE ? '"' : "'", start);
    if (end === -1 || end > bound) doubt();
    this.#at = end + 1;
    const value = this.#xml.slice(start, end);
    if (this.#hasBreaks && BREAK.test(value)) doubt();
    return this.#hasReferences ? decoded(value) : value;
  }

  /** The text up to the next tag. */
  #textHere(): string {
    const start = this.#at;
    const end = this.#xml.indexOf('<', start);
    if (end === -1) doubt();
    this.#at = end;
    const text = this.#xml.slice(start, end);
    if (this.#hasBreaks && text.includes('\r')) doubt();
    return this.#hasReferences ? decoded(text) : text;
  }

  #expect(what: string): void {
    if (!this.#xml.startsWith(what, this.#at)) doubt();
    this.#at += what.length;
  }

  /** Returns whether there was any. */
  #skipSpace(): boolean {
    const start = this.#at;
    while (isSpace(this.#xml.charCodeAt(this.#at))) this.#at += 1;
    return this.#at > start;
  }

  /** Where the name ends that begins at `at`; {@link #local} then is where its local part begins. */
  #nameEnd(at: number): number {
    const xml = this.#xml;
    let end = at;
    let code = xml.charCodeAt(end);
    if (!isNameStart(code)) doubt();
    while (isNamePart(code)) code = xml.charCodeAt((end += 1));
    this.#local = at;
    if (code === COLON) {
      this.#local = end += 1;
      code = xml.charCodeAt(end);
      if (!isNameStart(code)) doubt();
      while (isNamePart(code)) code = xml.charCodeAt((end += 1));
    }
    if (end - at > MAX_NAME) doubt();
    return end;
  }
}

function decoded(text: string): string {
  return text.includes('&') ? text.replace(REFERENCE, (found) => decodeReference(found) ?? doubt()) : text;
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x09 || code === 0x0d;
}

/** Of names only those are taken for which nothing has to be known of Unicode. */
function isNameStart(code: number): boolean {
  const lower = code | 0x20;
  return (lower >= 0x61 && lower <= 0x7a) || code === 0x5f;
}

/** A letter, a digit, "_", "-" or ".". */
function isNamePart(code: number): boolean {
  return isNameStart(code) || (code >= 0x30 && code <= 0x39) || code === 0x2d || code === 0x2e;
}
