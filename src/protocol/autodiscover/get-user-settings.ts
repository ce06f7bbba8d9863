import { readEnvelope } from '../envelope.js';
import { malformedAnswer } from '../malformed.js';
import { SOAP_NAMESPACE } from '../namespaces.js';
import { nonEmpty } from '../non-empty.js';
import type { XmlElement } from '../xml-element.js';
import { element, textElement } from '../xml-writer.js';
import { answerOf, wordOf, type AutodiscoverAnswer, type AutodiscoverProtocol } from './answer.js';

const NAMESPACE = 'http://schemas.microsoft.com/exchange/2010/Autodiscover';
const ADDRESSING_NAMESPACE = 'http://www.w3.org/2005/08/addressing';
const ACTION = `${NAMESPACE}/Autodiscover/GetUserSettings`;
/** The first that knows GroupingInformation; every newer server understands it. */
const VERSION = 'Exchange2013';
const SETTINGS = ['ExternalEwsUrl', 'InternalEwsUrl', 'ExternalEwsVersion', 'GroupingInformation'];

/** GetUserSettings for one mailbox or several (docs: "GetUserSettings operation (SOAP)"). */
export function writeGetUserSettings(addresses: string | readonly string[], url: string): string {
  const header = element(
    'soap:Header',
    {},
    textElement('a:RequestedServerVersion', VERSION),
    textElement('wsa:Action', ACTION),
    textElement('wsa:To', url),
  );
  const users = [addresses]
    .flat()
    .map((address) => element('a:User', {}, textElement('a:Mailbox', nonEmpty('The e-mail address', address))));
  const settings = SETTINGS.map((setting) => textElement('a:Setting', setting));
  const request = element(
    'a:Request',
    {},
    element('a:Users', {}, ...users),
    element('a:RequestedSettings', {}, ...settings),
  );
  const namespaces = { 'xmlns:soap': SOAP_NAMESPACE, 'xmlns:a': NAMESPACE, 'xmlns:wsa': ADDRESSING_NAMESPACE };
  const body = element('soap:Body', {}, element('a:GetUserSettingsRequestMessage', {}, request));
  return `<?xml version="1.0" encoding="utf-8"?>${element('soap:Envelope', namespaces, header, body)}`;
}

/** Throws `EWS_MALFORMED`, and the error of a SOAP Fault. */
export function readGetUserSettings(document: string, maxLength?: number): AutodiscoverAnswer {
  const response = responseIn(document, maxLength);
  // What is wrong with the request as a whole stands beside the users' own answers.
  return answerFor(response.child('UserResponses')?.child('UserResponse') ?? response);
}

/**
 * What is told of each of several mailboxes, in the order in which they were asked for. Throws an `EwsError`: also where
 * there are not as many answers.
 */
export function readUsersSettings(document: string, count: number, maxLength?: number): readonly AutodiscoverAnswer[] {
  const response = responseIn(document, maxLength);
  const users = response.child('UserResponses')?.children.filter(({ name }) => name === 'UserResponse') ?? [];
  if (users.length === count) return users.map(answerFor);
  const code = wordOf(response.childText('ErrorCode') ?? 'NoError');
  throw malformedAnswer(`Autodiscover answers for ${users.length} of ${count} mailboxes (${code})`);
}

function responseIn(document: string, maxLength: number | undefined): XmlElement {
  const { response: message } = readEnvelope(document, undefined, maxLength);
  const response = message.child('Response');
  if (!response) throw malformedAnswer(`<${message.name}> holds no <Response> of Autodiscover`);
  return response;
}

function answerFor(user: XmlElement): AutodiscoverAnswer {
  const code = wordOf(user.childText('ErrorCode') ?? 'NoError');
  const target = (user.childText('RedirectTarget') ?? '').trim();
  if (code === 'RedirectUrl') return { kind: 'redirect-url', url: target };
  if (code === 'RedirectAddress') return { kind: 'redirect-address', address: target };
  if (code !== 'NoError') return { kind: 'error', code };
  const setting = settingsOf(user);
  return answerOf({
    externalUrl: setting('ExternalEwsUrl'),
    internalUrl: setting('InternalEwsUrl'),
    version: setting('ExternalEwsVersion'),
    grouping: setting('GroupingInformation'),
  });
}

function settingsOf(user: XmlElement): (name: string) => string | undefined {
  const all = user.child('UserSettings')?.children ?? [];
  return (name) => all.find((one) => one.childText('Name')?.trim() === name)?.childText('Value');
}

export const soapAutodiscover: AutodiscoverProtocol = {
  name: 'soap',
  path: '/autodiscover/autodiscover.svc',
  headers: { 'content-type': 'text/xml; charset=utf-8', accept: 'text/xml', soapaction: `"${ACTION}"` },
  write: writeGetUserSettings,
  read: readGetUserSettings,
};
