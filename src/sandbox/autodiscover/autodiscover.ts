import { EwsError } from '../../protocol/ews-error.js';
import type { XmlElement } from '../../protocol/xml-element.js';
import { readXml } from '../../protocol/xml-reader.js';
import { httpAnswer, unauthorized, type Answer } from '../http/answer.js';
import type { Account } from '../model/account.js';
import type { AutodiscoverSettings } from './autodiscover-settings.js';
import { poxAnswer, poxError } from './pox-answer.js';
import { soapAnswer } from './soap-answer.js';

/** What is told of a mailbox. */
export interface ToldSettings extends AutodiscoverSettings {
  readonly externalUrl: string;
  readonly internalUrl: string;
  readonly grouping: string;
}

const XML = { 'Content-Type': 'text/xml; charset=utf-8' };

/** Whether a path is that of one of the services, as IIS looks at it. */
export function isAutodiscoverPath(path: string): boolean {
  return /^\/autodiscover\/autodiscover\.(?:svc|xml)$/i.test(path);
}

/** Users in one GetUserSettings (Exchange takes a hundred). */
const MOST_USERS = 100;

export interface AutodiscoverQuestion {
  readonly method: string;
  readonly path: string;
  readonly body: string | undefined;
  /** Who has signed in. */
  readonly account: Account | undefined;
  /** What is told of a mailbox; `undefined` where there is none. */
  readonly settingsOf: (address: string) => AutodiscoverSettings | undefined;
}

/** Answers by SOAP (GetUserSettings) or POX, to those who have signed in. */
export function answerAutodiscover(
  { method, path, body, account, settingsOf }: AutodiscoverQuestion,
  { redirectTo }: AutodiscoverSettings,
  ownUrl: string,
): Answer {
  if (redirectTo !== undefined) return httpAnswer(302, { Location: redirectTo });
  if (!account) return unauthorized();
  if (method !== 'POST') return httpAnswer(405, { Allow: 'POST' });
  if (/svc$/i.test(path)) {
    const addresses = addressesIn(body, 'Mailbox');
    if (addresses.length === 0 || addresses.length > MOST_USERS) return httpAnswer(400);
    return httpAnswer(200, XML, soapAnswer(addresses.map(settingsOf).map((settings) => told(settings, ownUrl))));
  }
  const [address] = addressesIn(body, 'EMailAddress');
  if (address === undefined) return httpAnswer(200, XML, poxError('600', 'Invalid Request'));
  const one = told(settingsOf(address), ownUrl);
  return httpAnswer(200, XML, one ? poxAnswer(one, address) : poxError('500', 'The email address can’t be found.'));
}

function told(settings: AutodiscoverSettings | undefined, ownUrl: string): ToldSettings | undefined {
  if (!settings) return undefined;
  const { externalUrl = ownUrl, internalUrl = externalUrl, grouping = 'sandbox' } = settings;
  return { ...settings, externalUrl, internalUrl, grouping };
}

/** The texts of the elements of that name; none where there is no XML. */
function addressesIn(body: string | undefined, name: string): readonly string[] {
  try {
    return textsIn(readXml(body ?? ''), name);
  } catch (error) {
    if (error instanceof EwsError) return [];
    throw error;
  }
}

function textsIn(element: XmlElement, name: string): readonly string[] {
  if (element.name === name) return [element.text.trim()];
  return element.children.flatMap((child) => textsIn(child, name));
}
