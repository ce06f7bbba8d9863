import { EwsError } from '../../protocol/ews-error.js';
import type { XmlElement } from '../../protocol/xml-element.js';
import { readXml } from '../../protocol/xml-reader.js';
import { httpAnswer, unauthorized, type Answer } from '../http/answer.js';
import type { Account } from '../model/account.js';
import type { AutodiscoverSettings } from './autodiscover-settings.js';
import { poxAnswer, poxError } from './pox-answer.js';
import { soapAnswer, soapError } from './soap-answer.js';

/** What is told of a mailbox. */
export interface ToldSettings {
  readonly externalUrl: string;
  readonly internalUrl: string;
  readonly grouping: string;
}

const XML = { 'Content-Type': 'text/xml; charset=utf-8' };

/** Whether a path is that of one of the services, as IIS looks at it. */
export function isAutodiscoverPath(path: string): boolean {
  return /^\/autodiscover\/autodiscover\.(?:svc|xml)$/i.test(path);
}

export interface AutodiscoverQuestion {
  readonly method: string;
  readonly path: string;
  readonly body: string | undefined;
  /** Who has signed in. */
  readonly account: Account | undefined;
  readonly isKnown: (address: string) => boolean;
}

/** Answers by SOAP (GetUserSettings) or POX, to those who have signed in. */
export function answerAutodiscover(
  { method, path, body, account, isKnown }: AutodiscoverQuestion,
  settings: AutodiscoverSettings,
  ownUrl: string,
): Answer {
  if (settings.redirectTo !== undefined) return httpAnswer(302, { Location: settings.redirectTo });
  if (!account) return unauthorized();
  if (method !== 'POST') return httpAnswer(405, { Allow: 'POST' });
  const isSoap = /svc$/i.test(path);
  const address = addressIn(body, isSoap ? 'Mailbox' : 'EMailAddress');
  if (address === undefined) return isSoap ? httpAnswer(400) : httpAnswer(200, XML, poxError('600', 'Invalid Request'));
  if (!isKnown(address)) {
    return httpAnswer(
      200,
      XML,
      isSoap ? soapError('InvalidUser') : poxError('500', 'The email address can’t be found.'),
    );
  }
  const { externalUrl = ownUrl, internalUrl = externalUrl, grouping = 'sandbox' } = settings;
  const told: ToldSettings = { externalUrl, internalUrl, grouping };
  return httpAnswer(200, XML, isSoap ? soapAnswer(settings, told) : poxAnswer(settings, told, address));
}

/** The text of the first element of that name; `undefined` when there is none, or no XML. */
function addressIn(body: string | undefined, name: string): string | undefined {
  try {
    return findText(readXml(body ?? ''), name)?.trim();
  } catch (error) {
    if (error instanceof EwsError) return undefined;
    throw error;
  }
}

function findText(element: XmlElement, name: string): string | undefined {
  if (element.name === name) return element.text;
  for (const child of element.children) {
    const found = findText(child, name);
    if (found !== undefined) return found;
  }
  return undefined;
}
