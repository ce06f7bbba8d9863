import { MESSAGES_NAMESPACE, SOAP_NAMESPACE, TYPES_NAMESPACE } from '../../protocol/namespaces.js';
import { element, escapeXml, textElement } from '../../protocol/xml-writer.js';
import type { JournalEvent } from '../mailbox/journal.js';
import { GrommunioStream } from '../notifications/grommunio-stream.js';
import { isInScope } from '../notifications/read-events.js';
import type { Scope } from '../notifications/subscription.js';
import { writeResponseMessage, type ResponseMessage } from '../soap/response.js';
import { timeStampWithNanoseconds } from '../time-stamp.js';
import { MINUTE } from '../units.js';
import type { Character, StreamEnvelope, SubscriptionIdPlace } from './character.js';
import { grommunioEvents } from './grommunio-events.js';
import { writeNotificationContent } from './notification-writer.js';

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>';
const NAMESPACES = { 'xmlns:m': MESSAGES_NAMESPACE, 'xmlns:t': TYPES_NAMESPACE };
const ENVELOPE = {
  'xmlns:SOAP': SOAP_NAMESPACE,
  'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
  'xmlns:xsd': 'http://www.w3.org/2001/XMLSchema',
};
/** Minutes that a subscription is kept, which its id tells. */
const STREAMING_MINUTES = 5;
const PULL_MINUTES = 10;

const INVALID_SUBSCRIPTION = ['ErrorInvalidSubscription', 'E-3202: invalid subscription'] as const;

/** grommunio's gromox 3.10, as it was seen on a running server. */
export const grommunio: Character = {
  name: 'grommunio',
  eventStyle: grommunioEvents,
  sees,
  hasWatermarks: false,
  subscriptionErrors: {
    unknown: INVALID_SUBSCRIPTION,
    expired: INVALID_SUBSCRIPTION,
    notYours: ['ErrorAccessDenied'],
    lost: INVALID_SUBSCRIPTION,
    idForm: /^[A-Za-z0-9+/]{11}=$/,
  },
  impersonatedOwns: true,
  hidesMissingRights: true,
  badIdSpoilsStream: false,
  pushes: false,
  wrongPasswords: 10,
  maxBacklog: 4000,
  streamingIdle: STREAMING_MINUTES * MINUTE,
  faultStatus: 200,
  subscriptionId,

  writeResponse: (operation, messages) =>
    DECLARATION +
    writeEnvelope(
      writeResponseElement(
        operation,
        messages.map((message) => writeMessage(operation, message)),
      ),
    ),

  // Only the first envelope of a stream has a declaration.
  writeStreamed(envelope, isFirst) {
    const { error } = envelope;
    const message: ResponseMessage = {
      responseClass: error ? 'Error' : 'Success',
      code: error?.code ?? 'NoError',
      ...(error ? { text: 'Subscription is invalid.' } : {}),
      content: writeStreamContent(envelope),
    };
    const written = writeResponseMessage('m:GetStreamingEventsResponseMessage', message);
    return (isFirst ? DECLARATION : '') + writeEnvelope(writeResponseElement('GetStreamingEvents', [written]));
  },

  openStream: (settings) => new GrommunioStream(settings),

  writeNotification: (subscription, batch) =>
    writeNotificationContent(subscription, batch, {
      watermarks: false,
      changeKeys: false,
      moreEvents: true,
      timeStamp: timeStampWithNanoseconds,
    }),

  writePush() {
    throw new Error('grommunio takes push subscriptions, but never calls anybody.');
  },

  writeFault: (code, text) =>
    element(
      'SOAP:Envelope',
      ENVELOPE,
      '<SOAP:Header/>',
      element(
        'SOAP:Body',
        {},
        element(
          'SOAP:Fault',
          {},
          element('faultcode', { 'xsi:type': 'xsd:string' }, 'SOAP:Client'),
          element('faultstring', { 'xsi:type': 'xsd:string' }, escapeXml(faultText(code, text))),
        ),
      ),
    ),

  strayAfterFault(operation) {
    const body = DECLARATION + writeEnvelope(element(operation || 'GetEvents', NAMESPACES));
    return `HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
  },
};

/** Of named folders, one is told what comes in; whatever else happens there shows as a change of the folder. */
function sees(scope: Scope, event: JournalEvent): boolean {
  if (!isInScope(scope, event)) return false;
  if (scope.folders === undefined) return true;
  const { type, subject } = event;
  return type === 'Created' || type === 'NewMail' || (type === 'Modified' && subject.item === undefined);
}

/** Ids are counted from 1 since the server started, so they are used again after a restart. */
function subscriptionId({ count, delivery }: SubscriptionIdPlace): string {
  const id = Buffer.alloc(8);
  id.writeUInt32LE(count);
  id.writeUInt32LE(delivery === 'streaming' ? STREAMING_MINUTES : PULL_MINUTES, 4);
  return id.toString('base64');
}

/** GetEvents answers with a message that is named `m:x`. */
function writeMessage(operation: string, message: ResponseMessage): string {
  return writeResponseMessage(operation === 'GetEvents' ? 'm:x' : `m:${operation}ResponseMessage`, message);
}

function writeStreamContent({ notifications = [], errorSubscriptionIds = [], connectionStatus }: StreamEnvelope) {
  return (
    element('m:Notifications', {}, ...notifications.map((content) => element('m:Notification', {}, content))) +
    // In no namespace, whatever the schema says.
    element('m:ErrorSubscriptionIds', {}, ...errorSubscriptionIds.map((id) => textElement('SubscriptionId', id))) +
    (connectionStatus === undefined ? '' : textElement('m:ConnectionStatus', connectionStatus))
  );
}

function writeResponseElement(operation: string, messages: readonly string[]): string {
  return element(`m:${operation}Response`, NAMESPACES, element('m:ResponseMessages', {}, ...messages));
}

function writeEnvelope(body: string): string {
  const version = { MajorVersion: '15', MinorVersion: '0', MajorBuildNumber: '847', MinorBuildNumber: '4040' };
  return element(
    'SOAP:Envelope',
    ENVELOPE,
    element(
      'SOAP:Header',
      {},
      element('t:ServerVersionInfo', { 'xmlns:t': TYPES_NAMESPACE, ...version, Version: 'V2017_07_11' }),
    ),
    element('SOAP:Body', {}, body),
  );
}

/** It gives a sentence and no code. */
function faultText(code: string, text: string): string {
  return code === 'ErrorInvalidSubscription' ? 'E-3201: invalid subscription ID' : text;
}
