import assert from 'node:assert/strict';
import { join } from 'node:path';
import { systemClock } from '../../dist/src/clock.js';
import { subscribe } from '../../dist/src/protocol/subscribe.js';
import { startSandbox, type Sandbox } from '../../dist/src/sandbox/sandbox.js';
import { EwsClient, type EwsClientOptions } from '../../dist/src/transport/ews-client.js';
import { ecdsa, makeAuthority, rsa, type TestAuthority } from '../support/certificates.js';
import { ewsErrorOf } from '../support/errors.js';
import { projectRoot } from '../support/fixture.js';
import { startProxy } from '../support/http-proxy.js';
import { Acceptor, type AcceptorTls } from './acceptor.js';
import { Apache } from './apache.js';

const ANNA = { domain: 'CORP', name: 'anna', password: 'Pässwört-€-пароль' };
const PROGRAM = join(projectRoot, 'test/auth/acceptor.py');

let sandbox: Sandbox;
let authority: TestAuthority;
let client: EwsClient | undefined;

beforeEach(async () => {
  sandbox = await startSandbox();
});

afterEach(async () => {
  await client?.close();
  client = undefined;
  await sandbox.close();
});

function connect(url: string, options: Partial<EwsClientOptions> = {}): EwsClient {
  client = new EwsClient({
    url,
    credentials: { type: 'ntlm', username: `${ANNA.domain}\\${ANNA.name}`, password: ANNA.password },
    version: 'Exchange2016',
    timeoutMs: 10_000,
    clock: systemClock,
    tls: { ca: authority.ca },
    ...options,
  });
  return client;
}

const wrong = { credentials: { type: 'ntlm', username: 'CORP\\anna', password: 'wrong' } } as const;
const SCOPE = { scope: { folders: [{ id: 'inbox' }] }, events: ['NewMail'] } as const;
const pull = (one: EwsClient) => one.call(subscribe, { ...SCOPE, delivery: 'pull', timeoutMinutes: 10 });

/** Opens a stream, and waits for an event on it. */
async function streams(one: EwsClient): Promise<void> {
  const { response } = await one.call(subscribe, { ...SCOPE, delivery: 'streaming' });
  const stream = await one.openStream({ subscriptionIds: [response.subscriptionId], connectionTimeoutMinutes: 1 });
  try {
    let delivered = '';
    for (let answer = await stream.next(); answer; answer = await stream.next()) {
      const [event] = answer.notifications.flatMap(({ events }) => events);
      if (event) {
        assert.ok('itemId' in event && event.itemId.id === delivered);
        return;
      }
      delivered ||= sandbox.mailbox().deliver({ subject: 'Hello' }).id;
    }
    assert.fail('the stream ended without an event');
  } finally {
    await stream.end();
  }
}

describe('NTLM and Apache with mod_auth_gssapi', () => {
  before(async () => {
    authority = await makeAuthority();
  });

  for (const scheme of ['http', 'https']) {
    describe(`over ${scheme}`, () => {
      let apache: Apache;

      beforeEach(async () => {
        apache = await Apache.start(ANNA, sandbox, scheme === 'https' ? await authority.issue('127.0.0.1') : undefined);
      });

      afterEach(() => apache.close());

      it('carries a hundred requests', async () => {
        const one = connect(apache.url);
        for (let count = 0; count < 100; count += 1) await pull(one);
        assert.equal(sandbox.subscriptionCount, 100);
      });

      it('is refused with a wrong password', async () => {
        assert.equal((await ewsErrorOf(pull(connect(apache.url, wrong)))).code, 'EWS_UNAUTHORIZED');
        assert.equal(sandbox.subscriptionCount, 0);
      });

      it('carries a stream', () => streams(connect(apache.url)));

      it('signs in again when connections are gone', async () => {
        const one = connect(apache.url, { idleMs: 1 });
        for (let count = 0; count < 3; count += 1) await pull(one);
        await streams(one);
      });
    });
  }
});

