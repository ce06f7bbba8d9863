import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { systemClock } from '../../dist/src/clock.js';
import { unsubscribe } from '../../dist/src/protocol/unsubscribe.js';
import { EwsClient, type EwsClientOptions } from '../../dist/src/transport/ews-client.js';
import { environmentProxies, proxyFor, type HttpProxy } from '../../dist/src/transport/http-proxy.js';
import { soap, unsubscribed } from '../support/answers.js';
import { makeAuthority, type TestAuthority } from '../support/certificates.js';
import { assertNoSecret, ewsErrorOf } from '../support/errors.js';
import { startProxy, type TestProxy, type TestProxyOptions } from '../support/http-proxy.js';
import { answerXml, bodyOf, serve, type TestServer } from '../support/http-server.js';

describe('which proxy leads where', () => {
  const through = (url: string, settings: Parameters<typeof proxyFor>[1]) => proxyFor(new URL(url), settings)?.origin;
  const settings = { http: 'http://a:3128', https: 'http://b:3129', except: '' };

  it('depends on the scheme of the address', () => {
    assert.equal(through('http://mail.example.com/', settings), 'http://a:3128');
    assert.equal(through('https://mail.example.com/', settings), 'http://b:3129');
    assert.equal(through('https://mail.example.com/', { ...settings, https: '' }), undefined);
  });

  for (const [except, exempt] of [
    ['mail.example.com', true],
    ['MAIL.example.com', true],
    ['other.example.com, mail.example.com', true],
    ['.example.com', true],
    ['*.example.com', true],
    ['*', true],
    ['mail.example.com:443', true],
    ['mail.example.com:8443', false],
    ['example.com', false],
    ['ail.example.com', false],
    ['mail.example.com.evil', false],
    ['', false],
  ] as const) {
    it(`${exempt ? 'is none' : 'is the proxy'} for mail.example.com where "${except}" is exempt`, () => {
      const found = through('https://mail.example.com/EWS', { ...settings, except });
      assert.equal(found, exempt ? undefined : 'http://b:3129');
    });
  }

  it('is told by the environment, in small letters or capitals, but not for this machine', () => {
    const env = environmentProxies({ HTTPS_PROXY: 'http://p:1', https_proxy: 'q:2', ALL_PROXY: 'http://r:3' });
    assert.equal(through('https://mail.example.com/', env), 'http://q:2');
    assert.equal(through('http://mail.example.com/', env), 'http://r:3');
    for (const host of ['localhost', '127.0.0.1', '[::1]']) assert.equal(through(`https://${host}/`, env), undefined);
    const except = environmentProxies({ http_proxy: 'http://p:1', NO_PROXY: '.example.com' });
    assert.equal(through('http://mail.example.com/', except), undefined);
  });

  it('has the credentials of its address, unless others are given', () => {
    const own = { http: 'http://pat:p%40ss@a:3128', https: '', except: '' };
    const target = new URL('http://mail.example.com/');
    assert.deepEqual(proxyFor(target, own), { origin: 'http://a:3128', username: 'pat', password: 'p@ss' });
    const percent = proxyFor(target, { ...own, http: 'http://pat:100%@a:3128' });
    assert.equal(percent?.password, '100%');
    const given = proxyFor(target, { ...own, username: 'eve', password: 'x' });
    assert.deepEqual([given?.username, given?.password], ['eve', 'x']);
  });

  it('is refused where its address is none that can be used', () => {
    for (const http of ['socks5://a:1080', 'http://']) {
      assert.throws(() => through('http://mail.example.com/', { http, https: '', except: '' }), {
        code: 'EWS_CONFIGURATION',
      });
    }
  });
});

