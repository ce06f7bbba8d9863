import type { Random } from '../../dist/src/sandbox/random.js';
import type { Kind } from './compare.js';

const SOAP = 'http://schemas.xmlsoap.org/soap/envelope/';
const TYPES = 'http://schemas.microsoft.com/exchange/services/2006/types';
const MESSAGES = 'http://schemas.microsoft.com/exchange/services/2006/messages';

const KINDS = ['NewMail', 'Created', 'Deleted', 'Modified', 'Moved', 'Copied', 'FreeBusyChanged'];
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=';
const DECLARATIONS = [
  '<?xml version="1.0" encoding="utf-8"?>',
  '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n',
  "<?xml version='1.0'?>",
  '<?xml version="1.0" encoding="utf-16"?>',
  '<?xml version="1.0 (http://www.w3.org/TR/REC-xml/)" encoding="utf-8"?> ',
  '\ufeff<?xml version="1.0" encoding="utf-8"?>',
];
const TIMES = ['2026-03-02T08:15:04Z', '2026-11-22T17:34:56.497647817Z', '2026-03-02T09:15:04.1+01:00'];
const ODD = ['a&amp;b', '&#x1F600;', '😀', 'Größe', '&#10;x', ' a ', '&lt;&gt;&quot;&apos;', 'a>b', ']]>', '&#65;'];

/** How a server writes: everything that may differ without a difference in what is said. */
interface Style {
  readonly soap: string;
  readonly messages: string;
  readonly types: string;
  /** Between tags. */
  readonly gap: string;
  readonly quote: string;
  readonly paired: boolean;
  readonly watermarks: boolean;
  readonly changeKeys: boolean;
  /** How often a value is an odd one. */
  readonly odd: number;
}

/** A document as a server might write it, well-formed and successful. The same numbers give the same document. */
export function randomDocument(random: Random, kind: Kind): string {
  return new Writer(random).document(kind);
}

class Writer {
  readonly #random: Random;
  readonly #style: Style;

