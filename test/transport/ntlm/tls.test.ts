import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { createServer } from 'node:https';
import type { RequestListener } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { systemClock } from '../../../dist/src/clock.js';
import { unsubscribe } from '../../../dist/src/protocol/unsubscribe.js';
import { EwsClient, type EwsClientOptions } from '../../../dist/src/transport/ews-client.js';
import { unsubscribed } from '../../support/answers.js';
import { makeAuthority, type Issued, type TestAuthority } from '../../support/certificates.js';
import { ewsErrorOf } from '../../support/errors.js';
import { startProxy, type TestProxy } from '../../support/http-proxy.js';
import { answerXml, listen, type TestServer } from '../../support/http-server.js';
import { NtlmFront } from '../../support/ntlm-front.js';
import { expectedBindings } from '../../support/ntlm-server.js';

const PASSWORD = 'Pässwört';

describe('NTLM over TLS, to a server with Extended Protection', () => {
  let authority: TestAuthority;
  let issued: Issued;
  let front: NtlmFront;
  let server: TestServer;
  let proxy: TestProxy | undefined;
  let client: EwsClient;
  let sockets: TLSSocket[];
  let answer: RequestListener;

  before(async () => {
    authority = await makeAuthority();
    issued = await authority.issue('127.0.0.1');
  });

  async function start(hash: string, tls: object = {}): Promise<void> {
    front = new NtlmFront({
      password: PASSWORD,
      bindings: expectedBindings(new X509Certificate(issued.cert).raw, hash),
    });
    sockets = [];
    answer = (_request, response) => answerXml(response, unsubscribed());
    const inside: RequestListener = (request, response) => {
      request.resume().on('end', () => answer(request, response));
    };
    const https = createServer({ ...issued, ...tls }, front.listener(inside));
    https.on('secureConnection', (socket) => sockets.push(socket));
    server = await listen(https, 'https');
  }

  function connect(options: Partial<EwsClientOptions> = {}): void {
    client = new EwsClient({
      url: `${server.origin}/EWS/Exchange.asmx`,
      credentials: { type: 'ntlm', username: 'CORP\\anna', password: PASSWORD },
      version: 'Exchange2016',
      timeoutMs: 10_000,
      clock: systemClock,
      tls: { ca: authority.ca },
      ...options,
    });
  }

  afterEach(async () => {
    await client.close();
    await proxy?.close();
    await server.close();
    proxy = undefined;
  });

  const call = () => client.call(unsubscribe, { subscriptionId: 'abc' });

  for (const maxVersion of ['TLSv1.2', 'TLSv1.3']) {
    it(`is bound to the certificate on each connection, also where sessions could be resumed (${maxVersion})`, async () => {
      await start('sha256', { maxVersion });
      connect();
      answer = (_request, response) => answerXml(response, unsubscribed(), 200, { connection: 'close' });
      for (let count = 0; count < 3; count += 1) await call();
      assert.equal(sockets.length, 3);
      assert.ok(sockets.every((socket) => !socket.isSessionReused()));
      assert.deepEqual(
        front.proofs.map(({ right, message }) => [right, message.attribute(9)?.toString('utf16le')]),
        Array.from({ length: 3 }, () => [true, 'HTTP/127.0.0.1']),
      );
    });
  }

  it('is refused where something on the way has opened TLS, and the error says that it may be that', async () => {
    await start('sha512');
    connect();
    const error = await ewsErrorOf(call());
    assert.equal(error.code, 'EWS_UNAUTHORIZED');
    assert.match(error.message, /load balancer or proxy that opens TLS with another certificate/);
    assert.equal(front.proofs.length, 1);
  });

  it('goes through a proxy that wants a password, with a private authority and a client certificate', async () => {
    await start('sha256', { requestCert: true, ca: authority.ca });
    proxy = await startProxy({ credentials: 'pat:secret', leadsTo: () => server.port });
    const own = await authority.issue('client.example.com');
    connect({
      tls: { ca: authority.ca, ...own },
      proxy: { origin: proxy.origin, username: 'pat', password: 'secret' },
    });
    await call();
    await call();
    assert.deepEqual(proxy.asked, [`CONNECT 127.0.0.1:${server.port}`]);
    assert.equal(sockets[0]?.getPeerCertificate().subject.CN, 'client.example.com');
    assert.deepEqual(
      front.proofs.map(({ right }) => right),
      [true],
    );
  });
});
