import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { startSandbox } from '../../dist/src/sandbox/sandbox.js';
import { ask, asked, testConnection } from '../support/admin-questions.js';
import { makeAuthority } from '../support/certificates.js';
import { answerXml, bodyOf, serve, type TestServer } from '../support/http-server.js';
import { OnPremises, WITH_TLS_AND_PROXY } from '../support/on-premises.js';
import type { RuntimeLab } from '../support/runtime-lab.js';
import { withNodeRed } from '../support/shared-node-red.js';
import { until } from '../support/wait.js';

const STEPS = ['name', 'connection', 'certificate', 'signIn', 'mailbox', 'server', 'pull', 'streaming', 'push'];
const PASSWORD = 'p4ss-to-Keep';

describe('the test of a connection', () => {
  const current = withNodeRed(WITH_TLS_AND_PROXY);
  let lab: RuntimeLab;
  let servers: TestServer[];
  beforeEach(() => {
    lab = current();
    servers = [];
  });
  afterEach(() => Promise.all(servers.map((server) => server.close())));

  const test = (more: object = {}) => testConnection(lab.red, asked(lab.account(more)));
  async function at(listener: Parameters<typeof serve>[0], tls?: Parameters<typeof serve>[1]): Promise<string> {
    const server = await serve(listener, tls);
    servers.push(server);
    return `${server.origin}/EWS/Exchange.asmx`;
  }

  it('tells each step of an account that is not deployed, and leaves no subscription behind', async () => {
    lab.sandbox.mailbox().deliver();
    const steps = await test();
    assert.deepEqual(Object.keys(steps), STEPS);
    const states = Object.values(steps).map(({ state }) => state);
    assert.deepEqual(states, ['skipped', 'ok', 'skipped', 'ok', 'ok', 'ok', 'ok', 'ok', 'skipped']);
    assert.deepEqual(steps.connection!.values, { address: '127.0.0.1', port: Number(new URL(lab.sandbox.url).port) });
    assert.deepEqual(steps.signIn!.values!.scheme, 'Basic');
    assert.deepEqual(steps.mailbox!.values, { mailbox: lab.sandbox.user, folder: 'Inbox', items: 1, unread: 1 });
    assert.equal(lab.sandbox.subscriptionCount, 0);
    assert.equal(lab.asked('Subscribe'), 2);
  });

  it('knows grommunio by its answers', async () => {
    const grommunio = await startSandbox({ character: 'grommunio' });
    try {
      const { url, user, password } = grommunio;
      const steps = await test({ url, credentials: { username: user, password } });
      assert.equal(steps.pull!.found, 'pull-no-watermark');
      assert.equal(steps.push!.found, 'push-never');
      assert.equal(grommunio.subscriptionCount, 0);
    } finally {
      await grommunio.close();
    }
  });

  it('tells of the built-in sandbox, which needs no password', async () => {
    const steps = await test({ server: 'sandbox', url: '', credentials: {} });
    assert.equal(steps.mailbox!.state, 'ok');
    assert.equal(steps.certificate!.found, 'sandbox');
  });

  it('says what is wrong with the settings, before it asks anybody', async () => {
    const steps = await test({ url: 'mail.example.com' });
    assert.deepEqual(Object.keys(steps), ['configuration']);
    assert.match(steps.configuration!.text!, /must be a URL/);
  });

  it('says that there is no such host, and looks no further', async () => {
    const steps = await test({ url: 'https://mail.example.invalid/EWS/Exchange.asmx' });
    assert.match(steps.name!.text!, /cannot be resolved/);
    const others = STEPS.slice(1).map((step) => [steps[step]!.state, steps[step]!.found]);
    assert.deepEqual(others, Array(8).fill(['skipped', 'not-reached']));
  });

  it('says that nobody listens at the port', async () => {
    const gone = await serve(() => undefined);
    await gone.close();
    const steps = await test({ url: `${gone.origin}/EWS/Exchange.asmx` });
    assert.equal(steps.name!.state, 'skipped');
    assert.match(steps.connection!.text!, /refuses connections/);
    assert.equal(steps.signIn!.found, 'not-reached');
  });

  it('says why a certificate is refused, and sends no password', async () => {
    let requests = 0;
    const issued = await (await makeAuthority()).issue('127.0.0.1');
    const url = await at((_request, response) => response.end((requests += 1)), issued);
    const steps = await test({ url });
    assert.equal(steps.connection!.state, 'ok');
    assert.equal(steps.certificate!.state, 'failed');
    assert.match(
      steps.certificate!.text!,
      /not issued by an authority.*issuer: CN=Test Authority|issuer: CN=Test Authority.*not issued/,
    );
    assert.equal(requests, 0);
  });

  it('goes the way through NTLM, a private authority and a proxy', async () => {
    const site = await OnPremises.start(lab.sandbox, { password: PASSWORD, proxyPassword: 'proxy-pass' });
    try {
      await lab.red.deploy([lab.tab(), site.tls(lab.id('tls')), site.httpProxy(lab.id('proxy'))]);
      const steps = await test({
        ...{ url: site.url, auth: 'ntlm', tls: lab.id('tls'), proxy: lab.id('proxy'), email: lab.sandbox.user },
        credentials: { username: 'CORP\\anna', password: PASSWORD },
      });
      assert.equal(steps.connection!.found, 'connected-proxy');
      assert.match(String(steps.certificate!.values!.subject), /mail\.corp\.example/);
      assert.match(String(steps.certificate!.values!.issuer), /Test Authority/);
      assert.deepEqual(steps.signIn!.values, { scheme: 'NTLM', offers: 'Negotiate, NTLM' });
      assert.equal(steps.streaming!.state, 'ok');
    } finally {
      await site.close();
    }
  });

  it('tries a wrong password once, and says that this counts', async () => {
    const tried: string[] = [];
    lab.sandbox.setPassword(lab.sandbox.user, 'another');
    lab.sandbox.onRequest(() => tried.push('request'));
    const url = await at((request, response) => {
      if (request.headers.authorization !== undefined) tried.push(request.headers.authorization);
      response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
    });
    const steps = await test({ url, credentials: { username: 'anna', password: PASSWORD } });
    assert.equal(tried.length, 1);
    assert.equal(steps.signIn!.state, 'failed');
    assert.match(steps.signIn!.text!, /refuses the user name or the password.*It offers Basic/);
    assert.equal(steps.signIn!.countsAsTry, true);
    assert.equal(steps.mailbox!.found, 'not-reached');
  });

  it('keeps the password where the server does not offer the way to sign in', async () => {
    const authorizations: (string | undefined)[] = [];
    const url = await at((request, response) => {
      authorizations.push(request.headers.authorization);
      response.writeHead(401, { 'www-authenticate': ['Negotiate', 'NTLM'] }).end();
    });
    const steps = await test({ url });
    assert.match(steps.signIn!.text!, /offers Negotiate and NTLM; the account is set to Basic/);
    assert.deepEqual(authorizations, [undefined]);
  });

  it('says that signing in worked, but not opening the mailbox', async () => {
    lab.sandbox.misbehave({ operation: 'GetFolder', code: 'ErrorMailboxStoreUnavailable' });
    const steps = await test();
    assert.equal(steps.signIn!.state, 'ok');
    assert.equal(steps.mailbox!.state, 'failed');
    assert.match(steps.mailbox!.text!, /ErrorMailboxStoreUnavailable/);
    assert.equal(steps.pull!.found, 'not-reached');
  });

  it('tells of a delivery that the server does not give, and goes on', async () => {
    lab.sandbox.failNext({ operation: 'Subscribe', code: 'ErrorAccessDenied' });
    const steps = await test();
    assert.equal(steps.pull!.state, 'failed');
    assert.equal(steps.streaming!.state, 'ok');
  });

  it('tries again to end what it has made', async () => {
    lab.sandbox.failNext({ operation: 'Unsubscribe', code: 'ErrorServerBusy' });
    await test();
    assert.equal(lab.sandbox.subscriptionCount, 0);
  });

  const hostile: readonly [string, Parameters<typeof serve>[0], RegExp][] = [
    ['an answer without end', (_request, response) => endless(response), /larger than the bound/],
    [
      'a page',
      (_request, response) => response.setHeader('content-type', 'text/html').end('<html><body>Hi</body></html>'),
      /web page, not an answer of EWS/,
    ],
    [
      'XML that is none',
      (_request, response) => answerXml(response, '<a><b></a>'),
      /<b> of line 1.*is closed by <\/a>/,
    ],
    ['a DOCTYPE', (_request, response) => answerXml(response, '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'), /DOCTYPE/],
    ['an answer that does not come', () => undefined, /did not answer in time/],
    [
      'another address',
      (_request, response) => response.writeHead(302, { location: 'https://x.example/?secret' }).end(),
      /sends requests on to https:\/\/x\.example\/ /,
    ],
    [
      'nothing at this path',
      (_request, response) => response.writeHead(404).end(),
      /nothing at .*\/EWS\/Exchange\.asmx/,
    ],
  ];
  for (const [what, listener, words] of hostile) {
    it(`says what is wrong with ${what}`, async () => {
      const steps = await test({ url: await at(listener), timeout: '1' });
      assert.equal(steps.signIn!.state, 'failed');
      assert.match(steps.signIn!.text!, words);
      assert.ok(!JSON.stringify(steps).includes('secret'));
      assert.equal(steps.push!.found, 'not-reached');
    });
  }

  it('takes questions that are JSON objects of a reasonable size only', async () => {
    const statuses = async (body: unknown, headers = {}) =>
      (await ask(lab.red, 'ews-account/test', body, headers)).status;
    assert.equal(await statuses('id=x', { 'content-type': 'application/x-www-form-urlencoded' }), 415);
    assert.equal(await statuses([1]), 400);
    assert.equal(await statuses({ id: 'x'.repeat(200_000) }), 413);
    assert.equal(await statuses({ id: 'nobody' }), 404);
  });

  it('answers so many at once, and stops for those who do not wait any more', async () => {
    let hanging = 0;
    const url = await at(() => (hanging += 1));
    const account = asked(lab.account({ url, timeout: '600' }));
    const given = new AbortController();
    const waiting = Array.from({ length: 8 }, () => {
      const body = JSON.stringify(account);
      const headers = { 'content-type': 'application/json' };
      return fetch(`${lab.red.address}/ews-account/test`, { method: 'POST', headers, body, signal: given.signal });
    });
    await until(() => hanging === 8);
    const { status, text } = await ask(lab.red, 'ews-account/test', account);
    assert.equal(status, 429);
    assert.deepEqual(JSON.parse(text), { error: 'too-many' });
    given.abort();
    await Promise.allSettled(waiting);
    for (let free = false; !free;) free = (await ask(lab.red, 'ews-account/test', { id: 'nobody' })).status === 404;
  });

  it('tells no secret, neither in its answers nor in the log', async () => {
    const url = await at((request, response) => {
      void bodyOf(request);
      response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
    });
    const account = lab.account({ url, credentials: { username: 'anna', password: PASSWORD } });
    const { text } = await ask(lab.red, 'ews-account/test', asked(account));
    for (const form of [PASSWORD, Buffer.from(`anna:${PASSWORD}`).toString('base64')]) {
      assert.ok(!text.includes(form) && !lab.red.output.includes(form), 'a secret shows');
    }
  });
});

/** More and more, as long as somebody reads. */
function endless(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/xml' });
  const part = ' '.repeat(64 * 1024);
  Readable.from(
    (function* () {
      for (;;) yield part;
    })(),
  )
    .pipe(response)
    .on('error', () => undefined);
}
