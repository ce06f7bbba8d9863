import { EwsError } from './ews-error.js';
import { quoted } from './quoted.js';
import { position, xmlProblem } from './xml-problem.js';
import { decodeReference, LONGEST_REFERENCE } from './xml-reference.js';

/** Elements may be nested this deep. EWS needs about twenty. */
export const MAX_DEPTH = 100;

/** Elements, attributes, comments and CDATA sections in one document; 16 MiB of notifications have about 350,000. */
const MAX_PARTS = 500_000;

/** The schema's longest name has about fifty characters. */
const MAX_NAME_LENGTH = 200;

const NAME = /^(?:[\p{L}_][\p{L}\p{M}\p{N}_.-]*:)?[\p{L}_][\p{L}\p{M}\p{N}_.-]*$/u;

/**
 * Throws an `EwsError` unless `document` is, from `start` on, one well-formed element with nothing but white space and
 * comments around it, and without what SOAP forbids: a DOCTYPE (which is how entity bombs come in) and processing
 * instructions (https://www.w3.org/TR/2000/NOTE-SOAP-20000508/#_Toc478383492).
 *
 * The validator of fast-xml-parser is not used: it takes `<a ===/>` and text after the root, and its messages can be as
 * long as the document. Control characters are let through, as servers send them in subjects and bodies.
 * Each character is looked at a fixed number of times, whatever the document is.
 */
export function checkWellFormed(document: string, start: number): void {
  new WellFormedCheck(document, start).run();
}

class WellFormedCheck {
  readonly #document: string;
  #at: number;
  #parts = 0;
  #rootSeen = false;
  readonly #open: { readonly name: string; readonly at: number }[] = [];
  readonly #knownNames = new Set<string>();
  readonly #lessThan: NextOf;
  readonly #ampersand: NextOf;

  constructor(document: string, start: number) {
    this.#document = document;
    this.#at = start;
    this.#lessThan = new NextOf(document, '<');
    this.#ampersand = new NextOf(document, '&');
  }

  run(): void {
    const { length } = this.#document;
    while (this.#at < length) {
      const tag = Math.min(this.#lessThan.from(this.#at), length);
      this.#checkText(this.#at, tag);
      this.#at = tag;
      if (tag < length) this.#markup();
    }
    const unclosed = this.#open.at(-1);
    if (unclosed) this.#fail(`it ends before <${unclosed.name}> is closed`, unclosed.at);
    if (!this.#rootSeen) this.#fail('it has no element', length);
  }

  #checkText(from: number, to: number): void {
    if (this.#open.length > 0) {
      this.#checkReferences(from, to);
      return;
    }
    for (let at = from; at < to; at++) {
      if (!isSpace(this.#document.charCodeAt(at))) this.#fail('there is text outside the root element', at);
    }
  }

  #checkReferences(from: number, to: number): void {
    for (let at = this.#ampersand.from(from); at < to; at = this.#ampersand.from(at + 1)) {
      const end = this.#document.slice(at, Math.min(at + LONGEST_REFERENCE, to)).indexOf(';');
      const reference = this.#document.slice(at, end === -1 ? Math.min(at + 20, to) : at + end + 1);
      if (end === -1 || decodeReference(reference) === undefined) {
        this.#fail(`"${quoted(reference)}" refers to no character that XML knows`, at);
      }
    }
  }

  #markup(): void {
    this.#countPart();
    const kind = this.#document.charAt(this.#at + 1);
    if (kind === '/') this.#endTag();
    else if (kind === '!') this.#commentOrCdata();
    else if (kind === '?') this.#fail('it has a processing instruction, which SOAP forbids', this.#at);
    else this.#startTag();
  }

  #startTag(): void {
    const start = this.#at;
    if (this.#open.length === 0 && this.#rootSeen) this.#fail('it has more than one root element', start);
    if (this.#open.length >= MAX_DEPTH) this.#fail(`elements are nested more than ${MAX_DEPTH} deep`, start);
    this.#rootSeen = true;
    this.#at += 1;
    const name = this.#name('an element');
    this.#attributes(name, start);
    if (this.#document.startsWith('/>', this.#at)) {
      this.#at += 2;
    } else {
      this.#expect('>', `the tag <${name}`, start);
      this.#open.push({ name, at: start });
    }
  }

  #attributes(element: string, start: number): void {
    let seen: Set<string> | undefined;
    for (;;) {
      const spaced = this.#skipSpace();
      const next = this.#document.charAt(this.#at);
      if (next === '>' || next === '/') return;
      if (next === '' || next === '<') this.#fail(`the tag <${element} is not ended`, start);
      if (!spaced) this.#fail(`there must be white space between the attributes of <${element}>`, this.#at);
      const at = this.#at;
      this.#countPart();
      const name = this.#name(`an attribute of <${element}>`);
      if (seen?.has(name)) this.#fail(`<${element}> has the attribute ${name} twice`, at);
      (seen ??= new Set()).add(name);
      this.#attributeValue(`the attribute ${name} of <${element}>`, at);
    }
  }

  #attributeValue(attribute: string, start: number): void {
    this.#skipSpace();
    this.#expect('=', attribute, start);
    this.#skipSpace();
    const quote = this.#document.charAt(this.#at);
    if (quote !== '"' && quote !== "'") this.#fail(`${attribute} has no value in quotes`, start);
    const end = this.#document.indexOf(quote, this.#at + 1);
    if (end === -1 || this.#lessThan.from(this.#at) < end) this.#fail(`the value of ${attribute} is not ended`, start);
    this.#checkReferences(this.#at + 1, end);
    this.#at = end + 1;
  }

  #endTag(): void {
    const start = this.#at;
    this.#at += 2;
    const name = this.#name('an element');
    this.#skipSpace();
    this.#expect('>', `the tag </${name}`, start);
    const opened = this.#open.pop();
    if (!opened) this.#fail(`</${name}> closes an element that is not open`, start);
    else if (opened.name !== name) {
      this.#fail(`<${opened.name}> of ${position(this.#document, opened.at)} is closed by </${name}>`, start);
    }
  }

