import assert from 'node:assert/strict';
import { readPoxResponse, writePoxRequest } from '../../../dist/src/protocol/autodiscover/pox.js';
import { refusal } from '../refusal.js';

const OUTLOOK = 'http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a';

/** As Exchange Server answers, written out by hand. */
function answer(account: string): string {
  return (
    '<?xml version="1.0" encoding="utf-8"?><Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006">' +
    `<Response xmlns="${OUTLOOK}"><User><DisplayName>Anna</DisplayName></User><Account>${account}</Account></Response></Autodiscover>`
  );
}

const protocol = (type: string, url?: string) =>
  `<Protocol><Type>${type}</Type>${url === undefined ? '' : `<EwsUrl>${url}</EwsUrl>`}</Protocol>`;

describe('POX Autodiscover', () => {
  it('is asked with the address, and for the schema that is read', () => {
    const written = writePoxRequest('a&b@example.com');
    assert.match(written, /<Autodiscover xmlns="[^"]+\/outlook\/requestschema\/2006"><Request>/);
    assert.match(written, /<EMailAddress>a&amp;b@example\.com<\/EMailAddress><AcceptableResponseSchema>/);
    assert.ok(written.includes(`<AcceptableResponseSchema>${OUTLOOK}<`));
    refusal(() => writePoxRequest(''), 'EWS_INVALID_REQUEST', /e-mail address is empty/);
  });

  it('tells the address from outside and the one from inside', () => {
    const inside = 'https://exch01.corp.example/EWS/Exchange.asmx';
    const outside = 'https://mail.example.com/EWS/Exchange.asmx';
    const account = `<AccountType>email</AccountType><Action>settings</Action>`;
    const all = protocol('EXCH', inside) + protocol('EXPR', outside) + protocol('WEB');
    assert.deepEqual(readPoxResponse(answer(account + all)), {
      kind: 'settings',
      settings: { externalUrl: outside, internalUrl: inside },
    });
    assert.deepEqual(readPoxResponse(answer(account + protocol('EXCH', inside))), {
      kind: 'settings',
      settings: { internalUrl: inside },
    });
    assert.deepEqual(readPoxResponse(answer(account + protocol('WEB'))), { kind: 'error', code: 'NoEwsUrl' });
  });

  it('leads on', () => {
    assert.deepEqual(
      readPoxResponse(answer('<Action>redirectUrl</Action><RedirectUrl> https://b.example/x.xml </RedirectUrl>')),
      { kind: 'redirect-url', url: 'https://b.example/x.xml' },
    );
    assert.deepEqual(readPoxResponse(answer('<Action>redirectAddr</Action><RedirectAddr>a@b.example</RedirectAddr>')), {
      kind: 'redirect-address',
      address: 'a@b.example',
    });
  });

  it('says why there is no answer', () => {
    const error = '<Error Time="08:00:00" Id="1"><ErrorCode>500</ErrorCode><Message>Words.</Message></Error>';
    assert.deepEqual(readPoxResponse(`<Autodiscover><Response>${error}</Response></Autodiscover>`), {
      kind: 'error',
      code: '500',
    });
  });

  it('refuses what is no answer', () => {
    refusal(() => readPoxResponse('<Autodiscover/>'), 'EWS_MALFORMED', /no answer of Autodiscover/);
    refusal(() => readPoxResponse('<Autodiscover><Response/></Autodiscover>'), 'EWS_MALFORMED', /no answer/);
    refusal(() => readPoxResponse('<!DOCTYPE a><a/>'), 'EWS_MALFORMED', /DOCTYPE/);
    refusal(() => readPoxResponse(answer(''), 100), 'EWS_TOO_LARGE', /bound of 100/);
  });
});
