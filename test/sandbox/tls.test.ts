import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { startSandbox } from '../../dist/src/sandbox/sandbox.js';
import { makeAuthority, type TestAuthority } from '../support/certificates.js';
import { Client } from './client.js';

describe('sandbox: HTTPS', () => {
  let authority: TestAuthority;

  before(async () => {
    authority = await makeAuthority();
  });

  it('speaks HTTPS with the key and certificate that it is given', async () => {
    const sandbox = await startSandbox({ tls: await authority.issue('127.0.0.1') });
    assert.match(sandbox.url, /^https:\/\/127\.0\.0\.1:/);
    const client = new Client(sandbox, { ca: authority.ca });
    const { subscriptionId, watermark } = await client.subscribe();
    sandbox.mailbox().deliver();
    assert.equal((await client.getEvents(subscriptionId, watermark)).events.length, 3);
    const stranger = new Client(sandbox);
    await assert.rejects(stranger.subscribe());
    await Promise.all([client.close(), stranger.close()]);
    await sandbox.close();
  });

  it('calls push listeners that speak HTTPS, if it trusts them', async () => {
    const listener = createServer(await authority.issue('127.0.0.1'), (request, response) => {
      request.resume();
      listener.emit('notification');
      response.end('<SendNotificationResult><SubscriptionStatus>OK</SubscriptionStatus></SendNotificationResult>');
    });
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const sandbox = await startSandbox({ push: { ca: authority.ca } });
    const client = new Client(sandbox);
    const called = once(listener, 'notification');
    await client.subscribe({
      delivery: 'push',
      statusFrequencyMinutes: 1,
      url: `https://127.0.0.1:${(listener.address() as AddressInfo).port}/`,
    });
    await called;
    await client.close();
    await sandbox.close();
    listener.close();
    listener.closeAllConnections();
  });
});
