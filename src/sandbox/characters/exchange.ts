import { MESSAGES_NAMESPACE, SOAP_NAMESPACE, TYPES_NAMESPACE } from '../../protocol/namespaces.js';
import { element, escapeXml, textElement } from '../../protocol/xml-writer.js';
import { ExchangeStream } from '../notifications/exchange-stream.js';
import { ResponseError } from '../soap/response-error.js';
import { failure, success, writeMessageXml, writeResponseMessage } from '../soap/response.js';
import { isInScope } from '../notifications/read-events.js';
import { timeStamp } from '../time-stamp.js';
import type { Character, StreamEnvelope, SubscriptionIdPlace } from './character.js';
import { exchangeEvents } from './exchange-events.js';
import { writeNotificationContent } from './notification-writer.js';

const DECLARATION = '<?xml version="1.0" encoding="utf-8"?>';
const ERRORS_NAMESPACE = 'http://schemas.microsoft.com/exchange/services/2006/errors';
/** Exchange Server 2016, cumulative update 23. */
const VERSION = { MajorVersion: '15', MinorVersion: '1', MajorBuildNumber: '2507', MinorBuildNumber: '6' };
const VERSION_INFO = { ...VERSION, Version: 'V2017_07_11' };
const SERVER_NAME = 'mbx01.sandbox.example';

/** Exchange Server 2016. */
export const exchange: Character = {
  name: 'exchange',
  eventStyle: exchangeEvents,
  sees: (scope, event) =>
    isInScope(scope, event) &&
    (event.seenBy === undefined || event.seenBy === (scope.folders === undefined ? 'all' : 'named')),
  hasWatermarks: true,
  subscriptionErrors: {
    unknown: ['ErrorSubscriptionNotFound'],
    expired: ['ErrorExpiredSubscription'],
    notYours: ['ErrorSubscriptionAccessDenied'],
    lost: ['ErrorReadEventsFailed'],
  },
  impersonatedOwns: false,
  hidesMissingRights: false,
  badIdSpoilsStream: true,
  pushes: true,
  wrongPasswords: 0,
  maxBacklog: Number.POSITIVE_INFINITY,
  subscriptionId,
  faultStatus: 500,
  strayAfterFault: () => '',

  writeResponse(operation, messages) {
    const written = messages.map((message) => writeResponseMessage(`m:${operation}ResponseMessage`, message));
    return (
      DECLARATION +
      element(
        's:Envelope',
        { 'xmlns:s': SOAP_NAMESPACE },
        element('s:Header', {}, element('h:ServerVersionInfo', { ...VERSION_INFO, 'xmlns:h': TYPES_NAMESPACE })),
        element('s:Body', {}, writeResponseElement(operation, element('m:ResponseMessages', {}, ...written))),
      )
    );
  },

  // Streams are written by another part of the server, with other prefixes.
  writeStreamed(envelope) {
    const written = writeResponseMessage('m:GetStreamingEventsResponseMessage', streamMessage(envelope));
    return (
      DECLARATION +
      element(
        'Envelope',
        { xmlns: SOAP_NAMESPACE },
        element(
          'soap11:Header',
          { 'xmlns:soap11': SOAP_NAMESPACE },
          element('ServerVersionInfo', { ...VERSION_INFO, xmlns: TYPES_NAMESPACE }),
        ),
        element(
          'soap11:Body',
          { 'xmlns:soap11': SOAP_NAMESPACE },
          writeResponseElement('GetStreamingEvents', element('m:ResponseMessages', {}, written)),
        ),
      )
    );
  },

  writePush(message) {
    const written = writeResponseMessage('m:SendNotificationResponseMessage', message);
    const namespaces = { 'xmlns:m': MESSAGES_NAMESPACE, 'xmlns:t': TYPES_NAMESPACE };
    return (
      DECLARATION +
      element(
        'soap11:Envelope',
        { 'xmlns:soap11': SOAP_NAMESPACE },
        element(
          'soap11:Header',
          {},
          element('t:RequestServerVersion', { 'xmlns:t': TYPES_NAMESPACE, Version: 'Exchange2016' }),
        ),
        element(
          'soap11:Body',
          {},
          element('m:SendNotification', namespaces, element('m:ResponseMessages', {}, written)),
        ),
      )
    );
  },

  openStream: (settings) => new ExchangeStream(settings),

  writeNotification(subscription, batch) {
    const watermarks = subscription.delivery !== 'streaming';
    const style = { watermarks, changeKeys: true, moreEvents: watermarks, timeStamp };
    return writeNotificationContent(subscription, batch, style);
  },

  writeFault(code, text, values) {
    return (
      DECLARATION +
      element(
        's:Envelope',
        { 'xmlns:s': SOAP_NAMESPACE },
        element(
          's:Body',
          {},
          element(
            's:Fault',
            {},
            element('faultcode', { 'xmlns:a': TYPES_NAMESPACE }, `a:${code}`),
            element('faultstring', { 'xml:lang': 'en-US' }, escapeXml(text)),
            element(
              'detail',
              {},
              element('e:ResponseCode', { 'xmlns:e': ERRORS_NAMESPACE }, escapeXml(code)),
              element('e:Message', { 'xmlns:e': ERRORS_NAMESPACE }, escapeXml(text)),
              writeMessageXml('t:MessageXml', values, { 'xmlns:t': TYPES_NAMESPACE }),
            ),
          ),
        ),
      )
    );
  },
};

/** Where the schema says `t:Notification`, Exchange writes `m:Notification`, and its own client insists on that. */
function streamMessage({ error, notifications = [], errorSubscriptionIds = [], connectionStatus }: StreamEnvelope) {
  const list = (name: string, contents: readonly string[]) =>
    contents.length === 0 ? '' : element(name, {}, ...contents);
  const content =
    list(
      'm:Notifications',
      notifications.map((notification) => element('m:Notification', {}, notification)),
    ) +
    list(
      'm:ErrorSubscriptionIds',
      errorSubscriptionIds.map((id) => textElement('t:SubscriptionId', id)),
    ) +
    (connectionStatus === undefined ? '' : textElement('m:ConnectionStatus', connectionStatus));
  return error ? failure(new ResponseError(error.code, error.text), content) : success(content);
}

function writeResponseElement(operation: string, content: string): string {
  return element(`m:${operation}Response`, { 'xmlns:m': MESSAGES_NAMESPACE, 'xmlns:t': TYPES_NAMESPACE }, content);
}

/** As Exchange makes them: the server's name, an id, the mailbox and the time. */
function subscriptionId({ unique, mailboxGuid, now }: SubscriptionIdPlace): string {
  const name = Buffer.from(SERVER_NAME);
  const head = Buffer.alloc(2);
  head.writeUInt16LE(name.length);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(16);
  const time = Buffer.alloc(8);
  time.writeBigUInt64LE(BigInt(now));
  const mailbox = Buffer.from(mailboxGuid.replaceAll('-', ''), 'hex');
  return Buffer.concat([head, name, length, unique, time, length, mailbox]).toString('base64');
}
