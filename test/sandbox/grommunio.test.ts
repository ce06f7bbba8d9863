import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { startSandbox, type Sandbox } from '../../dist/src/sandbox/sandbox.js';
import { ManualClock } from '../support/manual-clock.js';
import { Client } from './client.js';
import { brief, briefXml } from './events.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** The traits that were seen on a running server. */
describe('sandbox: grommunio', () => {
  let clock: ManualClock;
  let sandbox: Sandbox;
  let client: Client;

  beforeEach(async () => {
    clock = new ManualClock('2026-03-02T08:00:00Z');
    sandbox = await startSandbox({ clock, character: 'grommunio' });
    client = new Client(sandbox);
  });

  afterEach(async () => {
    await client.close();
    await sandbox.close();
  });

  const streaming = async () => (await client.subscribe({ delivery: 'streaming' })).subscriptionId;

  it('has no watermarks and no change keys, nine fraction digits, and a message named m:x', async () => {
    const { subscriptionId, watermark } = await client.subscribe();
    assert.equal(watermark, undefined);
    assert.equal(subscriptionId, 'AQAAAAoAAAA=');
    sandbox.mailbox().deliver();
    const { body } = await client.send(
      `<m:GetEvents><m:SubscriptionId>${subscriptionId}</m:SubscriptionId><m:Watermark>any</m:Watermark></m:GetEvents>`,
    );
    assert.match(body, /<SOAP:Envelope .*<m:x ResponseClass="Success">/);
    assert.match(body, /<t:TimeStamp>2026-03-02T08:00:00\.000000000Z</);
    assert.doesNotMatch(body, /Watermark|ChangeKey/);
  });

  it('takes events off the queue with GetEvents, whatever watermark is sent', async () => {
    const { subscriptionId } = await client.subscribe();
    sandbox.mailbox().deliver();
    assert.equal((await client.getEvents(subscriptionId)).events.length, 3);
    const again = await client.getEvents(subscriptionId);
    assert.deepEqual(again.events, []);
    assert.equal(again.heartbeat, true);
  });

  it('answers unknown ids with ErrorInvalidSubscription, and those of others with ErrorAccessDenied', async () => {
    sandbox.addMailbox('other@sandbox.example');
    const other = new Client(sandbox, { user: 'other@sandbox.example' });
    const { subscriptionId } = await client.subscribe();
    await assert.rejects(client.getEvents('//8AAAoAAAA='), { code: 'ErrorInvalidSubscription' });
    await assert.rejects(other.getEvents(subscriptionId), { code: 'ErrorAccessDenied' });
    await other.close();
  });

  it('follows a fault with a stray second answer on the same connection', async () => {
    const { port, pathname } = new URL(sandbox.url);
    const credentials = Buffer.from(`${sandbox.user}:${sandbox.password}`).toString('base64');
    const body =
      '<s:Envelope xmlns:s="s"><s:Body><GetEvents><SubscriptionId>garbage</SubscriptionId>' +
      '<Watermark>x</Watermark></GetEvents></s:Body></s:Envelope>';
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(
      `POST ${pathname} HTTP/1.1\r\nHost: x\r\nAuthorization: Basic ${credentials}\r\n` +
        `Content-Length: ${body.length}\r\n\r\n${body}`,
    );
    let received = '';
    socket.on('data', (chunk: Buffer) => (received += chunk.toString()));
    while (received.split('</SOAP:Envelope>').length < 3) await once(socket, 'data');
    socket.destroy();
    const [first, second] = received.split(/(?=HTTP\/1\.1 )/);
    assert.match(first ?? '', /^HTTP\/1\.1 200 OK[\s\S]*<SOAP:Fault>[\s\S]*E-3201: invalid subscription ID/);
    assert.match(second ?? '', /^HTTP\/1\.1 200 OK[\s\S]*<SOAP:Body><GetEvents [^>]*\/><\/SOAP:Body>/);
  });

  it('uses ids again after a restart', async () => {
    const before = await client.subscribe();
    await sandbox.restart();
    assert.equal((await client.subscribe()).subscriptionId, before.subscriptionId);
  });

  it('sends events on a tick of five seconds; what was queued before waits for the next of them', async () => {
    const id = await streaming();
    sandbox.mailbox().deliver();
    const stream = await client.stream([id], 5);
    assert.match((await stream.next()) ?? '', /^<\?xml.*<m:Notifications\/><m:ErrorSubscriptionIds\/>.*>OK</);
    await clock.advance(20 * SECOND);
    assert.equal(stream.waiting, 0);
    sandbox.mailbox().deliver();
    await clock.advance(4 * SECOND);
    assert.equal(stream.waiting, 0);
    await clock.advance(SECOND);
    const envelope = (await stream.next()) ?? '';
    assert.match(envelope, /^<SOAP:Envelope/);
    assert.equal(briefXml(envelope).length, 6);
  });

  it('looks at ConnectionTimeout only when there is something to write, and ends with Closed twice', async () => {
    const stream = await client.stream([await streaming()], 1);
    await stream.next();
    await clock.advance(45 * SECOND);
    assert.match((await stream.next()) ?? '', /<t:StatusEvent\/>.*>OK</);
    await clock.advance(44 * SECOND);
    assert.equal(stream.waiting, 0);
    await clock.advance(SECOND);
    const [first, second, ...more] = await stream.rest();
    assert.match(first ?? '', /<t:StatusEvent\/>.*>Closed</);
    assert.match(second ?? '', /<m:Notifications\/>.*>Closed</);
    assert.deepEqual(more, []);
  });

  it('names a bad id, says Closed, and goes on for the good one', async () => {
    const bad = '//8AAAoAAAA=';
    const stream = await client.stream([await streaming(), bad]);
    const first = (await stream.next()) ?? '';
    assert.match(first, /"Error".*<m:ErrorSubscriptionIds><SubscriptionId>\/\/8AAAoAAAA=<\/SubscriptionId>.*>Closed</);
    for (const said of [/"Error".*Notification>/, /"Success".*Notification>/]) {
      sandbox.mailbox().deliver();
      await clock.advance(5 * SECOND);
      assert.match((await stream.next()) ?? '', said);
    }
  });

  it('ends a stream with Success and Closed when it is taken over, or one of its subscriptions is ended', async () => {
    const [one, two] = [await streaming(), await streaming()];
    const first = await client.stream([one, two]);
    await first.next();
    const second = await client.stream([one, two]);
    assert.match((await first.rest()).join(''), /"Success".*>Closed</);
    await second.next();
    await client.unsubscribe(one);
    assert.match((await second.rest()).join(''), /"Success".*>Closed</);
    assert.match((await (await client.stream([two])).next()) ?? '', /"Success"/);
  });

  it('forgets a streaming subscription after five idle minutes', async () => {
    const id = await streaming();
    await clock.advance(6 * MINUTE);
    assert.match((await (await client.stream([id])).next()) ?? '', /ErrorInvalidSubscription/);
  });

  it('makes a subscription without the rights for it, and never tells anything', async () => {
    sandbox.addMailbox('other@sandbox.example');
    const scope = { folders: [{ id: 'inbox' }], mailbox: 'other@sandbox.example' };
    const { subscriptionId } = await client.subscribe({ scope });
    sandbox.mailbox('other@sandbox.example').deliver();
    assert.deepEqual((await client.getEvents(subscriptionId)).events, []);
  });

  it('gives a subscription to the account that is impersonated', async () => {
    sandbox.addMailbox('other@sandbox.example');
    sandbox.allowImpersonation(sandbox.user);
    const impersonate = { smtpAddress: 'other@sandbox.example' };
    const as = new Client(sandbox, { header: { impersonate } });
    const { subscriptionId } = await as.subscribe();
    sandbox.mailbox('other@sandbox.example').deliver();
    await assert.rejects(client.getEvents(subscriptionId), { code: 'ErrorAccessDenied' });
    assert.deepEqual(brief((await as.getEvents(subscriptionId)).events).length, 3);
    await as.close();
  });

  it('ends a subscription for good when more than 4000 events are waiting', async () => {
    const { subscriptionId } = await client.subscribe();
    for (let mail = 0; mail < 1334; mail++) sandbox.mailbox().deliver();
    await assert.rejects(client.getEvents(subscriptionId), { code: 'ErrorInvalidSubscription' });
    await assert.rejects(client.getEvents(subscriptionId), { code: 'ErrorInvalidSubscription' });
  });

  it('blocks an account for a minute after ten wrong passwords', async () => {
    const wrong = new Client(sandbox, { password: 'wrong' });
    const status = async (caller: Client) => (await caller.send('<m:GetFolder/>')).status;
    for (let attempt = 0; attempt < 10; attempt++) assert.equal(await status(wrong), 401);
    assert.equal(await status(client), 401);
    await clock.advance(MINUTE);
    assert.equal(await status(client), 200);
    await wrong.close();
  });

  it('takes a push subscription and never calls', async () => {
    await client.subscribe({ delivery: 'push', statusFrequencyMinutes: 1, url: 'http://127.0.0.1:9/never' });
    sandbox.mailbox().deliver();
    assert.deepEqual(clock.pending, []);
  });
});
