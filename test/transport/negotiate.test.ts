import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import { systemClock } from '../../dist/src/clock.js';
import { unsubscribe } from '../../dist/src/protocol/unsubscribe.js';
import type { Authentication } from '../../dist/src/transport/authentication.js';
import { EwsClient } from '../../dist/src/transport/ews-client.js';
import { NegotiateAuthentication, type KerberosModule } from '../../dist/src/transport/negotiate-authentication.js';
import { unsubscribed } from '../support/answers.js';
import { assertNoSecret, ewsErrorOf } from '../support/errors.js';
import { answerXml, bodyOf, serve, type TestServer } from '../support/http-server.js';

const PASSWORD = 'gehe1m-€';
const CREDENTIALS = { type: 'negotiate', username: '', password: '' } as const;

/** Stands in for the npm package, which is compiled where it is installed: gives one token after the other. */
class StandIn implements KerberosModule {
  readonly GSS_MECH_OID_SPNEGO = 7;
  readonly asked: { readonly service: string; readonly options: object }[] = [];
  /** What the server said before each token. */
  readonly challenges: string[] = [];

  constructor(
    readonly tokens: readonly string[],
    readonly failure?: Error,
  ) {}

  initializeClient(service: string, options: object): ReturnType<KerberosModule['initializeClient']> {
    this.asked.push({ service, options });
    const tokens = [...this.tokens];
    return Promise.resolve({
      get contextComplete() {
        return tokens.length === 0;
      },
      step: (challenge) => {
        this.challenges.push(challenge);
        return this.failure ? Promise.reject(this.failure) : Promise.resolve(tokens.shift() ?? null);
      },
    });
  }
}

describe('Negotiate', () => {
  let server: TestServer;
  let client: EwsClient | undefined;
  let seen: { readonly authorization: string | undefined; readonly body: string }[];

  async function start(listener: RequestListener, authentication?: Authentication): Promise<void> {
    seen = [];
    server = await serve((request, response) => {
      void bodyOf(request).then((body) => {
        seen.push({ authorization: request.headers.authorization, body });
        listener(request, response);
      });
    });
    client = new EwsClient({
      url: `${server.origin}/EWS/Exchange.asmx`,
      credentials: CREDENTIALS,
      version: 'Exchange2016',
      timeoutMs: 5000,
      clock: systemClock,
      ...(authentication ? { authentication } : {}),
    });
  }

  afterEach(async () => {
    await client?.close();
    await server.close();
  });

  const call = () => client!.call(unsubscribe, { subscriptionId: 'abc' });
  const withStandIn = (kerberos: KerberosModule, platform: NodeJS.Platform = 'linux', credentials = {}) =>
    new NegotiateAuthentication({ ...CREDENTIALS, ...credentials }, () => Promise.resolve(kerberos), platform);

  it('brings a ticket with each request, in one step', async () => {
    const kerberos = new StandIn(['dGlja2V0']);
    await start((_request, response) => answerXml(response, unsubscribed()), withStandIn(kerberos));
    await call();
    await call();
    assert.deepEqual(
      seen.map(({ authorization }) => authorization),
      ['Negotiate dGlja2V0', 'Negotiate dGlja2V0'],
    );
    assert.ok(seen.every(({ body }) => body.includes('Unsubscribe')));
    assert.deepEqual(kerberos.asked[0], { service: 'HTTP@127.0.0.1', options: { mechOID: 7 } });
    assert.equal(server.connections(), 1);
  });

  it('goes on where the server asks for another step', async () => {
    const kerberos = new StandIn(['b25l', 'dHdv']);
    await start((request, response) => {
      if (request.headers.authorization === 'Negotiate dHdv') answerXml(response, unsubscribed());
      else response.writeHead(401, { 'www-authenticate': 'Negotiate Y2hhbGxlbmdl' }).end('again');
    }, withStandIn(kerberos));
    await call();
    assert.deepEqual(kerberos.challenges, ['', 'Y2hhbGxlbmdl']);
    assert.equal(server.connections(), 1);
  });

  it('names the ticket that is meant, and on Windows the user', async () => {
    const user = { username: 'anna@CORP.EXAMPLE', password: PASSWORD };
    const kerberos = new StandIn(['dGlja2V0']);
    await start((_request, response) => answerXml(response, unsubscribed()), withStandIn(kerberos, 'linux', user));
    await call();
    await client?.close();
    await server.close();
    await start((_request, response) => answerXml(response, unsubscribed()), withStandIn(kerberos, 'win32', user));
    await call();
    assert.deepEqual(kerberos.asked, [
      { service: 'HTTP@127.0.0.1', options: { mechOID: 7, principal: 'anna@CORP.EXAMPLE' } },
      { service: 'HTTP/127.0.0.1', options: { mechOID: 7, user: 'anna@CORP.EXAMPLE', pass: PASSWORD } },
    ]);
  });

  it('says so when there is no ticket, and tries again later', async () => {
    const failure = new Error(`Unspecified GSS failure: No Kerberos credentials available for ${PASSWORD}`);
    const kerberos = new StandIn([], failure);
    await start(
      (_request, response) => answerXml(response, unsubscribed()),
      withStandIn(kerberos, 'linux', { username: 'anna', password: PASSWORD }),
    );
    const error = await ewsErrorOf(call());
    assert.equal(error.code, 'EWS_NO_TICKET');
    assert.equal(error.action, 'retry');
    assert.match(error.message, /no Kerberos ticket to sign in with: Unspecified GSS failure/);
    assertNoSecret(error, PASSWORD);
    assert.equal(seen.length, 0);
  });

  it('that is refused says what else it may be, and is not tried again', async () => {
    await start(
      (_request, response) => response.writeHead(401, { 'www-authenticate': ['Negotiate', 'NTLM'] }).end(),
      withStandIn(new StandIn(['dGlja2V0'])),
    );
    const error = await ewsErrorOf(call());
    assert.equal(error.code, 'EWS_UNAUTHORIZED');
    await ewsErrorOf(call());
    assert.equal(seen.length, 1);
  });

  it('says which package it needs where that is not installed', async () => {
    await start((_request, response) => answerXml(response, unsubscribed()));
    const error = await ewsErrorOf(call());
    assert.equal(error.code, 'EWS_CONFIGURATION');
    assert.equal(error.action, 'stop');
    assert.match(error.message, /npm install kerberos.*user directory.*or choose NTLM/);
    assert.equal(seen.length, 0);
  });
});
