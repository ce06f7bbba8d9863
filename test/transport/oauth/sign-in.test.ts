import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { unsubscribe } from '../../../dist/src/protocol/unsubscribe.js';
import type { ClientProof, Credentials } from '../../../dist/src/transport/credentials.js';
import { EwsClient, type EwsClientOptions, type RequestContext } from '../../../dist/src/transport/ews-client.js';
import { unsubscribed } from '../../support/answers.js';
import { makeAuthority, type Issued } from '../../support/certificates.js';
import { assertNoSecret, ewsErrorOf } from '../../support/errors.js';
import { answerXml, bodyOf, serve, type TestServer } from '../../support/http-server.js';
import { startProxy, type TestProxy } from '../../support/http-proxy.js';
import { ManualClock } from '../../support/manual-clock.js';
import { TokenServer, type TokenServerOptions } from '../../support/token-server.js';
import { until } from '../../support/wait.js';

const SECRET = 'gehe1m~client.secret';
const CLIENT = 'c0ffee00-1111-2222-3333-444455556666';
const SCOPE = 'https://outlook.office365.com/.default';
const NOW = '2026-03-02T08:00:00Z';

describe('signing in with OAuth 2.0', () => {
  let clock: ManualClock;
  let tokens: TokenServer | undefined;
  let server: TestServer;
  let client: EwsClient | undefined;
  let proxy: TestProxy | undefined;
  let requests: { readonly token: string | undefined; readonly body: string; readonly anchor: unknown }[];
  let refuse: (request: IncomingMessage, response: ServerResponse) => boolean;
  let issued: Issued;

  before(async () => {
    issued = await (await makeAuthority()).issue('application.example.test');
  });

  beforeEach(async () => {
    clock = new ManualClock(NOW);
    requests = [];
    refuse = () => false;
    server = await serve((request, response) => {
      void bodyOf(request).then((body) => {
        const { authorization, 'x-anchormailbox': anchor } = request.headers;
        requests.push({ token: authorization, body, anchor });
        if (!refuse(request, response)) answerXml(response, unsubscribed());
      });
    });
  });

  afterEach(async () => {
    await client?.close();
    await tokens?.close();
    await proxy?.close();
    await server.close();
    client = tokens = proxy = undefined;
  });

  async function startTokens(options: Partial<TokenServerOptions> = {}): Promise<TokenServer> {
    const known = { client: { clientId: CLIENT, secret: SECRET }, scope: SCOPE, now: () => clock.now(), ...options };
    tokens = await TokenServer.start(known);
    return tokens;
  }

  function connect(proof: ClientProof = { secret: SECRET }, options: Partial<EwsClientOptions> = {}): EwsClient {
    const tokenUrl = tokens?.url ?? '';
    const credentials: Credentials = { type: 'oauth2', tokenUrl, clientId: CLIENT, scope: SCOPE, proof };
    client = new EwsClient({
      ...{ url: `${server.origin}/EWS/Exchange.asmx`, credentials, version: 'Exchange2010_SP2' },
      ...{ timeoutMs: 10_000, clock },
      ...options,
    });
    return client;
  }

  const call = (one: EwsClient, context?: RequestContext) => one.call(unsubscribe, { subscriptionId: 'abc' }, context);
  const bearer = (at: number) => `Bearer ${tokens!.given[at]}`;

  it('brings a token that a secret has got, the same one with each request', async () => {
    await startTokens();
    const one = connect();
    await Promise.all([call(one), call(one), call(one)]);
    await call(one);
    assert.equal(tokens!.asked.length, 1);
    assert.deepEqual([...new Set(requests.map(({ token }) => token))], [bearer(0)]);
    assert.equal(requests.length, 4);
  });

  it('proves with a certificate who it is, each time anew', async () => {
    await startTokens({ client: { clientId: CLIENT, certificate: issued.cert }, expiresIn: 3600 });
    clock = new ManualClock(Date.now());
    const one = connect({ certificate: issued.cert, key: issued.key });
    await call(one);
    await clock.advance(3_600_000);
    await call(one);
    assert.equal(tokens!.given.length, 2, tokens!.refusal);
    assert.equal(requests.at(-1)?.token, bearer(1));
  });

  it('takes certificate and key that have lost their line breaks', async () => {
    await startTokens({ client: { clientId: CLIENT, certificate: issued.cert } });
    const broken = { certificate: issued.cert.replace(/\n/g, ''), key: issued.key.replace(/\n/g, '\\n') };
    clock = new ManualClock(Date.now());
    await call(connect(broken));
    assert.equal(tokens!.given.length, 1, tokens!.refusal);
  });

  it('is refused with the certificate of another', async () => {
    const other = await (await makeAuthority()).issue('application.example.test');
    await startTokens({ client: { clientId: CLIENT, certificate: issued.cert } });
    clock = new ManualClock(Date.now());
    const error = await ewsErrorOf(call(connect({ certificate: other.cert, key: other.key })));
    assert.equal(error.code, 'EWS_TOKEN_REFUSED');
    assert.equal(error.action, 'authenticate');
  });

  for (const [what, proof, pattern] of [
    [
      'a certificate and a key that are not a pair',
      async () => ({ certificate: issued.cert, key: (await (await makeAuthority()).issue('x')).key }),
      /do not belong together/,
    ],
    ['something that is no certificate', () => ({ certificate: 'gehe1m', key: issued.key }), /no certificate in PEM/],
    ['something that is no key', () => ({ certificate: issued.cert, key: 'gehe1m' }), /no private key in PEM/],
    [
      'a key with a passphrase',
      async () => ({ ...(await (await makeAuthority()).issue('x', 5, 'gehe1m')), certificate: issued.cert }),
      /without one/,
    ],
  ] as const) {
    it(`says what is wrong with ${what}`, async () => {
      await startTokens();
      const given = await proof();
      const error = await ewsErrorOf(Promise.resolve().then(() => connect(given)));
      assert.equal(error.code, 'EWS_CONFIGURATION');
      assert.match(error.message, pattern);
      assertNoSecret(error, 'gehe1m');
    });
  }

  it('says when the certificate has expired, and sends nothing', async () => {
    await startTokens({ client: { clientId: CLIENT, certificate: issued.cert } });
    clock = new ManualClock(Date.now() + 30 * 86_400_000);
    const error = await ewsErrorOf(call(connect({ certificate: issued.cert, key: issued.key })));
    assert.match(error.message, /expired on \d{4}-\d\d-\d\d/);
    assert.equal(tokens!.asked.length, 0);
  });

  it('tries a wrong secret once, whoever asks, and says in plain words what is wrong', async () => {
    await startTokens();
    const wrong = 'fa1sch-gehe1m';
    const one = connect({ secret: wrong });
    const errors = await Promise.all([call(one), call(one), call(one)].map(ewsErrorOf));
    errors.push(await ewsErrorOf(call(one)));
    assert.equal(tokens!.asked.length, 1);
    assert.equal(requests.length, 0);
    for (const error of errors) {
      assert.equal(error.code, 'EWS_TOKEN_REFUSED');
      assert.match(
        error.message,
        /invalid_client, AADSTS7000215, HTTP 401.*The client secret is wrong: its value is wanted/,
      );
      assertNoSecret(error, wrong);
    }
  });

  it('gets another token once when the server takes one no more, and goes on', async () => {
    await startTokens();
    const one = connect();
    await call(one);
    tokens!.revokeAll();
    refuse = (request, response) => {
      if (tokens!.knows(request)) return false;
      response.writeHead(401, { 'WWW-Authenticate': 'Bearer error="invalid_token"' }).end('<html>no</html>');
      return true;
    };
    await Promise.all([call(one), call(one)]);
    assert.equal(tokens!.asked.length, 2);
    assert.equal(requests.at(-1)?.token, bearer(2));
  });

  it('stops when the server takes the new one neither, and says why as far as that is no secret', async () => {
    await startTokens();
    refuse = (request, response) => {
      const diagnostics = `2000001;reason="The audience is wrong.";${request.headers.authorization ?? ''}`;
      response.writeHead(401, { 'WWW-Authenticate': 'Bearer', 'x-ms-diagnostics': diagnostics }).end();
      return true;
    };
    const one = connect();
    const error = await ewsErrorOf(call(one));
    await ewsErrorOf(call(one));
    assert.equal(error.code, 'EWS_TOKEN_REFUSED');
    assert.match(error.message, /does not take the token \(HTTP 401\)\. It says: “The audience is wrong\.”/);
    assertNoSecret(error, 'gehe1m');
    assert.equal(requests.length, 2);
    assert.equal(tokens!.asked.length, 2);
  });

  it('does not repeat a reason that holds the token', async () => {
    await startTokens();
    refuse = (request, response) => {
      const diagnostics = `1;reason="${(request.headers.authorization ?? '').slice(0, 150)}"`;
      response.writeHead(401, { 'WWW-Authenticate': 'Bearer', 'x-ms-diagnostics': diagnostics }).end();
      return true;
    };
    assertNoSecret(await ewsErrorOf(call(connect())), 'gehe1m');
  });

  it('opens each mailbox in its owner’s name, at the back end of that mailbox', async () => {
    await startTokens();
    const affinity = { group: 'g', anchorMailbox: 'room@example.com' };
    await call(connect(), { mailbox: 'room@example.com', affinity });
    assert.match(requests[0]!.body, /<t:PrimarySmtpAddress>room@example\.com</);
    assert.equal(requests[0]!.anchor, 'room@example.com');
  });

  const misbehaviours: Record<string, [NonNullable<TokenServerOptions['misbehaviour']>, string, RegExp]> = {
    'is busy': [(_, response) => response.writeHead(503, { 'Retry-After': '7' }).end(), 'EWS_THROTTLED', /HTTP 503/],
    'sends a page': [
      (_, response) => response.writeHead(200).end('<html>gehe1m</html>'),
      'EWS_TOKEN_ENDPOINT',
      /without a token/,
    ],
    'sends a page with an error': [
      (_, response) => response.writeHead(400).end('<html>gehe1m</html>'),
      'EWS_TOKEN_ENDPOINT',
      /HTTP 400/,
    ],
    'sends a token with a line break': [
      (_, response) => response.end('{"access_token":"gehe1m\\r\\nX: y","token_type":"Bearer"}'),
      'EWS_TOKEN_ENDPOINT',
      /without a token/,
    ],
    'sends a token of another kind': [
      (_, response) => response.end('{"access_token":"gehe1m","token_type":"pop"}'),
      'EWS_TOKEN_ENDPOINT',
      /without a token/,
    ],
    'sends on to another address': [
      (_, response) => response.writeHead(307, { Location: 'http://127.0.0.1:1/' }).end(),
      'EWS_TOKEN_ENDPOINT',
      /secrets do not follow/,
    ],
    'is not there': [(_, response) => response.writeHead(404).end(), 'EWS_TOKEN_ENDPOINT', /nothing at the token URL/],
    'breaks off': [(request) => request.socket.destroy(), 'EWS_NETWORK', /No token could be got/],
    'is in trouble': [
      (_, response) => response.writeHead(400).end('{"error":"temporarily_unavailable"}'),
      'EWS_TOKEN_ENDPOINT',
      /HTTP 400/,
    ],
    'sends too much': [
      (_, response) => {
        const more = () => response.write('x'.repeat(65_536), () => response.destroyed || setImmediate(more));
        more();
      },
      'EWS_TOO_LARGE',
      /larger than the bound/,
    ],
  };
  for (const [what, [misbehaviour, code, pattern]] of Object.entries(misbehaviours)) {
    it(`goes on when the server that gives tokens ${what}, as soon as it does not`, async () => {
      const { options } = await startTokens({ misbehaviour });
      const one = connect();
      const error = await ewsErrorOf(call(one));
      assert.equal(error.code, code);
      assert.match(error.message, pattern);
      assertNoSecret(error, 'gehe1m');
      assert.equal(requests.length, 0);
      delete options.misbehaviour;
      if (error.backOffMs !== undefined) await clock.advance(error.backOffMs);
      await call(one);
      assert.equal(requests.length, 1);
    });
  }

  it('waits for a token no longer than the account says, and not for one that comes byte by byte', async () => {
    await startTokens({
      misbehaviour: (_request, response) => {
        const timer = setInterval(() => response.write(' '), 20);
        response.once('close', () => clearInterval(timer));
      },
    });
    const error = await ewsErrorOf(call(connect({ secret: SECRET }, { timeoutMs: 300 })));
    assert.equal(error.code, 'EWS_TIMEOUT');
  });

  it('gives up waiting for a token when the account closes', async () => {
    let gone = false;
    await startTokens({ misbehaviour: (request) => request.socket.once('close', () => (gone = true)) });
    const one = connect();
    const failed = ewsErrorOf(call(one));
    await until(() => tokens!.asked.length === 1);
    await one.close();
    await failed;
    await until(() => gone);
  });

  it('sends a secret over https or to this machine only', async () => {
    await startTokens();
    const credentials: Credentials = {
      type: 'oauth2',
      tokenUrl: 'http://login.example.test/token',
      clientId: CLIENT,
      scope: SCOPE,
      proof: { secret: SECRET },
    };
    const error = await ewsErrorOf(Promise.resolve().then(() => connect(undefined, { credentials })));
    assert.match(error.message, /must begin with https/);
  });

  it('reaches the server that gives tokens through a proxy, and trusts the authority that the account trusts', async () => {
    const authority = await makeAuthority();
    const tls = await authority.issue('login.example.test');
    const options = { client: { clientId: CLIENT, secret: SECRET }, scope: SCOPE };
    tokens = await TokenServer.start(options, tls, 'login.example.test');
    proxy = await startProxy({ leadsTo: () => tokens!.port });
    const tokenProxy = { origin: proxy.origin, username: '', password: '' };
    const distrusting = connect(undefined, { tokenProxy });
    assert.equal((await ewsErrorOf(call(distrusting))).code, 'EWS_CERTIFICATE');
    await distrusting.close();
    assert.equal(tokens.asked.length, 0);
    await call(connect(undefined, { tokenProxy, tls: { ca: authority.ca, servername: 'mail.example.test' } }));
    assert.deepEqual(proxy.asked, Array(2).fill('CONNECT login.example.test:443'));
    assert.equal(requests.length, 1);
  });
});

describe('signing in with a token that was given', () => {
  it('brings it, and asks nobody for another', async () => {
    const seen: unknown[] = [];
    let status = 200;
    const server = await serve((request, response) => {
      seen.push(request.headers.authorization);
      request.resume();
      if (status === 200) answerXml(response, unsubscribed());
      else response.writeHead(status, { 'WWW-Authenticate': 'Bearer' }).end();
    });
    const client = new EwsClient({
      ...{ url: `${server.origin}/EWS/Exchange.asmx`, credentials: { type: 'bearer', token: 'gehe1m.token' } },
      ...{ version: 'Exchange2010_SP2', timeoutMs: 10_000, clock: new ManualClock() },
    });
    try {
      await client.call(unsubscribe, { subscriptionId: 'abc' });
      status = 401;
      const error = await ewsErrorOf(client.call(unsubscribe, { subscriptionId: 'abc' }));
      assert.equal(error.code, 'EWS_TOKEN_REFUSED');
      assert.match(error.message, /It may have run out/);
      assertNoSecret(error, 'gehe1m');
      assert.deepEqual(seen, Array(2).fill('Bearer gehe1m.token'));
    } finally {
      await client.close();
      await server.close();
    }
  });
});
