import assert from 'node:assert/strict';
import { readGetUserSettings, writeGetUserSettings } from '../../dist/src/protocol/autodiscover/get-user-settings.js';
import { readPoxResponse, writePoxRequest } from '../../dist/src/protocol/autodiscover/pox.js';
import { startSandbox, type Sandbox } from '../../dist/src/sandbox/sandbox.js';

const SVC = '/autodiscover/autodiscover.svc';
const XML = '/Autodiscover/Autodiscover.xml';

describe('the sandbox’s Autodiscover', () => {
  let sandbox: Sandbox;
  beforeEach(async () => (sandbox = await startSandbox()));
  afterEach(() => sandbox.close());

  async function ask(path: string, body: string, password = sandbox.password): Promise<Response> {
    const authorization = `Basic ${Buffer.from(`${sandbox.user}:${password}`).toString('base64')}`;
    const url = new URL(path, sandbox.url);
    return fetch(url, { method: 'POST', body, headers: { authorization }, redirect: 'manual' });
  }
  const soap = async (address = sandbox.user) =>
    readGetUserSettings(await (await ask(SVC, writeGetUserSettings(address, sandbox.url))).text());
  const pox = async (address = sandbox.user) =>
    readPoxResponse(await (await ask(XML, writePoxRequest(address))).text());

  it('tells by both protocols where EWS is', async () => {
    const externalUrl = sandbox.url;
    const both = { externalUrl, internalUrl: externalUrl };
    const settings = { ...both, version: '15.02.1544.009', grouping: 'sandbox' };
    assert.deepEqual(await soap(), { kind: 'settings', settings });
    assert.deepEqual(await pox(), { kind: 'settings', settings: both });
  });

  it('tells nothing to those who have not signed in, and of those it does not know', async () => {
    for (const path of [SVC, XML]) {
      const refused = await ask(path, writePoxRequest(sandbox.user), 'wrong');
      assert.equal(refused.status, 401);
      assert.match(refused.headers.get('www-authenticate') ?? '', /^Basic /);
    }
    assert.deepEqual(await soap('nobody@sandbox.example'), { kind: 'error', code: 'InvalidUser' });
    assert.deepEqual(await pox('nobody@sandbox.example'), { kind: 'error', code: '500' });
  });

  it('leads on as it is told to', async () => {
    sandbox.setAutodiscover({ redirectUrl: 'https://b.example/x' });
    assert.deepEqual(await soap(), { kind: 'redirect-url', url: 'https://b.example/x' });
    assert.deepEqual(await pox(), { kind: 'redirect-url', url: 'https://b.example/x' });
    sandbox.setAutodiscover({ redirectAddress: 'a@b.example' });
    assert.deepEqual(await soap(), { kind: 'redirect-address', address: 'a@b.example' });
    assert.deepEqual(await pox(), { kind: 'redirect-address', address: 'a@b.example' });
    sandbox.setAutodiscover({ redirectTo: 'https://c.example/' });
    const { status, headers } = await ask(SVC, '', 'wrong');
    assert.deepEqual([status, headers.get('location')], [302, 'https://c.example/']);
  });

  it('refuses what it cannot read', async () => {
    assert.equal((await ask(SVC, '<a')).status, 400);
    assert.deepEqual(readPoxResponse(await (await ask(XML, '<a')).text()), { kind: 'error', code: '600' });
  });

  it('goes wrong when it is told to', async () => {
    sandbox.failNext({ httpStatus: 503 });
    assert.equal((await ask(SVC, '')).status, 503);
  });
});
