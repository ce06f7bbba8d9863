import assert from 'node:assert/strict';
import {
  readGetUserSettings,
  readUsersSettings,
  writeGetUserSettings,
} from '../../../dist/src/protocol/autodiscover/get-user-settings.js';
import { refusal } from '../refusal.js';

/** As Exchange Server answers, written out by hand. */
function answer(userResponse: string, around = '<ErrorCode>NoError</ErrorCode><ErrorMessage/>'): string {
  return (
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:a="http://www.w3.org/2005/08/addressing"><s:Header>' +
    '<a:Action s:mustUnderstand="1">http://schemas.microsoft.com/exchange/2010/Autodiscover/Autodiscover/GetUserSettingsResponse</a:Action>' +
    '<h:ServerVersionInfo xmlns:h="http://schemas.microsoft.com/exchange/2010/Autodiscover"><h:MajorVersion>15</h:MajorVersion></h:ServerVersionInfo>' +
    '</s:Header><s:Body><GetUserSettingsResponseMessage xmlns="http://schemas.microsoft.com/exchange/2010/Autodiscover">' +
    `<Response xmlns:i="http://www.w3.org/2001/XMLSchema-instance">${around}<UserResponses>${userResponse}</UserResponses></Response>` +
    '</GetUserSettingsResponseMessage></s:Body></s:Envelope>'
  );
}

const setting = (name: string, value: string) =>
  `<UserSetting i:type="StringSetting"><Name>${name}</Name><Value>${value}</Value></UserSetting>`;
const user = (code: string, target: string, settings = '') =>
  `<UserResponse><ErrorCode>${code}</ErrorCode><ErrorMessage>Words.</ErrorMessage>${target}<UserSettingErrors/><UserSettings>${settings}</UserSettings></UserResponse>`;

describe('GetUserSettings', () => {
  it('is written for one mailbox, in the order of the schema', () => {
    const url = 'https://mail.example.com/autodiscover/autodiscover.svc';
    const written = writeGetUserSettings('a&b@example.com', url);
    const names = [...written.matchAll(/<([a-z]+:\w+)/g)].map(([, name]) => name);
    assert.deepEqual(names, [
      ...['soap:Envelope', 'soap:Header', 'a:RequestedServerVersion', 'wsa:Action', 'wsa:To', 'soap:Body'],
      ...['a:GetUserSettingsRequestMessage', 'a:Request', 'a:Users', 'a:User', 'a:Mailbox', 'a:RequestedSettings'],
      ...['a:Setting', 'a:Setting', 'a:Setting', 'a:Setting'],
    ]);
    assert.match(written, /<a:Mailbox>a&amp;b@example\.com<\/a:Mailbox>/);
    assert.match(written, /<wsa:To>https:\/\/mail\.example\.com\/autodiscover\/autodiscover\.svc<\/wsa:To>/);
    assert.match(written, /xmlns:a="http:\/\/schemas\.microsoft\.com\/exchange\/2010\/Autodiscover"/);
    refusal(() => writeGetUserSettings('', url), 'EWS_INVALID_REQUEST', /e-mail address is empty/);
  });

  it('is read', () => {
    const settings =
      setting('ExternalEwsVersion', '15.02.1544.009') +
      setting('ExternalEwsUrl', ' https://mail.example.com/EWS/Exchange.asmx?a=1&amp;b=2 ') +
      setting('InternalEwsUrl', 'https://exch01.corp.example/EWS/Exchange.asmx') +
      setting('GroupingInformation', 'Site1');
    assert.deepEqual(readGetUserSettings(answer(user('NoError', '<RedirectTarget i:nil="true"/>', settings))), {
      kind: 'settings',
      settings: {
        externalUrl: 'https://mail.example.com/EWS/Exchange.asmx?a=1&b=2',
        internalUrl: 'https://exch01.corp.example/EWS/Exchange.asmx',
        version: '15.02.1544.009',
        grouping: 'Site1',
      },
    });
  });

  it('asks for several mailboxes, and tells of each in the order in which they were asked for', () => {
    const written = writeGetUserSettings(['a@example.com', 'b@example.com'], 'https://mail.example.com/x.svc');
    assert.deepEqual(
      [...written.matchAll(/<a:User><a:Mailbox>([^<]*)/g)].map(([, address]) => address),
      ['a@example.com', 'b@example.com'],
    );
    const both =
      user('InvalidUser', '') + user('NoError', '', setting('ExternalEwsUrl', 'https://b.example/EWS/Exchange.asmx'));
    assert.deepEqual(readUsersSettings(answer(both), 2), [
      { kind: 'error', code: 'InvalidUser' },
      { kind: 'settings', settings: { externalUrl: 'https://b.example/EWS/Exchange.asmx' } },
    ]);
    // Nobody could say whose answer is missing.
    refusal(() => readUsersSettings(answer(both), 3), 'EWS_MALFORMED', /answers for 2 of 3 mailboxes/);
    const busy = answer('', '<ErrorCode>ServerBusy</ErrorCode><ErrorMessage/>');
    refusal(() => readUsersSettings(busy, 3), 'EWS_MALFORMED', /for 0 of 3 mailboxes \(ServerBusy\)/);
  });

  it('leads on', () => {
    const target = (text: string) => `<RedirectTarget>${text}</RedirectTarget>`;
    assert.deepEqual(readGetUserSettings(answer(user('RedirectUrl', target('https://b.example/x.svc')))), {
      kind: 'redirect-url',
      url: 'https://b.example/x.svc',
    });
    assert.deepEqual(readGetUserSettings(answer(user('RedirectAddress', target('a@b.example')))), {
      kind: 'redirect-address',
      address: 'a@b.example',
    });
  });

  it('says that there is no EWS, or why there is no answer', () => {
    assert.deepEqual(readGetUserSettings(answer(user('NoError', ''))), { kind: 'error', code: 'NoEwsUrl' });
    assert.deepEqual(readGetUserSettings(answer(user('InvalidUser', ''))), { kind: 'error', code: 'InvalidUser' });
    assert.deepEqual(readGetUserSettings(answer(user('<b>x</b> y'.repeat(99), ''))), { kind: 'error', code: 'Error' });
    const busy = answer('', '<ErrorCode>ServerBusy</ErrorCode><ErrorMessage/>');
    assert.deepEqual(readGetUserSettings(busy), { kind: 'error', code: 'ServerBusy' });
  });

  it('refuses what is no answer', () => {
    refusal(() => readGetUserSettings('<a/>'), 'EWS_MALFORMED', /<a> holds no <Response>/);
    refusal(() => readGetUserSettings('<!DOCTYPE a><a/>'), 'EWS_MALFORMED', /DOCTYPE/);
    refusal(() => readGetUserSettings(answer(user('NoError', '')), 100), 'EWS_TOO_LARGE', /bound of 100/);
  });
});
