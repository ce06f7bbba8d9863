import { element, textElement } from '../../protocol/xml-writer.js';
import type { ToldSettings } from './autodiscover.js';

const RESPONSE = 'http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006';
const OUTLOOK = 'http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a';

/** The answer of the older protocol, as Exchange writes it. */
export function poxAnswer(told: ToldSettings, address: string): string {
  const { redirectUrl, redirectAddress } = told;
  const account =
    redirectUrl !== undefined
      ? [textElement('Action', 'redirectUrl'), textElement('RedirectUrl', redirectUrl)]
      : redirectAddress !== undefined
        ? [textElement('Action', 'redirectAddr'), textElement('RedirectAddr', redirectAddress)]
        : [
            textElement('AccountType', 'email'),
            textElement('Action', 'settings'),
            protocol('EXCH', told.internalUrl),
            protocol('EXPR', told.externalUrl),
            protocol('WEB'),
          ];
  const user = element('User', {}, textElement('AutoDiscoverSMTPAddress', address));
  return root(element('Response', { xmlns: OUTLOOK }, user, element('Account', {}, ...account)));
}

export function poxError(code: string, text: string): string {
  const error = element(
    'Error',
    { Time: '08:00:00.0000000', Id: '1' },
    textElement('ErrorCode', code),
    textElement('Message', text),
    element('DebugData', {}),
  );
  return root(element('Response', {}, error));
}

function protocol(type: string, ewsUrl?: string): string {
  return element('Protocol', {}, textElement('Type', type), ewsUrl === undefined ? '' : textElement('EwsUrl', ewsUrl));
}

function root(response: string): string {
  return `<?xml version="1.0" encoding="utf-8"?>${element('Autodiscover', { xmlns: RESPONSE }, response)}`;
}
