import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { MAX_NOTIFICATION_BYTES } from '../../dist/src/subscriptions/push-endpoint.js';
import { bodyOf } from '../support/http-server.js';
import { readFixture } from '../support/fixture.js';
import { PATH, PushLab, pushed } from '../support/push-lab.js';
import { until } from '../support/wait.js';

const SECOND = 1000;

describe('PushEndpoint', () => {
  let lab: PushLab;
  let body: string;
  beforeEach(async () => {
    lab = await PushLab.open();
    await lab.connected();
    const { subscriptionId = '', watermark = '' } = lab.record();
    body = pushed(subscriptionId, watermark, [{ watermark: 'w1', id: 'a' }]);
  });
  afterEach(() => lab.close());

  /** A connection on which a test writes by hand; all that comes back is in `received`. */
  async function raw(): Promise<{ socket: Socket; received: () => string; closed: Promise<unknown> }> {
    const { hostname, port } = new URL(lab.address);
    const socket = connect(Number(port), hostname);
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    return { socket, received: () => text, closed: new Promise((resolve) => socket.once('close', resolve)) };
  }

  const head = (more: string) =>
    `POST ${new URL(lab.url()).pathname} HTTP/1.1\r\nHost: here\r\nContent-Type: text/xml\r\n${more}\r\n\r\n`;

  it('answers a notification with a SendNotificationResult', async () => {
    const { status, text } = await lab.post(body);
    assert.equal(status, 200);
    assert.match(text, /<m:SendNotificationResult><m:SubscriptionStatus>OK<\/m:SubscriptionStatus>/);
  });

  for (const type of ['text/xml', 'application/soap+xml; charset=utf-8; action="x"', 'APPLICATION/XML']) {
    it(`takes ${type}`, async () => {
      assert.equal((await lab.post(body, lab.url(), { 'content-type': type })).status, 200);
    });
  }

  for (const type of ['application/json', 'text/plain', 'application/x-www-form-urlencoded']) {
    it(`refuses ${type}`, async () => {
      const { status, text } = await lab.post(body, lab.url(), { 'content-type': type });
      assert.equal(status, 415);
      assert.match(text, /text\/xml/);
    });
  }

  it('refuses what comes without a content type', async () => {
    const { socket, received, closed } = await raw();
    socket.write(head('').replace(/Content-Type.*\r\n/, 'Content-Length: 0\r\n'));
    await until(() => received().includes('\r\n\r\n'));
    assert.match(received(), /^HTTP\/1\.1 415 /);
    socket.destroy();
    await closed;
  });

  it('answers a browser with a sentence, and HEAD without one', async () => {
    for (const url of [lab.url(), lab.address, lab.address.slice(0, -1)]) {
      const response = await fetch(url);
      assert.equal(response.status, 405);
      assert.equal(response.headers.get('allow'), 'POST');
      assert.match(await response.text(), /Exchange delivers its notifications/);
    }
    const response = await fetch(lab.url(), { method: 'HEAD' });
    assert.equal(response.status, 405);
    assert.equal(await response.text(), '');
  });

  it('leaves paths of others to others', async () => {
    const other = lab.url().replace(PATH, 'other-path');
    for (const method of ['GET', 'POST']) {
      const headers = { 'content-type': 'text/xml' };
      const response = await fetch(other, { method, headers, ...(method === 'POST' ? { body } : {}) });
      assert.equal(response.status, 404);
      await response.text();
    }
  });

  it('has a token that it does not know lapse: it may be another instance’s', async () => {
    await lab.clock.advance(60 * SECOND);
    assert.equal((await lab.post(body, `${lab.address}unknown`)).status, 503);
    assert.equal((await lab.post(body, lab.address)).status, 503);
  });

  it('holds a call a moment while the node restarts, then has it come again', async () => {
    const url = lab.url();
    lab.desk.leave(PATH, 'node');
    lab.desk.disconnect(lab.record().push!.token);
    const held = lab.post(body, url);
    await lab.clock.untilTimer(0, 3 * SECOND);
    await lab.untilAfter(() => lab.answers.includes(503));
    assert.equal((await held).status, 503);

    const inTime = lab.post(body, url);
    await lab.clock.untilTimer(0, 3 * SECOND);
    const { told } = lab.run();
    assert.equal((await inTime).status, 200);
    assert.deepEqual(told.items, ['a']);
  });

  it('reads gzip', async () => {
    const headers = { 'content-encoding': 'gzip' };
    assert.equal((await lab.post(gzipSync(body), lab.url(), headers)).status, 200);
    assert.equal((await lab.post(Buffer.from('none'), lab.url(), headers)).status, 400);
    assert.equal((await lab.post(body, lab.url(), { 'content-encoding': 'br' })).status, 415);
    const bomb = gzipSync(Buffer.alloc(100 * MAX_NOTIFICATION_BYTES, 32));
    assert.equal((await lab.post(bomb, lab.url(), headers)).status, 413);
  });

  it('takes what a body parser has read before, and says so where that left nothing', async () => {
    lab.before = async (request) => {
      const text = await bodyOf(request);
      Object.assign(request, { body: request.headers['x-parsed'] === 'text' ? text : { parsed: true } });
    };
    assert.equal((await lab.post(body, lab.url(), { 'x-parsed': 'text' })).status, 200);
    const { status, text } = await lab.post(body, lab.url(), { 'x-parsed': 'object' });
    assert.equal(status, 400);
    assert.match(text, /read by another part/);
  });

  it('refuses what is too large, whether it says so beforehand or not', async () => {
    const declared = await raw();
    declared.socket.write(head(`Content-Length: ${100 * MAX_NOTIFICATION_BYTES}`));
    await until(() => declared.received().includes('bytes here'));
    assert.match(declared.received(), /^HTTP\/1\.1 413 /);
    declared.socket.destroy();

    const chunked = await raw();
    chunked.socket.write(head('Transfer-Encoding: chunked'));
    const piece = `10000\r\n${' '.repeat(0x10000)}\r\n`;
    let sent = 0;
    while (!chunked.socket.destroyed && sent < 100 * MAX_NOTIFICATION_BYTES) {
      sent += piece.length;
      await new Promise((resolve) => chunked.socket.write(piece, resolve));
    }
    await chunked.closed;
    assert.match(chunked.received(), /^HTTP\/1\.1 413 /);
    assert.ok(sent < 100 * MAX_NOTIFICATION_BYTES, 'most of it was never read');
  });

  it('gives up on a sender that takes too long', async () => {
    const { socket, received, closed } = await raw();
    socket.write(head('Content-Length: 1000') + '<soap:');
    const began = lab.clock.now();
    await lab.untilAfter(() => received().includes('within 30 seconds'));
    assert.ok(lab.clock.now() - began >= 30 * SECOND);
    assert.match(received(), /^HTTP\/1\.1 408 /);
    socket.end();
    await closed;
  });

  it('survives a sender that hangs up in the middle', async () => {
    const { socket, closed } = await raw();
    socket.write(head('Content-Length: 1000') + '<soap:');
    socket.destroy();
    await closed;
    assert.equal((await lab.post(body)).status, 200);
  });

  for (const [what, text] of [
    ['nothing', ''],
    ['no XML', 'hello'],
    ['a tag that is not closed', '<a><b></a>'],
    ['a DOCTYPE', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'],
    ['an entity bomb', '<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;&b;&b;">]><a>&c;</a>'],
    ['something else', '<Envelope><Body><GetFolder/></Body></Envelope>'],
    ['deep nesting', '<a>'.repeat(50_000) + '</a>'.repeat(50_000)],
  ] as const) {
    it(`refuses ${what} in words`, async () => {
      const { status, text: sentence } = await lab.post(text);
      assert.equal(status, 400);
      assert.ok(sentence.length > 10 && sentence.length < 600 && !sentence.includes('TypeError'), sentence);
    });
  }

  it('reads the published samples', async () => {
    for (const name of ['workmail.push-heartbeat.xml', 'workmail.push-notification.xml']) {
      const { text } = await lab.post(readFixture('samples', name));
      assert.ok(text.includes('>Unsubscribe<'), 'it is read, and is of another subscription');
    }
  });
});
