import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { systemClock } from '../../dist/src/clock.js';
import { unsubscribe } from '../../dist/src/protocol/unsubscribe.js';
import { EwsClient, type EwsClientOptions, type RequestContext } from '../../dist/src/transport/ews-client.js';
import { mayHaveLostAnswer } from '../../dist/src/transport/network-error.js';
import { answerXml, bodyOf, serve, type TestServer } from '../support/http-server.js';
import { backOff, errorAnswer, fault, unsubscribed } from '../support/answers.js';
import { assertNoSecret, ewsErrorOf } from '../support/errors.js';
import { ManualClock } from '../support/manual-clock.js';
import { ioTurns, until } from '../support/wait.js';

const PASSWORD = 'gehe1mé-Pässwört-😀';

describe('EwsClient', () => {
  let server: TestServer | undefined;
  let client: EwsClient | undefined;

  afterEach(async () => {
    await client?.close();
    await server?.close();
    client = server = undefined;
  });

  type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

  async function start(handler: Handler, options: Partial<EwsClientOptions> = {}): Promise<EwsClient> {
    server = await serve((request, response) => {
      void bodyOf(request).then((body) => {
        handler(request, response, body);
      });
    });
    client = new EwsClient({
      url: `${server.origin}/EWS/Exchange.asmx`,
      credentials: { type: 'basic', username: 'anna@example.com', password: PASSWORD },
      version: 'Exchange2010_SP2',
      timeoutMs: 10_000,
      clock: systemClock,
      ...options,
    });
    return client;
  }

  const call = (one: EwsClient, context?: RequestContext) => one.call(unsubscribe, { subscriptionId: 'abc' }, context);

  it('posts the envelope with UTF-8 Basic authentication and reads the answer and the server time', async () => {
    const seen: { request: IncomingMessage; body: string }[] = [];
    const one = await start((request, response, body) => {
      seen.push({ request, body });
      answerXml(response, unsubscribed(), 200, { date: 'Mon, 02 Mar 2026 08:00:00 GMT' });
    });
    const { answeredAt } = await call(one, { impersonate: { primarySmtpAddress: 'room@example.com' } });
    assert.equal(answeredAt, Date.parse('2026-03-02T08:00:00Z'));
    assert.equal(one.server?.build, '15.2.1544');
    const [first] = seen;
    assert.ok(first);
    assert.equal(first.request.method, 'POST');
    assert.equal(first.request.url, '/EWS/Exchange.asmx');
    assert.equal(first.request.headers['content-type'], 'text/xml; charset=utf-8');
    const basic = Buffer.from((first.request.headers.authorization ?? '').replace('Basic ', ''), 'base64').toString(
      'utf8',
    );
    assert.equal(basic, `anna@example.com:${PASSWORD}`);
    assert.match(first.body, /<t:RequestServerVersion Version="Exchange2010_SP2"\/>/);
    assert.match(first.body, /<t:PrimarySmtpAddress>room@example.com<\/t:PrimarySmtpAddress>/);
  });

  it('uses one connection for one request after the other, and several for several at once', async () => {
    const held: ServerResponse[] = [];
    let hold = false;
    const one = await start((_request, response) => {
      if (!hold) answerXml(response, unsubscribed());
      else if (held.push(response) === 3) for (const waiting of held) answerXml(waiting, unsubscribed());
    });
    await call(one);
    await call(one);
    assert.equal(server?.connections(), 1);
    hold = true;
    await Promise.all([call(one), call(one), call(one)]);
    assert.equal(server.connections(), 3);
  });

  it('never has more requests under way than it may', async () => {
    const held: ServerResponse[] = [];
    const one = await start((_request, response) => void held.push(response), { maxConcurrent: 2 });
    const release = () => {
      for (const response of held.splice(0)) answerXml(response, unsubscribed());
    };
    // The first proves the password; after it several may go at once.
    const first = call(one);
    await until(() => held.length === 1);
    release();
    await first;
    const rest = Promise.all(Array.from({ length: 6 }, () => call(one)));
    for (let round = 0; round < 3; round += 1) {
      await until(() => held.length === 2);
      await ioTurns(20);
      assert.equal(held.length, 2);
      release();
    }
    await rest;
  });

  it('counts a stream among them until the server has begun to answer, or lets others wait for too long', async () => {
    const clock = new ManualClock();
    const held: { response: ServerResponse; isStream: boolean }[] = [];
    const one = await start(
      (_request, response, body) => {
        const isStream = body.includes('GetStreamingEvents');
        if (held.length === 0 && !isStream) answerXml(response, unsubscribed());
        else held.push({ response, isStream });
      },
      { maxConcurrent: 1, clock },
    );
    await call(one);
    const request = { subscriptionIds: ['abc'], connectionTimeoutMinutes: 1 };
    const stream = one.openStream(request);
    const other = one.openStream(request);
    const last = call(one);
    await until(() => held.length === 1);
    await ioTurns(20);
    assert.equal(held.length, 1, 'the second waits for the first');
    held[0]!.response.writeHead(200).write('<');
    await stream;
    await until(() => held.length === 2);
    await ioTurns(20);
    assert.equal(held.length, 2, 'a request waits for the second');
    await clock.advance(2000);
    await until(() => held.length === 3);
    assert.deepEqual(
      held.map(({ isStream }) => isStream),
      [true, true, false],
    );
    answerXml(held[2]!.response, unsubscribed());
    await last;
    held[1]!.response.writeHead(200).write('<');
    await other;
  });

  it('does not use a connection again that carried a SOAP Fault', async () => {
    const answers = [unsubscribed(), fault('ErrorInvalidServerVersion'), unsubscribed()];
    const one = await start((_request, response) => {
      const answer = answers.shift() ?? '';
      answerXml(response, answer, answer.includes('Fault') ? 500 : 200);
    });
    await call(one);
    const error = await ewsErrorOf(call(one));
    assert.equal(error.code, 'ErrorInvalidServerVersion');
    assert.equal(server?.connections(), 1);
    await call(one);
    assert.equal(server.connections(), 2);
  });

  it('reads gzip, and bounds what it inflates to', async () => {
    let bomb = false;
    const one = await start(
      (_request, response) => {
        const xml = bomb ? unsubscribed() + ' '.repeat(3_000_000) : unsubscribed();
        response.writeHead(200, { 'content-type': 'text/xml', 'content-encoding': 'gzip' }).end(gzipSync(xml));
      },
      { maxResponseBytes: 100_000 },
    );
    await call(one);
    bomb = true;
    const error = await ewsErrorOf(call(one));
    assert.equal(error.code, 'EWS_TOO_LARGE');
    assert.match(error.message, /100000 bytes/);
  });

  it('says so when what is called gzip is none', async () => {
    const one = await start((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end('<plain/>');
    });
    const error = await ewsErrorOf(call(one));
    assert.equal(error.code, 'EWS_MALFORMED');
    assert.match(error.message, /gzip/);
  });

  it('bounds an answer that never ends', async () => {
    const one = await start(
      (_request, response) => {
        response.writeHead(200, { 'content-type': 'text/xml' });
        const more = () => {
          while (response.write(' '.repeat(65_536)));
        };
        response.on('drain', more);
        more();
      },
      { maxResponseBytes: 1_000_000 },
    );
    assert.equal((await ewsErrorOf(call(one))).code, 'EWS_TOO_LARGE');
  });

  it('gives up on a server that does not answer, or stops in the middle', async () => {
    let silent = true;
    const one = await start(
      (_request, response) => {
        if (!silent) response.writeHead(200, { 'content-length': '1000' }).write('<s:Envelope');
      },
      { timeoutMs: 100 },
    );
    const before = await ewsErrorOf(call(one));
    assert.equal(before.code, 'EWS_TIMEOUT');
    silent = false;
    const within = await ewsErrorOf(call(one));
    assert.equal(within.code, 'EWS_TIMEOUT');
    assert.match(within.message, /did not answer in time/);
  });

  const cut: Record<string, Record<string, string>> = {
    'in an answer of a known length': { 'content-length': '1000' },
    'in an answer of a known length, after which it would close': { 'content-length': '1000', connection: 'close' },
    'in an answer in chunks': {},
    'in an answer in chunks, after which it would close': { connection: 'close' },
  };
  for (const [where, headers] of Object.entries(cut)) {
    for (const end of ['resetAndDestroy', 'end'] as const) {
      it(`says that the connection was lost ${where} (${end})`, async () => {
        const one = await start((_request, response) => {
          response.writeHead(200, headers).write('<s:Envelope');
          setImmediate(() => response.socket?.[end]());
        });
        const error = await ewsErrorOf(call(one));
        assert.equal(error.code, 'EWS_NETWORK');
        assert.equal(error.action, 'retry');
        assert.match(error.message, /lost before the answer was complete/);
        assert.ok(mayHaveLostAnswer(error), 'the request may have been carried out');
      });
    }
  }

  it('reads BackOffMilliseconds from a fault and then holds back every request of the account', async () => {
    const clock = new ManualClock();
    let busy = true;
    let calls = 0;
    const one = await start(
      (_request, response) => {
        calls += 1;
        if (busy) answerXml(response, fault('ErrorServerBusy', backOff(30_000)), 500);
        else answerXml(response, unsubscribed());
      },
      { clock },
    );
    const error = await ewsErrorOf(call(one));
    assert.equal(error.code, 'ErrorServerBusy');
    assert.equal(error.backOffMs, 30_000);
    busy = false;
    const held = call(one, { affinity: { group: 'other', anchorMailbox: 'b@example.com' } });
    await clock.untilTimer();
    await clock.advance(29_999);
    assert.equal(calls, 1);
    await clock.advance(1);
    await held;
    assert.equal(calls, 2);
  });

  for (const [status, code, words] of [
    [401, 'EWS_UNAUTHORIZED', /refuses the user name or the password \(Basic, HTTP 401\)\. It offers NTLM and Basic/],
    [403, 'EWS_FORBIDDEN', /does not let it use EWS/],
    [404, 'EWS_HTTP', /nothing at .*\/EWS\/Exchange.asmx/],
    [302, 'EWS_HTTP', /sends requests on to https:\/\/other.example\/owa \(HTTP 302\)/],
    [429, 'EWS_THROTTLED', /busy/],
    [500, 'EWS_HTTP', /HTTP 500/],
    [502, 'EWS_HTTP', /in front of EWS/],
    [503, 'EWS_THROTTLED', /busy or being maintained/],
  ] as const) {
    it(`says what HTTP ${status} means`, async () => {
      const one = await start((_request, response) => {
        response.writeHead(status, {
          'content-type': 'text/html',
          'www-authenticate': ['NTLM', 'Basic realm="x"'],
          location: 'https://user:pw@other.example/owa?token=1',
          'retry-after': '7',
        });
        response.end('<html><body>Something went wrong</body></html>');
      });
      const error = await ewsErrorOf(call(one));
      assert.equal(error.code, code);
      assert.equal(error.httpStatus, status);
      assert.match(error.message, words);
      if (status === 429 || status === 503) assert.equal(error.backOffMs, 7000);
      assertNoSecret(error, PASSWORD);
    });
  }

  it('says so when a login page comes in place of an answer', async () => {
    const one = await start((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!DOCTYPE html><html><br>Sign in</html>');
    });
    const error = await ewsErrorOf(call(one));
    assert.equal(error.code, 'EWS_MALFORMED');
  });

  it('throws the error of the answer, with the operation it was an answer to', async () => {
    const one = await start((_request, response) => {
      answerXml(response, errorAnswer('Unsubscribe', 'ErrorSubscriptionNotFound'));
    });
    const error = await ewsErrorOf(call(one));
    assert.equal(error.code, 'ErrorSubscriptionNotFound');
    assert.equal(error.operation, 'Unsubscribe');
    assert.equal(error.action, 'resubscribe');
  });

  it('keeps the cookies of each affinity group, takes over newer ones, and forgets them when told to', async () => {
    const cookies: (string | undefined)[] = [];
    let count = 0;
    const one = await start((request, response) => {
      cookies.push(request.headers.cookie);
      assert.equal(request.headers['x-preferserveraffinity'], 'true');
      count += 1;
      answerXml(response, unsubscribed(), 200, {
        'set-cookie': [
          `X-BackEndOverrideCookie=${request.headers['x-anchormailbox'] as string}~${count}; path=/; HttpOnly`,
        ],
      });
    });
    const a = { affinity: { group: 'a', anchorMailbox: 'a@example.com' } };
    const b = { affinity: { group: 'b', anchorMailbox: 'b@example.com' } };
    await call(one, a);
    await call(one, b);
    await call(one, a);
    await call(one, a);
    one.forgetAffinity('a');
    await call(one, a);
    assert.deepEqual(cookies, [
      undefined,
      undefined,
      'X-BackEndOverrideCookie=a@example.com~1',
      'X-BackEndOverrideCookie=a@example.com~3',
      undefined,
    ]);
  });

  it('tries a password that never worked once, however many ask', async () => {
    let calls = 0;
    const one = await start((_request, response) => {
      calls += 1;
      response.writeHead(401, { 'www-authenticate': 'Basic' }).end();
    });
    const errors = await Promise.all(Array.from({ length: 10 }, () => ewsErrorOf(call(one))));
    assert.ok(errors.every(({ code, backOffMs }) => code === 'EWS_UNAUTHORIZED' && backOffMs === undefined));
    await ewsErrorOf(call(one));
    assert.equal(calls, 1);
  });

  it('gives up a request when its signal is aborted', async () => {
    const gone = new AbortController();
    const one = await start(() => {
      gone.abort();
    });
    const error = await ewsErrorOf(call(one, { signal: gone.signal }));
    assert.equal(error.code, 'EWS_NETWORK');
  });

  it('does not wait for another request once its signal is aborted', async () => {
    // The first request proves the password and is never answered; the second waits for its outcome.
    let arrived = 0;
    const one = await start(() => {
      arrived += 1;
    });
    const first = ewsErrorOf(call(one));
    await until(() => arrived === 1);
    const gone = new AbortController();
    const second = ewsErrorOf(call(one, { signal: gone.signal }));
    gone.abort();
    assert.equal((await second).code, 'EWS_NETWORK');
    await one.close();
    await first;
    assert.equal(arrived, 1);
  });

  it('shows neither the query nor the user information of its address', async () => {
    const one = await start((_request, response) => response.writeHead(404).end());
    await one.close();
    const url = new URL(`${server?.origin ?? ''}/EWS/x?code=${PASSWORD}`);
    url.password = 'other-secret';
    client = new EwsClient({
      url: url.href,
      credentials: { type: 'basic', username: 'a', password: PASSWORD },
      version: 'Exchange2016',
      timeoutMs: 5000,
      clock: systemClock,
    });
    const error = await ewsErrorOf(call(client));
    assert.match(error.message, /nothing at .*\/EWS\/x \(HTTP 404\)/);
    assertNoSecret(error, PASSWORD);
    assertNoSecret(error, 'other-secret');
  });

  it('refuses an address that is no URL', () => {
    assert.throws(
      () =>
        new EwsClient({
          url: 'mail.example.com',
          credentials: { type: 'basic', username: '', password: '' },
          version: 'Exchange2016',
          timeoutMs: 1,
          clock: systemClock,
        }),
      { code: 'EWS_CONFIGURATION' },
    );
  });
});