  constructor(random: Random) {
    this.#random = random;
    const rarely = <T>(usual: T, ...others: T[]): T => (random.next() < 0.6 ? usual : random.pick(others));
    this.#style = {
      soap: rarely('s:', 'soap:', 'SOAP:', 'soap11:', '', 'x-1.y_:'),
      messages: rarely('m:', '', 'ns2:', 't:'),
      types: rarely('t:', '', 'm:', 'Ns-3:'),
      gap: rarely('', ' ', '\n', '\r\n  '),
      quote: rarely('"', "'"),
      paired: rarely(false, true),
      watermarks: random.next() < 0.5,
      changeKeys: random.next() < 0.5,
      odd: rarely(0, 0.2),
    };
  }

  document(kind: Kind): string {
    const { soap } = this.#style;
    const messages = Array.from({ length: kind === 'pull' || this.#chance(0.8) ? 1 : 2 }, () => this.#message(kind));
    const name = { streaming: 'GetStreamingEventsResponse', pull: 'GetEventsResponse', push: 'SendNotification' }[kind];
    const response = this.#inMessages(name, this.#inMessages('ResponseMessages', ...messages));
    const parts = [this.#header(kind), this.#element(`${soap}Body`, '', response)];
    const prolog = this.#chance(0.3) ? '' : this.#random.pick(DECLARATIONS);
    const declared = ` xmlns${soap === '' ? '' : `:${soap.slice(0, -1)}`}=${this.#quoted(SOAP)}`;
    return prolog + this.#element(`${soap}Envelope`, declared, ...parts) + (this.#chance(0.1) ? '\r\n' : '');
  }

  #header(kind: Kind): string {
    const { soap, types } = this.#style;
    const version = ['MajorVersion', 'MinorVersion', 'MajorBuildNumber', 'MinorBuildNumber', 'Version']
      .filter(() => this.#chance(0.9))
      .map(
        (name) =>
          ` ${name}=${this.#quoted(name === 'Version' ? 'V2017_07_11' : String(this.#random.integer(0, 3000)))}`,
      )
      .join('');
    const namespaces = ` xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns=${this.#quoted(TYPES)}`;
    const info = this.#element(`${types}ServerVersionInfo`, version + (this.#chance(0.5) ? namespaces : ''));
    const asked = this.#element(`${types}RequestServerVersion`, ` Version=${this.#quoted('Exchange2010_SP2')}`);
    if (this.#chance(0.1)) return '';
    return this.#element(`${soap}Header`, '', this.#chance(0.1) ? '' : kind === 'push' ? asked : info);
  }

  #message(kind: Kind): string {
    const name = { streaming: 'GetStreamingEvents', pull: 'GetEvents', push: 'SendNotification' }[kind];
    const many = kind === 'streaming' ? this.#random.integer(0, 3) : 1;
    const notifications = Array.from({ length: many }, () => this.#notification());
    const list = many > 0 || this.#chance(0.5) ? this.#inMessages('Notifications', ...notifications) : '';
    const errors = this.#chance(0.3) ? this.#inMessages('ErrorSubscriptionIds') : '';
    const status = this.#chance(0.5)
      ? this.#text(`${this.#style.messages}ConnectionStatus`, this.#random.pick(['OK', 'Closed']))
      : '';
    const content = kind === 'streaming' ? [list, errors, status] : notifications;
    const tag = kind === 'pull' && this.#chance(0.2) ? 'x' : `${name}ResponseMessage`;
    const code = this.#text(`${this.#style.messages}ResponseCode`, 'NoError');
    return this.#element(
      `${this.#style.messages}${tag}`,
      ` ResponseClass=${this.#quoted('Success')}`,
      code,
      ...content,
    );
  }

  #notification(): string {
    const { messages, types, watermarks } = this.#style;
    const head = this.#text(`${types}SubscriptionId`, this.#value(20));
    const previous = watermarks ? this.#text(`${types}PreviousWatermark`, this.#value(12)) : '';
    const more = this.#chance(0.5) ? this.#text(`${types}MoreEvents`, this.#random.pick(['true', 'false'])) : '';
    const events = Array.from({ length: this.#random.integer(0, 4) }, () => this.#event());
    return this.#element(`${messages}Notification`, '', head, previous, more, ...events);
  }

  #event(): string {
    const { types } = this.#style;
    const mark = this.#style.watermarks ? this.#text(`${types}Watermark`, this.#value(12)) : '';
    if (this.#chance(0.1)) return this.#element(`${types}StatusEvent`, '', mark);
    const kind = this.#random.pick(KINDS);
    const what = this.#chance(0.7) ? 'ItemId' : 'FolderId';
    const parts = [
      this.#text(`${types}TimeStamp`, this.#random.pick(TIMES)),
      this.#id(what),
      this.#id('ParentFolderId'),
    ];
    if (kind === 'Moved' || kind === 'Copied') parts.push(this.#id(`Old${what}`), this.#id('OldParentFolderId'));
    if (kind === 'Modified' && what === 'FolderId' && this.#chance(0.5)) {
      parts.push(this.#text(`${types}UnreadCount`, String(this.#random.integer(0, 99))));
    }
    return this.#element(`${types}${kind}Event`, '', mark, ...parts);
  }

  #id(name: string): string {
    const attributes = [` Id=${this.#quoted(this.#value(150))}`];
    if (this.#style.changeKeys) attributes.push(` ChangeKey=${this.#quoted(this.#value(8))}`);
    if (this.#chance(0.05)) attributes.reverse();
    return this.#element(`${this.#style.types}${name}`, attributes.join(''));
  }

  /** With the prefix of messages, and the namespaces where they begin. */
  #inMessages(name: string, ...content: readonly string[]): string {
    const { messages, types } = this.#style;
    const declare = (prefix: string, uri: string) =>
      ` xmlns${prefix === '' ? '' : `:${prefix.slice(0, -1)}`}=${this.#quoted(uri)}`;
    const begins = name.endsWith('Response') || name === 'SendNotification';
    const both = declare(messages, MESSAGES) + (messages === types ? '' : declare(types, TYPES));
    return this.#element(`${messages}${name}`, begins ? both : '', ...content);
  }

  #element(name: string, attributes: string, ...content: readonly string[]): string {
    const { gap, paired } = this.#style;
    const inner = content.filter((part) => part !== '');
    const spaced = gap.startsWith('\r') ? attributes.replace(/^ /, '\r\n    ') : attributes;
    if (inner.length === 0 && !paired) return `<${name}${spaced}${spaced !== '' && this.#chance(0.1) ? ' ' : ''}/>`;
    return `<${name}${spaced}>${[...inner.map((part) => gap + part), gap].join('')}</${name}>`;
  }

  #text(name: string, value: string): string {
    return `<${name}>${value}</${name}>`;
  }

  #value(length: number): string {
    if (this.#chance(this.#style.odd)) return this.#random.pick(ODD);
    const long = this.#chance(0.002) ? 20_000 : this.#random.integer(1, length);
    let text = '';
    while (text.length < long) text += BASE64.charAt(this.#random.integer(0, BASE64.length - 1));
    return text;
  }

  #quoted(value: string): string {
    const { quote } = this.#style;
    return quote + value + quote;
  }

  #chance(part: number): boolean {
    return this.#random.next() < part;
  }
}
