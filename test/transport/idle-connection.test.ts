import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { systemClock } from '../../dist/src/clock.js';
import { unsubscribe } from '../../dist/src/protocol/unsubscribe.js';
import { EwsClient } from '../../dist/src/transport/ews-client.js';
import { answerXml, bodyOf, serve } from '../support/http-server.js';
import { unsubscribed } from '../support/answers.js';
import { until } from '../support/wait.js';

describe('EwsClient whose server closes connections that are idle', () => {
  it('makes a new one, and nothing fails', async () => {
    const sockets = new Set<Socket>();
    const server = await serve((request, response) => {
      sockets.add(request.socket);
      request.socket.once('close', () => sockets.delete(request.socket));
      void bodyOf(request).then(() => {
        answerXml(response, unsubscribed());
      });
    });
    const client = new EwsClient({
      url: `${server.origin}/EWS/Exchange.asmx`,
      credentials: { type: 'basic', username: 'anna@example.com', password: 'x' },
      version: 'Exchange2010_SP2',
      timeoutMs: 30_000,
      clock: systemClock,
    });
    for (let round = 1; round <= 3; round += 1) {
      await client.call(unsubscribe, { subscriptionId: 'abc' });
      assert.equal(server.connections(), round);
      for (const socket of sockets) socket.end();
      // The client has closed its side too.
      await until(() => sockets.size === 0);
    }
    await client.close();
    await server.close();
  });
});