describe('NTLM and gss-ntlmssp, which checks channel bindings', () => {
  let acceptor: Acceptor;

  afterEach(() => acceptor.close());

  async function start(algorithm: Parameters<typeof makeAuthority>[0], hash?: string): Promise<void> {
    authority = await makeAuthority(algorithm);
    const tls: AcceptorTls = { ...(await authority.issue('127.0.0.1')), ...(hash === undefined ? {} : { hash }) };
    acceptor = await Acceptor.start(PROGRAM, ANNA, sandbox, tls);
  }

  for (const [name, algorithm, hash] of [
    ['RSA with SHA-256', rsa('RSASSA-PKCS1-v1_5', 'SHA-256'), 'sha256'],
    ['RSA with SHA-512', rsa('RSASSA-PKCS1-v1_5', 'SHA-512'), 'sha512'],
    ['RSA-PSS with SHA-256', rsa('RSA-PSS', 'SHA-256'), 'sha256'],
    ['RSA-PSS with SHA-384', rsa('RSA-PSS', 'SHA-384'), 'sha384'],
    ['ECDSA with SHA-256', ecdsa('P-256', 'SHA-256'), 'sha256'],
    ['ECDSA with SHA-384', ecdsa('P-384', 'SHA-384'), 'sha384'],
  ] as const) {
    it(`is let in when it is bound to a certificate that is signed by ${name}`, async () => {
      await start(algorithm, hash);
      await pull(connect(acceptor.url));
      await acceptor.until(() => acceptor.accepted.length > 0);
      assert.match(acceptor.accepted.join(), /^CORP\\anna/);
      assert.deepEqual(acceptor.refused, []);
    });
  }

  it('is refused when it is bound to anything else', async () => {
    await start(rsa('RSASSA-PKCS1-v1_5', 'SHA-256'), 'sha384');
    assert.equal((await ewsErrorOf(pull(connect(acceptor.url)))).code, 'EWS_UNAUTHORIZED');
    await acceptor.until(() => acceptor.refused.length > 0);
    assert.equal(acceptor.refused.length, 1);
  });

  it('is refused with a wrong password, which is tried once', async () => {
    await start(undefined, 'sha256');
    const one = connect(acceptor.url, wrong);
    const errors = await Promise.all([ewsErrorOf(pull(one)), ewsErrorOf(pull(one)), ewsErrorOf(pull(one))]);
    assert.ok(errors.every(({ code }) => code === 'EWS_UNAUTHORIZED'));
    await acceptor.until(() => acceptor.refused.length > 0);
    assert.equal(acceptor.refused.length, 1);
  });

  it('signs in once for a hundred requests', async () => {
    await start(undefined, 'sha256');
    const one = connect(acceptor.url);
    for (let count = 0; count < 100; count += 1) await pull(one);
    await acceptor.until(() => acceptor.accepted.length > 0);
    assert.equal(acceptor.accepted.length, 1);
  });

  it('signs in on each new connection, bound to it again, and streams', async () => {
    await start(undefined, 'sha256');
    const one = connect(acceptor.url);
    await pull(one);
    await streams(one);
    await streams(one);
    await acceptor.until(() => acceptor.accepted.length >= 3);
    assert.equal(acceptor.accepted.length, 3);
    assert.deepEqual(acceptor.refused, []);
  });

  it('goes through a proxy', async () => {
    await start(undefined, 'sha256');
    const { port } = new URL(acceptor.url);
    const proxy = await startProxy({ credentials: 'pat:secret', leadsTo: () => Number(port) });
    try {
      const one = connect(acceptor.url, { proxy: { origin: proxy.origin, username: 'pat', password: 'secret' } });
      await streams(one);
      assert.equal(proxy.asked.length, 2);
    } finally {
      await proxy.close();
    }
  });

  it('needs no channel where there is no TLS', async () => {
    authority = await makeAuthority();
    acceptor = await Acceptor.start(PROGRAM, ANNA, sandbox);
    await streams(connect(acceptor.url));
    assert.deepEqual(acceptor.refused, []);
  });
});
