import { element, textElement } from '../../protocol/xml-writer.js';
import type { ToldSettings } from './autodiscover.js';

const NAMESPACE = 'http://schemas.microsoft.com/exchange/2010/Autodiscover';

/** The answer to GetUserSettings, as Exchange writes it: for each mailbox in turn; `undefined`: there is none. */
export function soapAnswer(mailboxes: readonly (ToldSettings | undefined)[]): string {
  return message(mailboxes.map((told) => (told ? answerFor(told) : userResponse('InvalidUser'))).join(''));
}

function answerFor(told: ToldSettings): string {
  if (told.redirectUrl !== undefined) return userResponse('RedirectUrl', told.redirectUrl);
  if (told.redirectAddress !== undefined) return userResponse('RedirectAddress', told.redirectAddress);
  const settings = {
    InternalEwsUrl: told.internalUrl,
    ExternalEwsUrl: told.externalUrl,
    ExternalEwsVersion: '15.02.1544.009',
    GroupingInformation: told.grouping,
  };
  const written = Object.entries(settings).map(([name, value]) =>
    element('UserSetting', { 'i:type': 'StringSetting' }, textElement('Name', name), textElement('Value', value)),
  );
  return userResponse('NoError', undefined, written);
}

function userResponse(code: string, target?: string, settings: readonly string[] = []): string {
  return element(
    'UserResponse',
    {},
    textElement('ErrorCode', code),
    textElement('ErrorMessage', code === 'NoError' ? 'No error.' : `Words of the server: ${code}.`),
    target === undefined ? element('RedirectTarget', { 'i:nil': 'true' }) : textElement('RedirectTarget', target),
    element('UserSettingErrors', {}),
    element('UserSettings', {}, ...settings),
  );
}

function message(userResponses: string): string {
  const response = element(
    'Response',
    { 'xmlns:i': 'http://www.w3.org/2001/XMLSchema-instance' },
    textElement('ErrorCode', 'NoError'),
    element('ErrorMessage', {}),
    element('UserResponses', {}, userResponses),
  );
  return (
    '<?xml version="1.0" encoding="utf-8"?>' +
    element(
      's:Envelope',
      { 'xmlns:s': 'http://schemas.xmlsoap.org/soap/envelope/', 'xmlns:a': 'http://www.w3.org/2005/08/addressing' },
      element(
        's:Header',
        {},
        element('a:Action', { 's:mustUnderstand': '1' }, `${NAMESPACE}/Autodiscover/GetUserSettingsResponse`),
      ),
      element('s:Body', {}, element('GetUserSettingsResponseMessage', { xmlns: NAMESPACE }, response)),
    )
  );
}
