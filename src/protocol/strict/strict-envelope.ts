import type { StreamingEvents } from '../get-streaming-events.js';
import type { Notification } from '../notification.js';
import type { PushedNotification } from '../send-notification.js';
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

/** One envelope of a stream; nothing where the general reader is to decide. */
export function readStrictStreaming(document: string, maxLength?: number): StrictAnswer<StreamingEvents> | undefined {
  return readStrict(document, maxLength, (xml) => {
    const notifications: Notification[] = [];
    const statuses: (string | undefined)[] = [];
    readMessages(xml, 'GetStreamingEventsResponse', 'GetStreamingEventsResponseMessage', () => {
      if (xml.isNext('Notifications') && xml.enter('Notifications')) {
        while (!xml.isOver) notifications.push(readStrictNotification(xml));
        xml.leave();
      }
      if (xml.isNext('ErrorSubscriptionIds') && xml.enter('ErrorSubscriptionIds')) xml.leave();
      if (xml.isNext('ConnectionStatus')) statuses.push(readStatus(xml.textOf('ConnectionStatus')));
    });
    const status = statuses.includes('Closed') ? 'Closed' : statuses.includes('OK') ? 'OK' : undefined;
    return { notifications, errorSubscriptionIds: [], ...(status && { connectionStatus: status }) };
  });
}

/** An answer to GetEvents; nothing where the general reader is to decide. */
export function readStrictGetEvents(document: string, maxLength?: number): StrictAnswer<Notification> | undefined {
  return readStrict(document, maxLength, (xml) => {
    const all: Notification[] = [];
    readMessages(xml, 'GetEventsResponse', 'GetEventsResponseMessage', () => all.push(readStrictNotification(xml)));
    const [only, another] = all;
    return only && !another ? only : doubt();
  });
}

/** What a server pushes; nothing where the general reader is to decide. */
export function readStrictPush(
  document: string,
  maxLength?: number,
): StrictAnswer<readonly PushedNotification[]> | undefined {
  return readStrict(document, maxLength, (xml) => {
    const all: PushedNotification[] = [];
    readMessages(xml, 'SendNotification', 'SendNotificationResponseMessage', () =>
      all.push({ notification: readStrictNotification(xml) }),
    );
    return all;
  });
}

function readStrict<Content>(
  document: string,
  maxLength = Infinity,
  readBody: (xml: StrictXml) => Content,
): StrictAnswer<Content> | undefined {
  if (document.length > Math.min(maxLength, LONGEST)) return undefined;
  const start = prologEnd(document);
  if (start === -1) return undefined;
  return unlessInDoubt(() => {
    const xml = new StrictXml(document, start);
    xml.open('Envelope');
    const server = xml.isNext('Header') ? readHeader(xml) : undefined;
    xml.open('Body');
    const content = readBody(xml);
    xml.leave();
    xml.leave();
    xml.finish();
    return server ? { content, server } : { content };
  });
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

/** The messages of a response, or of a request that is built like one, all of them successful. */
function readMessages(xml: StrictXml, response: string, message: string, readMessage: () => void): void {
  xml.open(response);
  xml.open('ResponseMessages');
  do {
    // grommunio has a name of its own for the message of GetEvents.
    xml.open(xml.isNext('x') ? 'x' : message, CLASS);
    if (xml.attributes.ResponseClass !== 'Success' || xml.textOf('ResponseCode') !== 'NoError') doubt();
    readMessage();
    xml.leave();
  } while (!xml.isOver);
  xml.leave();
  xml.leave();
}

function readStatus(text: string): 'OK' | 'Closed' {
  return text === 'OK' || text === 'Closed' ? text : doubt();
}
