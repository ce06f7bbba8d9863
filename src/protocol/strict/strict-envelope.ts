import type { StreamingEvents } from '../get-streaming-events.js';
import type { Notification } from '../notification.js';
import type { PushedNotification } from '../send-notification.js';
import { ownText } from '../own-text.js';
import { readServerVersion, type ServerVersionInfo } from '../server-version.js';
import { prologEnd } from '../xml-prolog.js';
import { doubt, unlessInDoubt } from './doubt.js';
import { readStrictNotification } from './strict-notification.js';
import { StrictXml } from './strict-xml.js';

/** What a document says, and what the server says of itself. */
export interface StrictAnswer<Content> {
  readonly content: Content;
  readonly server?: ServerVersionInfo;
}

/** In longer documents the general reader's bound on elements and attributes could be met: each takes eight characters at least. */
const LONGEST = 4_000_000;

const VERSION = ['MajorVersion', 'MinorVersion', 'MajorBuildNumber', 'MinorBuildNumber', 'Version'];
const CLASS = ['ResponseClass'];

/** A response, or a request that is built like one, and how each of its messages begins. */
interface Form {
  readonly response: string;
  readonly message: string;
  /** How the last document began, which the next one mostly does as well. */
  known?: Opening;
}

/** A document up to where the content of its first message begins. */
interface Opening {
  readonly text: string;
  readonly names: readonly number[];
  readonly server: ServerVersionInfo | undefined;
}

/** Longer ones are not compared with, in UTF-16 code units. */
const LONGEST_OPENING = 4000;

const STREAMED: Form = { response: 'GetStreamingEventsResponse', message: 'GetStreamingEventsResponseMessage' };
const PULLED: Form = { response: 'GetEventsResponse', message: 'GetEventsResponseMessage' };
const PUSHED: Form = { response: 'SendNotification', message: 'SendNotificationResponseMessage' };

/** One envelope of a stream; nothing where the general reader is to decide. */
export function readStrictStreaming(document: string, maxLength?: number): StrictAnswer<StreamingEvents> | undefined {
  const notifications: Notification[] = [];
  const statuses: (string | undefined)[] = [];
  const read = readStrict(document, maxLength, STREAMED, (xml) => {
    if (xml.isNext('Notifications') && xml.enter('Notifications')) {
      while (!xml.isOver) notifications.push(readStrictNotification(xml));
      xml.leave();
    }
    if (xml.isNext('ErrorSubscriptionIds') && xml.enter('ErrorSubscriptionIds')) xml.leave();
    if (xml.isNext('ConnectionStatus')) statuses.push(readStatus(xml.textOf('ConnectionStatus')));
  });
  const status = statuses.includes('Closed') ? 'Closed' : statuses.includes('OK') ? 'OK' : undefined;
  const content: StreamingEvents = {
    notifications,
    errorSubscriptionIds: [],
    ...(status && { connectionStatus: status }),
  };
  return read && answerOf(content, read);
}

/** An answer to GetEvents; nothing where the general reader is to decide. */
export function readStrictGetEvents(document: string, maxLength?: number): StrictAnswer<Notification> | undefined {
  const all: Notification[] = [];
  const read = readStrict(document, maxLength, PULLED, (xml) => all.push(readStrictNotification(xml)));
  const [only, another] = all;
  return read && only && !another ? answerOf(only, read) : undefined;
}

/** What a server pushes; nothing where the general reader is to decide. */
export function readStrictPush(
  document: string,
  maxLength?: number,
): StrictAnswer<readonly PushedNotification[]> | undefined {
  const all: PushedNotification[] = [];
  const read = readStrict(document, maxLength, PUSHED, (xml) =>
    all.push({ notification: readStrictNotification(xml) }),
  );
  return read && answerOf(all, read);
}

/** What the server says of itself, in a document that was read to its end. */
interface Read {
  readonly server: ServerVersionInfo | undefined;
}

function answerOf<Content>(content: Content, { server }: Read): StrictAnswer<Content> {
  return server ? { content, server } : { content };
}

function readStrict(
  document: string,
  maxLength = Infinity,
  form: Form,
  readMessage: (xml: StrictXml) => void,
): Read | undefined {
  if (document.length > Math.min(maxLength, LONGEST)) return undefined;
  return unlessInDoubt(() => {
    const { known } = form;
    const isKnown = known !== undefined && document.startsWith(known.text);
    const xml = isKnown
      ? new StrictXml(document, known.text.length, known.names)
      : new StrictXml(document, rootOf(document));
    const server = isKnown ? known.server : readOpening(xml, form, document);
    for (;;) {
      readMessage(xml);
      xml.leave();
      if (xml.isOver) break;
      beginMessage(xml, form.message);
    }
    for (let open = 4; open > 0; open -= 1) xml.leave();
    xml.finish();
    return { server };
  });
}

function rootOf(document: string): number {
  const start = prologEnd(document);
  return start === -1 ? doubt() : start;
}

/** Reads up to the content of the first message, and keeps that. */
function readOpening(xml: StrictXml, form: Form, document: string): ServerVersionInfo | undefined {
  xml.beginRoot('Envelope');
  const server = xml.isNext('Header') ? readHeader(xml) : undefined;
  for (const name of ['Body', form.response, 'ResponseMessages']) xml.open(name);
  beginMessage(xml, form.message);
  const { at, names } = xml;
  if (at <= LONGEST_OPENING) form.known = { text: ownText(document.slice(0, at)), names, server };
  return server;
}

/** The start of a message, which has to be a successful one. */
function beginMessage(xml: StrictXml, message: string): void {
  // grommunio has a name of its own for the message of GetEvents.
  xml.open(xml.isNext('x') ? 'x' : message, CLASS);
  if (xml.attributes.ResponseClass !== 'Success' || xml.textOf('ResponseCode') !== 'NoError') doubt();
}

function readHeader(xml: StrictXml): ServerVersionInfo | undefined {
  let server: ServerVersionInfo | undefined;
  if (!xml.enter('Header')) return undefined;
  while (!xml.isOver) {
    const isInfo = xml.isNext('ServerVersionInfo');
    if (isInfo && server) doubt();
    const hasContent = xml.enter(isInfo ? 'ServerVersionInfo' : 'RequestServerVersion', VERSION);
    if (isInfo) server = readServerVersion(xml.attributes);
    if (hasContent) xml.leave();
  }
  xml.leave();
  return server;
}

function readStatus(text: string): 'OK' | 'Closed' {
  return text === 'OK' || text === 'Closed' ? text : doubt();
}
