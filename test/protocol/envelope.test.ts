import assert from 'node:assert/strict';
import { readEnvelope, writeEnvelope, type ConnectingSid } from '../../dist/src/protocol/envelope.js';
import { envelope } from './envelopes.js';
import { refusal } from './refusal.js';

describe('envelope', () => {
  describe('written', () => {
    const start =
      '<?xml version="1.0" encoding="utf-8"?>' +
      '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"' +
      ' xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"' +
      ' xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages">';

    it('holds the version and the body', () => {
      assert.equal(
        writeEnvelope({ version: 'Exchange2010_SP2' }, '<m:GetEvents/>'),
        `${start}<soap:Header><t:RequestServerVersion Version="Exchange2010_SP2"/></soap:Header>` +
          '<soap:Body><m:GetEvents/></soap:Body></soap:Envelope>',
      );
    });

    const kinds: [ConnectingSid, string][] = [
      [{ principalName: 'a@example.test' }, '<t:PrincipalName>a@example.test</t:PrincipalName>'],
      [{ sid: 'S-1-5-21-1' }, '<t:SID>S-1-5-21-1</t:SID>'],
      [
        { primarySmtpAddress: `o'b&c@example.test` },
        '<t:PrimarySmtpAddress>o&apos;b&amp;c@example.test</t:PrimarySmtpAddress>',
      ],
      [{ smtpAddress: 'ü@example.test' }, '<t:SmtpAddress>ü@example.test</t:SmtpAddress>'],
    ];
    for (const [impersonate, expected] of kinds) {
      it(`impersonates by ${Object.keys(impersonate).join('')}`, () => {
        assert.equal(
          writeEnvelope({ version: 'Exchange2016', impersonate }, '<m:X/>'),
          `${start}<soap:Header><t:RequestServerVersion Version="Exchange2016"/><t:ExchangeImpersonation>` +
            `<t:ConnectingSID>${expected}</t:ConnectingSID></t:ExchangeImpersonation></soap:Header>` +
            '<soap:Body><m:X/></soap:Body></soap:Envelope>',
        );
      });
    }

    it('refuses to impersonate nobody', () => {
      for (const impersonate of [{ principalName: '' }, { sid: '' }, { primarySmtpAddress: '' }, { smtpAddress: '' }]) {
        refusal(
          () => writeEnvelope({ version: 'Exchange2016', impersonate }, '<m:X/>'),
          'EWS_INVALID_REQUEST',
          /impersonat/,
        );
      }
    });
  });

  describe('read', () => {
    it('yields the response element and what the server says of itself', () => {
      const { response, server } = readEnvelope(
        '<s:Envelope xmlns:s="x"><s:Header><h:ServerVersionInfo MajorVersion="15" MinorVersion="2"' +
          ' MajorBuildNumber="1544" MinorBuildNumber="9" Version="V2017_07_11"/></s:Header><s:Body><A/></s:Body></s:Envelope>',
      );
      assert.equal(response.name, 'A');
      assert.deepEqual(server, { build: '15.2.1544', version: 'V2017_07_11' });
    });

    it('needs no header and no version', () => {
      assert.equal(readEnvelope('<Envelope><Body><A/></Body></Envelope>').server, undefined);
      assert.deepEqual(
        readEnvelope('<Envelope><Header><ServerVersionInfo MajorVersion="8"/></Header><Body><A/></Body></Envelope>')
          .server,
        { build: '8' },
      );
    });

    it('takes a response element without an envelope', () => {
      assert.equal(readEnvelope('<m:GetEventsResponse xmlns:m="x"/>').response.name, 'GetEventsResponse');
    });

    it('refuses an envelope without a body, and an empty body', () => {
      refusal(() => readEnvelope('<Envelope><Header/></Envelope>'), 'EWS_MALFORMED', /<Body>/);
      refusal(() => readEnvelope(envelope('')), 'EWS_MALFORMED', /<Body>/);
    });

    it('keeps to the bound it is given', () => {
      refusal(() => readEnvelope(envelope('<A/>'), 'GetEvents', 100), 'EWS_TOO_LARGE', /over the bound of 100/);
    });
  });
});
