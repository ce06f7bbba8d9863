import assert from 'node:assert/strict';
import type { IncomingMessage, RequestListener } from 'node:http';
import { systemClock } from '../../../dist/src/clock.js';
import type { EwsError } from '../../../dist/src/protocol/ews-error.js';
import { unsubscribe } from '../../../dist/src/protocol/unsubscribe.js';
import { EwsClient, type EwsClientOptions, type RequestContext } from '../../../dist/src/transport/ews-client.js';
import { unsubscribed } from '../../support/answers.js';
import { assertNoSecret, ewsErrorOf } from '../../support/errors.js';
import { answerXml, serve, type TestServer } from '../../support/http-server.js';
import { ManualClock } from '../../support/manual-clock.js';
import { NtlmFront, type NtlmFrontOptions } from '../../support/ntlm-front.js';
import { makeChallenge } from '../../support/ntlm-server.js';
import { until } from '../../support/wait.js';

const PASSWORD = 'gehe1mé-Pässwört-😀';
const MINUTE = 60_000;

describe('signing in with NTLM', () => {
  let front: NtlmFront;
  let server: TestServer;
  let client: EwsClient;
  let requests: IncomingMessage[];
  let answer: RequestListener;

  async function start(options: Partial<NtlmFrontOptions> = {}, more: Partial<EwsClientOptions> = {}): Promise<void> {
    front = new NtlmFront({ password: PASSWORD, ...options });
    requests = [];
    answer = (_request, response) => answerXml(response, unsubscribed());
    server = await serve(
      front.listener((request, response) => {
        requests.push(request);
        request.resume();
        request.on('end', () => answer(request, response));
      }),
    );
    connect(more);
  }

  function connect(more: Partial<EwsClientOptions> = {}): void {
    client = new EwsClient({
      url: `${server.origin}/EWS/Exchange.asmx`,
      credentials: { type: 'ntlm', username: 'CORP\\anna', password: PASSWORD },
      version: 'Exchange2016',
      timeoutMs: 10_000,
      clock: systemClock,
      ...more,
    });
  }

  afterEach(async () => {
    await client.close();
    await server.close();
  });

  const call = (context?: RequestContext) => client.call(unsubscribe, { subscriptionId: 'abc' }, context);

  it('happens once for a connection, and nothing but the proof says who is calling', async () => {
    await start();
    for (let count = 0; count < 100; count += 1) await call();
    assert.equal(server.connections(), 1);
    assert.equal(front.greetings.length, 1);
    assert.equal(front.greetings[0]!.bodyLength, 0);
    assert.deepEqual(
      front.proofs.map(({ right, message: { domain, user } }) => ({ right, domain, user })),
      [{ right: true, domain: 'CORP', user: 'anna' }],
    );
    assert.equal(requests.length, 100);
    assert.equal(requests.filter(({ headers }) => headers.authorization !== undefined).length, 1);
  });

  it('sends user@domain as it is, and a name alone without a domain', async () => {
    for (const username of ['anna@corp.example', 'anna']) {
      await start({}, { credentials: { type: 'ntlm', username, password: PASSWORD } });
      await call();
      const [{ message }] = front.proofs as [(typeof front.proofs)[number]];
      assert.deepEqual([message.domain, message.user], ['', username]);
      await client.close();
      await server.close();
    }
  });

  it('asks for its back end from the first message on, with the cookie of the group', async () => {
    await start();
    const context = { affinity: { group: 'g', anchorMailbox: 'anna@example.com' } };
    answer = (_request, response) => {
      const headers = { 'set-cookie': 'X-BackEndOverrideCookie=mbx1~7; path=/', connection: 'close' };
      answerXml(response, unsubscribed(), 200, headers);
    };
    await call(context);
    await call(context);
    for (const { headers } of front.greetings) {
      assert.equal(headers['x-anchormailbox'], 'anna@example.com');
      assert.equal(headers['x-preferserveraffinity'], 'true');
    }
    assert.equal(front.greetings.length, 2);
    assert.equal(front.greetings[1]!.headers.cookie, 'X-BackEndOverrideCookie=mbx1~7');
  });

  it('happens again when the connection is a new one', async () => {
    await start();
    await call();
    answer = (_request, response) => answerXml(response, unsubscribed(), 200, { connection: 'close' });
    await call();
    await call();
    assert.equal(server.connections(), 2);
    assert.deepEqual(
      front.proofs.map(({ right }) => right),
      [true, true],
    );
  });

  it('happens for each request where the server forgets who signed in', async () => {
    await start({ forgetful: true });
    await call();
    await call();
    await call();
    assert.equal(requests.length, 3);
    assert.equal(front.proofs.length, 3);
    assert.equal(server.connections(), 1);
  });

  it('tries a wrong password once, however many ask', async () => {
    await start({ password: 'another' });
    const errors = await Promise.all(Array.from({ length: 10 }, () => ewsErrorOf(call())));
    errors.push(await ewsErrorOf(call()));
    assert.ok(errors.every(({ code, backOffMs }) => code === 'EWS_UNAUTHORIZED' && backOffMs === undefined));
    assert.match(errors[0]!.message, /refuses the user name or the password \(NTLM, HTTP 401\)/);
    assert.match(errors[0]!.message, /requires Extended Protection lets nobody in over http/);
    assert.equal(front.proofs.length, 1);
    assertNoSecret(errors, PASSWORD);
  });

  it('goes on where it is signed in when the password is changed, and tries the old one once in half an hour', async () => {
    const clock = new ManualClock();
    await start({}, { clock });
    await call();
    front.options.password = 'changed';
    await call();
    // Two at once need a second connection.
    const codeOf = (error: unknown) => (error as EwsError).code;
    const both = async () => {
      const held: (() => void)[] = [];
      answer = (_request, response) => void held.push(() => answerXml(response, unsubscribed()));
      const calls = [call(), call()].map((one) => one.then(() => 'answered', codeOf));
      await until(() => held.length === 1);
      await calls[1];
      held[0]!();
      return Promise.all(calls);
    };
    assert.deepEqual(await both(), ['answered', 'EWS_UNAUTHORIZED']);
    // That a request on the first connection is answered says nothing of the password.
    assert.deepEqual(await both(), ['answered', 'EWS_UNAUTHORIZED']);
    assert.equal(front.proofs.length, 2);
    await clock.advance(30 * MINUTE);
    assert.deepEqual(await both(), ['answered', 'EWS_UNAUTHORIZED']);
    assert.equal(front.proofs.length, 3);
  });

  it('says so when something on the way does not keep connections', async () => {
    await start({ closesAfterChallenge: true });
    const error = await ewsErrorOf(call());
    assert.equal(error.code, 'EWS_NETWORK');
    assert.match(error.message, /in the middle of signing in with NTLM.*must keep it open/);
    assert.equal(front.proofs.length, 0);
  });

  it('never brings the password to a server that offers something weaker, and names what it offers', async () => {
    await start();
    const seen: (string | undefined)[] = [];
    await server.close();
    server = await serve((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(401, { 'WWW-Authenticate': ['Basic realm="mail"', 'Digest realm="mail"'] }).end();
    });
    await client.close();
    connect();
    const error = await ewsErrorOf(call());
    assert.equal(error.code, 'EWS_SCHEME_NOT_OFFERED');
    assert.equal(error.action, 'authenticate');
    assert.match(error.message, /offers Basic and Digest; the account is set to NTLM/);
    await ewsErrorOf(call());
    assert.equal(seen.length, 1);
    assert.match(seen[0]!, /^NTLM /);
  });

  it('reads the page of a refusal no further than it must', async () => {
    await start({ page: 'x'.repeat(3_000_000) });
    assert.equal((await ewsErrorOf(call())).code, 'EWS_TOO_LARGE');
  });

  it('takes a refusal for one, however its page comes', async () => {
    for (const page of ['x'.repeat(3_000_000), undefined]) {
      let proofs = 0;
      await start();
      await server.close();
      server = await serve((request, response) => {
        const token = Buffer.from(request.headers.authorization?.slice(5) ?? '', 'base64');
        if (token.readUInt32LE(8) === 1) {
          response.writeHead(401, { 'WWW-Authenticate': `NTLM ${makeChallenge().toString('base64')}` }).end();
          return;
        }
        proofs += 1;
        response.writeHead(401, { 'WWW-Authenticate': 'NTLM', 'Content-Length': '3000000' });
        response.write(page ?? 'x', () => {
          if (page === undefined) response.socket?.resetAndDestroy();
        });
      });
      await client.close();
      connect();
      assert.equal((await ewsErrorOf(call())).code, 'EWS_UNAUTHORIZED');
      assert.equal((await ewsErrorOf(call())).code, 'EWS_UNAUTHORIZED');
      assert.equal(proofs, 1);
      await client.close();
      await server.close();
    }
  });

  it('tells a busy server from one that refuses', async () => {
    await start();
    await server.close();
    server = await serve((_request, response) => response.writeHead(503, { 'retry-after': '9' }).end());
    await client.close();
    connect();
    const error = await ewsErrorOf(call());
    assert.equal(error.code, 'EWS_THROTTLED');
    assert.equal(error.backOffMs, 9000);
  });

  it('opens a stream on the connection that was signed in, which only then says it is the last', async () => {
    await start();
    answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/xml' }).flushHeaders();
    };
    const stream = await client.openStream({ subscriptionIds: ['abc'], connectionTimeoutMinutes: 1 });
    assert.equal(server.connections(), 1);
    assert.equal(front.greetings[0]!.headers.connection, 'keep-alive');
    assert.equal(front.greetings[0]!.bodyLength, 0);
    assert.equal(requests[0]!.headers.connection, 'close');
    await stream.end();
  });
});