describe('a proxy on the way', () => {
  let authority: TestAuthority;
  let server: TestServer;
  let proxy: TestProxy;
  let client: EwsClient;
  let requests: IncomingMessage[];

  before(async () => {
    authority = await makeAuthority();
  });

  async function start(scheme: 'http' | 'https', options: Partial<TestProxyOptions> = {}): Promise<void> {
    requests = [];
    server = await serve(
      (request, response) => {
        requests.push(request);
        void bodyOf(request).then((body) => {
          if (!body.includes('GetStreamingEvents')) answerXml(response, unsubscribed());
          else response.writeHead(200).write(heartbeat());
        });
      },
      scheme === 'https' ? await authority.issue('mail.example.com') : undefined,
    );
    proxy = await startProxy({ leadsTo: () => server.port, ...options });
    connect(scheme, { origin: proxy.origin, username: '', password: '' });
  }

  function connect(scheme: string, through: HttpProxy, more: Partial<EwsClientOptions> = {}): void {
    client = new EwsClient({
      url: `${scheme}://mail.example.com/EWS/Exchange.asmx`,
      credentials: { type: 'basic', username: 'anna', password: 'gehe1m' },
      version: 'Exchange2016',
      timeoutMs: 5000,
      clock: systemClock,
      tls: { ca: authority.ca },
      proxy: through,
      ...more,
    });
  }

  const heartbeat = () =>
    soap(
      '<m:GetStreamingEventsResponse xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"><m:ResponseMessages>' +
        '<m:GetStreamingEventsResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode>' +
        '<m:ConnectionStatus>OK</m:ConnectionStatus></m:GetStreamingEventsResponseMessage></m:ResponseMessages></m:GetStreamingEventsResponse>',
    );

  afterEach(async () => {
    await client.close();
    await proxy.close();
    await server.close();
  });

  const call = () => client.call(unsubscribe, { subscriptionId: 'abc' });
  const stream = () => client.openStream({ subscriptionIds: ['abc'], connectionTimeoutMinutes: 1 });

  it('is asked for a tunnel to a server with TLS, whose certificate is checked as ever', async () => {
    await start('https');
    await call();
    await call();
    assert.deepEqual(proxy.asked, ['CONNECT mail.example.com:443']);
    await client.close();
    connect('https', { origin: proxy.origin, username: '', password: '' }, { tls: {} });
    assert.equal((await ewsErrorOf(call())).code, 'EWS_CERTIFICATE');
  });

  it('is given the whole address of a server without TLS', async () => {
    await start('http');
    await call();
    await call();
    const asked = 'POST http://mail.example.com/EWS/Exchange.asmx';
    assert.deepEqual(proxy.asked, [asked, asked]);
    assert.equal(requests[0]?.headers.host, 'mail.example.com');
  });

  for (const scheme of ['http', 'https'] as const) {
    it(`carries streams (${scheme})`, async () => {
      await start(scheme);
      const open = await stream();
      assert.equal((await open.next())?.connectionStatus, 'OK');
      await open.end();
    });

    it(`is told a name and a password that only it may know (${scheme})`, async () => {
      await start(scheme, { credentials: 'pat:pröxy' });
      await client.close();
      connect(scheme, { origin: proxy.origin, username: 'pat', password: 'pröxy' });
      await call();
      assert.equal(requests[0]?.headers['proxy-authorization'], undefined);
    });

    it(`that refuses the password is not asked again (${scheme})`, async () => {
      await start(scheme, { credentials: 'pat:right' });
      await client.close();
      connect(scheme, { origin: proxy.origin, username: 'pat', password: 'wr0ng-secret' });
      const errors = await Promise.all([ewsErrorOf(call()), ewsErrorOf(call()), ewsErrorOf(stream())]);
      for (const error of errors) {
        assert.equal(error.code, 'EWS_PROXY_UNAUTHORIZED');
        assert.match(error.message, new RegExp(`The proxy ${proxy.origin} refuses`));
        assertNoSecret(error, 'wr0ng-secret');
      }
      assert.equal(proxy.asked.length, 1);
    });
  }

  it('that takes other ways to sign in only says so', async () => {
    await start('https', { credentials: 'x:y', offers: 'NTLM' });
    assert.match(
      (await ewsErrorOf(call())).message,
      /It takes NTLM, and these nodes sign in to proxies with Basic only/,
    );
  });

  it('that does not let through is an outage', async () => {
    await start('https', { refuses: 403 });
    const error = await ewsErrorOf(call());
    assert.equal(error.code, 'EWS_PROXY');
    assert.equal(error.action, 'retry');
    assert.match(error.message, /does not let through to mail\.example\.com:443 \(HTTP 403\)/);
  });

  it('that is not there is named', async () => {
    await start('https');
    const { origin } = proxy;
    await proxy.close();
    const error = await ewsErrorOf(call());
    assert.equal(error.code, 'EWS_NETWORK');
    assert.match(error.message, new RegExp(`The proxy on the way cannot be used. ${origin} refuses connections`));
  });
});
