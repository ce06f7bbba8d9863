import assert from 'node:assert/strict';
import { createServer, type Socket } from 'node:net';
import { systemClock } from '../../dist/src/clock.js';
import type { MailboxEvent } from '../../dist/src/protocol/mailbox-event.js';
import { EwsClient, type EwsClientOptions } from '../../dist/src/transport/ews-client.js';
import type { EventStream } from '../../dist/src/transport/event-stream.js';
import { ewsErrorOf } from '../support/errors.js';
import { readFixture, readFixtureBytes } from '../support/fixture.js';
import { listen, type TestServer } from '../support/http-server.js';
import { ioTurns, until } from '../support/wait.js';

const REQUEST = { subscriptionIds: ['one'], connectionTimeoutMinutes: 1 };

describe('EventStream', () => {
  let server: TestServer;
  let client: EwsClient;
  let sockets: Socket[];
  let asked: string;

  async function start(
    respond: (socket: Socket) => void,
    options: Partial<EwsClientOptions> = {},
  ): Promise<EventStream> {
    sockets = [];
    asked = '';
    server = await listen(
      createServer({ allowHalfOpen: true }, (socket) => {
        sockets.push(socket);
        socket.on('error', () => undefined);
        socket.on('data', (bytes) => {
          asked += bytes.toString();
          if (asked.includes('</soap:Envelope>')) respond(socket);
        });
        socket.on('end', () => socket.end());
      }),
      'http',
    );
    client = new EwsClient({
      url: `${server.origin}/EWS/Exchange.asmx`,
      credentials: { type: 'basic', username: 'a', password: 'b' },
      version: 'Exchange2013',
      timeoutMs: 5000,
      clock: systemClock,
      ...options,
    });
    return client.openStream(REQUEST);
  }

  afterEach(async () => {
    await client.close();
    await server.close();
  });

  async function eventsOf(stream: EventStream): Promise<{ events: MailboxEvent[]; closed: number }> {
    const events: MailboxEvent[] = [];
    let closed = 0;
    for (let answer = await stream.next(); answer; answer = await stream.next()) {
      events.push(...answer.notifications.flatMap((notification) => notification.events));
      if (answer.connectionStatus === 'Closed') closed += 1;
    }
    return { events, closed };
  }

  /** The pieces in which the bytes came from the server when they were captured. */
  function ownPieces(name: string, raw: Buffer): Buffer[] {
    return readFixture(`captures/grommunio/${name}.timing.jsonl`)
      .split('\n')
      .filter((line) => line.includes('"off"'))
      .map((line) => JSON.parse(line) as { off: number; len: number })
      .map(({ off, len }) => raw.subarray(off, off + len));
  }

  /** Pieces of random sizes, the same for the same seed. */
  function randomPieces(raw: Buffer, seed: number): Buffer[] {
    const pieces: Buffer[] = [];
    let state = seed;
    for (let at = 0; at < raw.length;) {
      state = (state * 1_103_515_245 + 12_345) % 0x8000_0000;
      const size = 1 + (state % 400);
      pieces.push(raw.subarray(at, at + size));
      at += size;
    }
    return pieces;
  }

  /** What a capture holds, found without this package's readers: kind and time of each event, in order. */
  function written(xml: string): string[] {
    return [...xml.matchAll(/<t:(\w+)Event><t:TimeStamp>([^<]+)</g)].map(([, kind, time]) => `${kind} ${time}`);
  }

  for (const name of [
    '05-stream-all-folders-1min',
    '06-stream-inbox-1min',
    '07-stream-inbox-newmail-only-1min',
    '07b-stream-burst-of-60',
    '12-stream-reconnect-event-was-queued',
  ]) {
    it(`reads every event of ${name}, however the bytes of the socket are split`, async () => {
      const raw = readFixtureBytes(`captures/grommunio/${name}.response.raw`);
      const expected = written(readFixture(`captures/grommunio/${name}.response.xml`));
      assert.ok(expected.length > 0);
      for (const pieces of [
        ownPieces(name, raw),
        ...[1, 2, 3].map((seed) => randomPieces(raw, seed)),
        [...raw].map((byte) => Buffer.of(byte)),
      ]) {
        const stream = await start((socket) => {
          const send = async () => {
            for (const [at, piece] of pieces.entries()) {
              socket.write(piece);
              // What is written together may arrive together; a turn between them keeps most pieces apart.
              if (at % 50 === 0 || pieces.length < 500) await ioTurns(1);
            }
            socket.end();
          };
          void send();
        });
        // Not every capture was recorded to its end; what came before counts all the same.
        const events: MailboxEvent[] = [];
        try {
          for (let answer = await stream.next(); answer; answer = await stream.next()) {
            events.push(...answer.notifications.flatMap((notification) => notification.events));
          }
        } catch {
          assert.ok(!raw.subarray(-5).equals(Buffer.from('0\r\n\r\n')), 'a whole response is read without trouble');
        }
        assert.deepEqual(
          events.map(({ eventType, timeStamp }) => `${eventType} ${timeStamp}`),
          expected,
        );
        await stream.end();
        await client.close();
        await server.close();
      }
    });
  }

  it('asks for the connection to be closed and for no compression', async () => {
    const stream = await start((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'));
    assert.deepEqual(await eventsOf(stream), { events: [], closed: 0 });
    assert.match(asked, /\r\nconnection: close\r\n/i);
    assert.match(asked, /\r\naccept-encoding: identity\r\n/i);
    assert.match(asked, /<m:ConnectionTimeout>1<\/m:ConnectionTimeout>/);
  });

  it('is an error when it ends in the middle of an answer', async () => {
    const stream = await start((socket) => socket.end('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n<Envelope><Body>'));
    const error = await ewsErrorOf(stream.next());
    assert.equal(error.code, 'EWS_NETWORK');
  });

  it('bounds an answer that never ends', async () => {
    const stream = await start(
      (socket) => {
        socket.write('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n<Envelope>');
        const more = () => {
          while (!socket.destroyed && socket.write('<a>text</a>'.repeat(1000)));
        };
        socket.on('drain', more);
        more();
      },
      { maxResponseBytes: 200_000 },
    );
    const error = await ewsErrorOf(stream.next());
    assert.equal(error.code, 'EWS_TOO_LARGE');
    await stream.end();
  });

  it('reads no more than is asked for: the server has to wait', async () => {
    const envelope =
      '<e:Envelope xmlns:e="x"><e:Body><GetStreamingEventsResponse><ResponseMessages><m><ResponseCode>NoError</ResponseCode></m></ResponseMessages></GetStreamingEventsResponse></e:Body></e:Envelope>';
    const block = Buffer.from(envelope.repeat(400));
    let taken = 0;
    const stream = await start((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n');
      const more = () => {
        while (!socket.destroyed) {
          taken += block.length;
          if (!socket.write(block)) return;
        }
      };
      socket.on('drain', more);
      more();
    });
    await stream.next();
    // Until the buffers of the system are full, the server can write; then it cannot, as nobody reads.
    let before = -1;
    while (before !== taken) {
      before = taken;
      await ioTurns(200);
    }
    assert.ok(taken < 64 * 1024 * 1024, `${taken} bytes were taken in`);
    for (let count = 0; count < 50_000; count += 1) await stream.next();
    await until(() => taken > before);
    await stream.end();
  });

  it('says goodbye with FIN, not with a reset', async () => {
    let ending: string | undefined;
    const stream = await start((socket) => {
      socket.on('end', () => (ending ??= 'FIN'));
      socket.on('error', () => (ending ??= 'RST'));
      socket.write('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n<Envelope/>'.replace('<Envelope/>', ''));
    });
    await stream.end();
    await until(() => ending !== undefined);
    assert.equal(ending, 'FIN');
  });

  it('does not hang on a server that does not say goodbye', async () => {
    const stream = await start((socket) => {
      socket.removeAllListeners('end');
      socket.write('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n');
    });
    await stream.end();
  });
});
