import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { systemClock } from '../../dist/src/clock.js';
import { unsubscribe } from '../../dist/src/protocol/unsubscribe.js';
import { EwsClient } from '../../dist/src/transport/ews-client.js';
import { networkError } from '../../dist/src/transport/network-error.js';
import type { TlsOptions } from '../../dist/src/transport/tls-options.js';
import { answerXml, listen, serve, type TestServer } from '../support/http-server.js';
import { unsubscribed } from '../support/answers.js';
import { makeAuthority, type TestAuthority } from '../support/certificates.js';
import { assertNoSecret, ewsErrorOf } from '../support/errors.js';

describe('TLS', () => {
  let authority: TestAuthority;
  let server: TestServer | undefined;
  let client: EwsClient | undefined;

  before(async () => {
    authority = await makeAuthority();
  });

  afterEach(async () => {
    await client?.close();
    await server?.close();
    client = server = undefined;
  });

  function ask(origin: string, tls: TlsOptions = {}): Promise<unknown> {
    client = new EwsClient({
      url: `${origin}/EWS/Exchange.asmx`,
      credentials: { type: 'basic', username: 'a', password: 'b' },
      version: 'Exchange2016',
      timeoutMs: 5000,
      clock: systemClock,
      tls,
    });
    return client.call(unsubscribe, { subscriptionId: 'abc' });
  }

  async function https(name: string, days?: number, more: object = {}): Promise<string> {
    const tls = { ...(await authority.issue(name, days)), ...more };
    server = await serve((_request, response) => answerXml(response, unsubscribed()), tls);
    return server.origin;
  }

  it('trusts a private authority that it was given', async () => {
    await ask(await https('127.0.0.1'), { ca: authority.ca });
  });

  it('refuses an authority that it does not know, and says where to put it', async () => {
    const error = await ewsErrorOf(ask(await https('127.0.0.1')));
    assert.equal(error.code, 'EWS_CERTIFICATE');
    assert.match(error.message, /not issued by an authority that this machine trusts.*TLS configuration/);
    assert.match(error.message, /subject: CN=127\.0\.0\.1; issuer: CN=Test Authority/);
  });

  it('refuses it even where the environment says that nothing is to be verified', async () => {
    const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    try {
      assert.equal((await ewsErrorOf(ask(await https('127.0.0.1')))).code, 'EWS_CERTIFICATE');
    } finally {
      if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
      else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before;
    }
  });

  it('refuses a certificate for another name', async () => {
    const error = await ewsErrorOf(ask(await https('mail.example.com'), { ca: authority.ca }));
    assert.equal(error.code, 'EWS_CERTIFICATE');
    assert.match(error.message, /issued for another name \(DNS:mail\.example\.com\)/);
  });

  it('refuses a certificate that has run out', async () => {
    const error = await ewsErrorOf(ask(await https('127.0.0.1', -1), { ca: authority.ca }));
    assert.equal(error.code, 'EWS_CERTIFICATE');
    assert.match(error.message, /expired on \w+ .* GMT/);
  });

  for (const maxVersion of ['TLSv1.2', 'TLSv1.3']) {
    it(`shows a client certificate where the server wants one (${maxVersion})`, async () => {
      const wanted = { requestCert: true, rejectUnauthorized: true, ca: authority.ca, maxVersion };
      const own = await authority.issue('client.example.com');
      await ask(await https('127.0.0.1', 5, wanted), { ca: authority.ca, ...own });
    });
  }

  // Whether the alert or the reset behind it is read first is up to the network.
  for (const code of ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE']) {
    it(`says what it may be when the server breaks off with ${code}`, () => {
      const error = networkError(Object.assign(new Error('x'), { code }), 'https://mail.example.com');
      assert.equal(error.code, 'EWS_CERTIFICATE');
      assert.match(error.message, /mail\.example\.com broke off.*may want a client certificate/);
    });
  }

  it('says so when a key of one’s own cannot be read', async () => {
    const own = await authority.issue('client.example.com', 5, 'right');
    const error = await ewsErrorOf(ask(await https('127.0.0.1'), { ...own, passphrase: 'wr0ng-one' }));
    assert.equal(error.code, 'EWS_CONFIGURATION');
    assert.match(error.message, /key in the TLS configuration cannot be used.*passphrase/);
    assertNoSecret(error, 'wr0ng-one');
  });

  it('says so when https:// leads to plain HTTP', async () => {
    server = await serve((_request, response) => response.end());
    const error = await ewsErrorOf(ask(server.origin.replace('http:', 'https:')));
    assert.match(error.message, /does not speak TLS.*http:\/\//);
  });

  it('says so when http:// leads to something else', async () => {
    server = await listen(
      createServer((socket) => {
        socket.on('error', () => undefined);
        socket.end('220 mail.example.com ESMTP\r\n');
      }),
      'http',
    );
    const error = await ewsErrorOf(ask(server.origin));
    assert.match(error.message, /does not speak HTTP/);
  });

  it('says so when nobody listens, and when a name does not exist', async () => {
    const gone = await serve(() => undefined);
    await gone.close();
    assert.match((await ewsErrorOf(ask(gone.origin))).message, /refuses connections/);
    await client?.close();
    assert.match((await ewsErrorOf(ask('http://no-such-host.invalid'))).message, /cannot be resolved/);
  });
});
