import assert from 'node:assert/strict';
import { systemClock } from '../../dist/src/clock.js';
import { subscribe } from '../../dist/src/protocol/subscribe.js';
import { startSandbox, type Sandbox } from '../../dist/src/sandbox/sandbox.js';
import { EwsClient } from '../../dist/src/transport/ews-client.js';
import { NegotiateAuthentication } from '../../dist/src/transport/negotiate-authentication.js';
import { ewsErrorOf } from '../support/errors.js';
import { Apache } from './apache.js';
import { GssapiModule } from './gssapi-module.js';
import { Kdc } from './kdc.js';

const USER = 'anna';
const PASSWORD = 'secret-of-anna';
const CREDENTIALS = { type: 'negotiate', username: '', password: '' } as const;

describe('Negotiate and Apache with mod_auth_gssapi, in a domain of its own', () => {
  let sandbox: Sandbox;
  let kdc: Kdc;
  let apache: Apache;
  let kerberos: GssapiModule;
  let client: EwsClient;

  before(async () => {
    sandbox = await startSandbox();
    kdc = await Kdc.start(USER, PASSWORD);
    apache = await Apache.start({ mechanism: 'krb5', env: kdc.env }, sandbox);
    kerberos = new GssapiModule(kdc.env);
  });

  after(async () => {
    await kerberos.close();
    await apache.close();
    await kdc.close();
    await sandbox.close();
  });

  beforeEach(() => {
    client = new EwsClient({
      url: apache.url.replace('127.0.0.1', 'localhost'),
      credentials: CREDENTIALS,
      authentication: new NegotiateAuthentication(CREDENTIALS, () => Promise.resolve(kerberos), 'linux'),
      version: 'Exchange2016',
      timeoutMs: 10_000,
      clock: systemClock,
    });
  });

  afterEach(() => client.close());

  const SCOPE = { scope: { folders: [{ id: 'inbox' }] }, events: ['NewMail'] } as const;
  const pull = () => client.call(subscribe, { ...SCOPE, delivery: 'pull', timeoutMinutes: 10 });

  it('says so when there is no ticket, and lets in with one', async () => {
    kdc.kinit(USER, PASSWORD);
    kdc.kdestroy();
    const error = await ewsErrorOf(pull());
    assert.equal(error.code, 'EWS_NO_TICKET');
    kdc.kinit(USER, PASSWORD);
    await pull();
  });

  it('brings a ticket with each of many requests, and with a stream', async () => {
    kdc.kinit(USER, PASSWORD);
    for (let count = 0; count < 20; count += 1) await pull();
    const { response } = await client.call(subscribe, { ...SCOPE, delivery: 'streaming' });
    const stream = await client.openStream({ subscriptionIds: [response.subscriptionId], connectionTimeoutMinutes: 1 });
    try {
      assert.equal((await stream.next())?.error, undefined);
    } finally {
      await stream.end();
    }
  });
});
