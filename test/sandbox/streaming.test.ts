import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { startSandbox, type Sandbox } from '../../dist/src/sandbox/sandbox.js';
import type { SandboxOptions } from '../../dist/src/sandbox/sandbox-options.js';
import { ManualClock } from '../support/manual-clock.js';
import { until } from '../support/wait.js';
import { Client } from './client.js';
import { briefXml } from './events.js';

const SECOND = 1000;

describe('sandbox: streaming', () => {
  let clock: ManualClock;
  let sandbox: Sandbox;
  let client: Client;

  async function start(options: SandboxOptions = {}): Promise<void> {
    clock = new ManualClock('2026-03-02T08:00:00Z');
    sandbox = await startSandbox({ clock, ...options });
    client = new Client(sandbox);
  }

  const subscribe = async () => (await client.subscribe({ delivery: 'streaming' })).subscriptionId;

  afterEach(async () => {
    await client.close();
    await sandbox.close();
  });

  it('opens with OK, and sends events at once, those that are raised together in one envelope', async () => {
    await start();
    const stream = await client.stream([await subscribe()]);
    assert.match((await stream.next()) ?? '', /<m:ConnectionStatus>OK</);
    sandbox.mailbox().deliver();
    sandbox.mailbox().create();
    const envelope = (await stream.next()) ?? '';
    assert.match(envelope, /<m:Notifications><m:Notification><t:SubscriptionId>/);
    assert.doesNotMatch(envelope, /Watermark/);
    assert.deepEqual(briefXml(envelope), [
      'Created item',
      'NewMail item',
      'Modified folder 1',
      'Created item',
      'Modified folder 0',
    ]);
  });

  it('sends what was queued while nobody was reading, 50 events at a time', async () => {
    await start();
    const { subscriptionId } = await client.subscribe({ delivery: 'streaming', events: ['NewMail'] });
    for (let mail = 0; mail < 120; mail++) sandbox.mailbox().deliver();
    const stream = await client.stream([subscriptionId]);
    const sizes: number[] = [];
    for (let sum = 0; sum < 120; sum += sizes.at(-1) ?? 0) {
      const events = briefXml(await stream.until(/Notification/));
      sizes.push(events.length);
    }
    assert.deepEqual(sizes, [50, 50, 20]);
  });

  it('sends a heartbeat every 45 seconds in which nothing happened, and Closed after ConnectionTimeout', async () => {
    await start();
    const stream = await client.stream([await subscribe()], 2);
    await stream.next();
    await clock.advance(44 * SECOND);
    assert.equal(stream.waiting, 0);
    await clock.advance(SECOND);
    assert.match((await stream.next()) ?? '', /<t:StatusEvent\/>/);
    await clock.advance(30 * SECOND);
    sandbox.mailbox().deliver();
    await stream.until(/NewMail/);
    await clock.advance(44 * SECOND);
    assert.equal(stream.waiting, 0);
    await clock.advance(SECOND);
    const [last, ...more] = await stream.rest();
    assert.match(last ?? '', /ResponseClass="Success".*<m:ConnectionStatus>Closed</);
    assert.deepEqual(more, []);
    assert.equal(sandbox.streamCount, 0);
  });

  it('reads several subscriptions on one connection', async () => {
    await start();
    sandbox.addMailbox('other@sandbox.example');
    sandbox.allowDelegate('other@sandbox.example', sandbox.user);
    const own = await subscribe();
    const { subscriptionId: other } = await client.subscribe({
      delivery: 'streaming',
      scope: { folders: [{ id: 'inbox' }], mailbox: 'other@sandbox.example' },
    });
    const stream = await client.stream([own, other]);
    sandbox.mailbox().deliver();
    sandbox.mailbox('other@sandbox.example').deliver();
    const envelope = await stream.until(/Notification/);
    const ids = [...envelope.matchAll(/<t:SubscriptionId>([^<]*)/g)].map(([, id]) => id);
    assert.deepEqual(ids, [own, other]);
  });

  it('answers one bad id among good ones with nothing but an error', async () => {
    await start();
    const good = await subscribe();
    const { subscriptionId: pull } = await client.subscribe();
    for (const [bad, code] of [
      ['AAAA', 'ErrorSubscriptionNotFound'],
      [pull, 'ErrorInvalidSubscription'],
    ] as const) {
      const envelopes = await (await client.stream([good, bad])).rest();
      assert.equal(envelopes.length, 1);
      assert.match(envelopes[0] ?? '', new RegExp(`ResponseClass="Error".*${code}.*Closed`));
      const ids = [...(envelopes[0] ?? '').matchAll(/<t:SubscriptionId>([^<]*)/g)].map(([, id]) => id);
      assert.deepEqual(ids, [bad]);
    }
  });

  it('ends a connection whose subscription another one reads', async () => {
    await start();
    const id = await subscribe();
    const first = await client.stream([id]);
    await first.next();
    const second = await client.stream([id]);
    const [last] = await first.rest();
    assert.match(last ?? '', /ErrorNewEventStreamConnectionOpened.*<t:SubscriptionId>.*Closed/);
    sandbox.mailbox().deliver();
    await second.until(/NewMail/);
  });

  it('names a subscription that was unsubscribed, and closes; the others can be read again', async () => {
    await start();
    const [one, two] = [await subscribe(), await subscribe()];
    const stream = await client.stream([one, two]);
    await client.unsubscribe(one);
    const last = (await stream.rest()).at(-1) ?? '';
    assert.match(last, /ErrorSubscriptionUnsubscribed.*Closed/);
    assert.deepEqual(
      [...last.matchAll(/<t:SubscriptionId>([^<]*)/g)].map(([, id]) => id),
      [one],
    );
    sandbox.mailbox().deliver();
    await (await client.stream([two])).until(/NewMail/);
  });

  it('has a budget of connections for an account', async () => {
    await start({ limits: { streamingConnections: 2 } });
    const ids = [await subscribe(), await subscribe(), await subscribe()] as const;
    const [first] = [await client.stream([ids[0]]), await client.stream([ids[1]])];
    const [refusal] = await (await client.stream([ids[2]])).rest();
    assert.match(refusal ?? '', /ErrorExceededConnectionCount/);
    await first.next();
    first.destroy();
    await until(() => sandbox.streamCount < 2);
    await (await client.stream([ids[2]])).until(/OK/);
  });

  it('charges a connection to the mailbox in whose name it is opened', async () => {
    await start({ limits: { streamingConnections: 1 } });
    sandbox.addMailbox('other@sandbox.example');
    sandbox.allowImpersonation(sandbox.user);
    const ids = [await subscribe(), await subscribe(), await subscribe()] as const;
    await client.stream([ids[0]]);
    const other = new Client(sandbox, {
      header: { impersonate: { primarySmtpAddress: 'other@sandbox.example' } },
    });
    await (await other.stream([ids[1]])).until(/OK/);
    const [refusal] = await (await other.stream([ids[2]])).rest();
    assert.match(refusal ?? '', /ErrorExceededConnectionCount/);
    await other.close();
  });

  it('takes events off the queue as they are written, so that a broken connection loses them', async () => {
    await start();
    const id = await subscribe();
    const stream = await client.stream([id]);
    await stream.next();
    stream.destroy();
    sandbox.mailbox().deliver({ subject: 'lost' });
    await new Promise(setImmediate);
    await until(() => sandbox.streamCount === 0);
    const { id: kept } = sandbox.mailbox().deliver({ subject: 'kept' });
    const again = await client.stream([id]);
    const envelope = await again.until(/NewMail/);
    assert.equal(envelope.split('<t:NewMailEvent>').length - 1, 1);
    assert.ok(envelope.includes(kept));
  });

  it('keeps a subscription that nobody reads for half an hour', async () => {
    await start();
    const id = await subscribe();
    const stream = await client.stream([id], 30);
    await clock.advance(30 * 60 * SECOND);
    await stream.rest();
    await clock.advance(29 * 60 * SECOND);
    const again = await client.stream([id], 1);
    await clock.advance(60 * SECOND);
    await again.rest();
    await clock.advance(30 * 60 * SECOND);
    assert.match((await (await client.stream([id])).rest())[0] ?? '', /ErrorExpiredSubscription/);
  });

  it('says so when the right to read was taken away, or events were forgotten', async () => {
    await start({ limits: { historyEvents: 10 } });
    sandbox.addMailbox('other@sandbox.example');
    sandbox.allowDelegate('other@sandbox.example', sandbox.user);
    const { subscriptionId } = await client.subscribe({
      delivery: 'streaming',
      scope: { folders: [{ id: 'inbox' }], mailbox: 'other@sandbox.example' },
    });
    const stream = await client.stream([subscriptionId]);
    sandbox.revokeDelegate('other@sandbox.example', sandbox.user);
    assert.match((await stream.rest()).at(-1) ?? '', /ErrorAccessDenied.*<t:SubscriptionId>.*Closed/);
    const id = await subscribe();
    for (let mail = 0; mail < 4; mail++) sandbox.mailbox().deliver();
    const late = await client.stream([id]);
    assert.match((await late.rest()).at(-1) ?? '', /ErrorMissedNotificationEvents/);
  });

  it('breaks off at a restart, and while the mailbox is being moved', async () => {
    await start();
    const id = await subscribe();
    const stream = await client.stream([id]);
    await stream.next();
    sandbox.beginMailboxMove();
    assert.match((await stream.rest()).at(-1) ?? '', /ErrorMailboxMoveInProgress/);
    sandbox.endMailboxMove();
    const next = await client.stream([await subscribe()]);
    await next.next();
    await sandbox.restart();
    assert.deepEqual(await next.rest(), []);
    assert.equal(sandbox.subscriptionCount, 0);
  });

  it('does not fill the memory for a client that does not read', async () => {
    await start({ limits: { historyEvents: 100_000 } });
    const id = await subscribe();
    const { port, pathname } = new URL(sandbox.url);
    const socket = connect(Number(port), '127.0.0.1').pause();
    const body =
      '<s:Envelope xmlns:s="s"><s:Header><RequestServerVersion Version="Exchange2013"/></s:Header><s:Body>' +
      `<GetStreamingEvents><SubscriptionIds><SubscriptionId>${id}</SubscriptionId></SubscriptionIds>` +
      '<ConnectionTimeout>1</ConnectionTimeout></GetStreamingEvents></s:Body></s:Envelope>';
    const credentials = Buffer.from(`${sandbox.user}:${sandbox.password}`).toString('base64');
    const opened = new Promise((resolve) => sandbox.onResponse(resolve));
    socket.write(
      `POST ${pathname} HTTP/1.1\r\nHost: x\r\nAuthorization: Basic ${credentials}\r\n` +
        `Content-Length: ${body.length}\r\n\r\n${body}`,
    );
    await opened;
    for (let round = 0; round < 50; round++) {
      for (let mail = 0; mail < 400; mail++) sandbox.mailbox().deliver();
      await new Promise(setImmediate);
    }
    let received = 0;
    let newMail = 0;
    let rest = '';
    socket.on('data', (chunk: Buffer) => {
      received += chunk.length;
      const text = rest + chunk.toString('latin1');
      newMail += text.split('<t:NewMailEvent>').length - 1;
      rest = text.slice(-'<t:NewMailEvent>'.length + 1);
    });
    socket.resume();
    while (newMail < 20_000) await once(socket, 'data');
    assert.ok(received > 10 * 1024 * 1024);
    socket.destroy();
  });
});