  #commentOrCdata(): void {
    if (this.#document.startsWith('<!--', this.#at)) this.#skipPast('-->', 4, 'a comment');
    else if (!this.#document.startsWith('<![CDATA[', this.#at)) {
      const doctype = /^<!doctype/i.test(this.#document.slice(this.#at, this.#at + 9));
      this.#fail(`it has a ${doctype ? 'DOCTYPE' : 'declaration'} ("<!…"), which is refused`, this.#at);
    } else if (this.#open.length === 0) this.#fail('there is text outside the root element', this.#at);
    else this.#skipPast(']]>', 9, 'a CDATA section');
  }

  #skipPast(end: string, opening: number, what: string): void {
    const at = this.#document.indexOf(end, this.#at + opening);
    if (at === -1) this.#fail(`${what} is not ended by "${end}"`, this.#at);
    this.#at = at + end.length;
  }

  #name(what: string): string {
    const start = this.#at;
    const limit = Math.min(start + MAX_NAME_LENGTH + 1, this.#document.length);
    while (this.#at < limit && !endsName(this.#document.charCodeAt(this.#at))) this.#at += 1;
    const name = this.#document.slice(start, this.#at);
    if (!this.#knownNames.has(name)) {
      if (name.length > MAX_NAME_LENGTH) this.#fail(`${what} has a name over ${MAX_NAME_LENGTH} characters`, start);
      if (!NAME.test(name)) this.#fail(name === '' ? `${what} has no name` : `"${quoted(name)}" is no XML name`, start);
      this.#knownNames.add(name);
    }
    return name;
  }

  #skipSpace(): boolean {
    const start = this.#at;
    while (isSpace(this.#document.charCodeAt(this.#at))) this.#at += 1;
    return this.#at > start;
  }

  #expect(character: string, what: string, start: number): void {
    if (this.#document.charAt(this.#at) !== character) this.#fail(`${what} lacks its "${character}"`, start);
    this.#at += 1;
  }

  #countPart(): void {
    this.#parts += 1;
    if (this.#parts <= MAX_PARTS) return;
    throw new EwsError('EWS_TOO_LARGE', `The XML has more than ${MAX_PARTS} elements and attributes.`);
  }

  #fail(what: string, at: number): never {
    throw xmlProblem(what, { document: this.#document, at });
  }
}

/** Where a character comes next. Searched for once a place, so that asking often does not cost a search each time. */
class NextOf {
  #found = -1;

  constructor(
    private readonly document: string,
    private readonly character: string,
  ) {}

  /** The index of the first one at or after `at`; Infinity when there is none. `at` must not go down. */
  from(at: number): number {
    if (this.#found < at) {
      const found = this.document.indexOf(this.character, at);
      this.#found = found === -1 ? Infinity : found;
    }
    return this.#found;
  }
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x09 || code === 0x0d;
}

/** White space, `=`, `/`, `>`, `<` and quotes end a name; what else it must not hold is found by NAME. */
function endsName(code: number): boolean {
  return isSpace(code) || (code >= 0x3c && code <= 0x3e) || code === 0x2f || code === 0x22 || code === 0x27;
}
