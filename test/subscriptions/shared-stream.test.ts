import assert from 'node:assert/strict';
import { EwsError } from '../../dist/src/protocol/ews-error.js';
import type { AccountLink } from '../../dist/src/subscriptions/account-link.js';
import { SharedStream } from '../../dist/src/subscriptions/shared-stream.js';
import { StreamHub } from '../../dist/src/subscriptions/stream-hub.js';
import type { StreamMember } from '../../dist/src/subscriptions/stream-member.js';
import type { StreamSurroundings } from '../../dist/src/subscriptions/stream-surroundings.js';
import type { EventStream } from '../../dist/src/transport/event-stream.js';
import { ManualClock } from '../support/manual-clock.js';

interface Opened {
  readonly ids: readonly string[];
  /** The request is answered. */
  readonly answer: () => void;
  readonly write: (answer: object) => void;
  readonly die: () => void;
}

const OK = { notifications: [], connectionStatus: 'OK', errorSubscriptionIds: [] };

/** A server whose streams a test answers by hand. */
class Server {
  readonly clock = new ManualClock();
  readonly opened: Opened[] = [];

  readonly account = {
    email: 'user@sandbox.example',
    clock: this.clock,
    random: () => 0.5,
    connect: () => Promise.resolve({ client: { openStream: (request: object) => this.open(request) } }),
  } as unknown as AccountLink;

  get last(): Opened {
    const last = this.opened.at(-1);
    assert.ok(last);
    return last;
  }

  open(request: object): Promise<EventStream> {
    const ready: (() => void)[] = [];
    const written: (object | Error | undefined)[] = [];
    const put = (answer: object | Error | undefined) => {
      written.push(answer);
      ready.shift()?.();
    };
    const stream = {
      next: async () => {
        if (written.length === 0) await new Promise<void>((resolve) => ready.push(resolve));
        const answer = written.shift();
        if (answer instanceof Error) throw answer;
        return answer;
      },
      end: () => {
        put(undefined);
        return Promise.resolve();
      },
    };
    return new Promise((resolve) => {
      this.opened.push({
        ids: (request as { subscriptionIds: string[] }).subscriptionIds,
        answer: () => {
          resolve(stream as unknown as EventStream);
        },
        write: put,
        die: () => {
          put(new EwsError('EWS_NETWORK', 'reset'));
        },
      });
    });
  }
}

class Member implements StreamMember {
  readonly mailbox = '';
  readonly access = 'delegate';
  readonly connectionTimeout = 30;
  readonly owner = 'node';
  readonly shares = true;
  readonly told: string[] = [];
  failing = false;

  constructor(readonly subscriptionId: string) {}

  opened(): void {
    this.told.push('opened');
  }
  notification(): Promise<void> {
    this.told.push('notification');
    return this.failing ? Promise.reject(new Error('made to fail')) : Promise.resolve();
  }
  heartbeat(): void {
    this.told.push('heartbeat');
  }
  interrupted(): void {
    this.told.push('interrupted');
    if (this.failing) throw new Error('made to fail');
  }
  outage(): void {
    this.told.push('outage');
  }
  dropped({ code }: EwsError): void {
    this.told.push(code);
  }
}

describe('SharedStream', () => {
  let server: Server;
  let streams: SharedStream[];
  const [a, b] = [() => new Member('a'), () => new Member('b')];

  beforeEach(() => {
    server = new Server();
    streams = [];
  });

  const open = async (members: Member[], surroundings: Partial<StreamSurroundings> = {}) => {
    const stream = new SharedStream(server.account, members, {
      open: (_members, request) => server.open(request),
      begun: () => undefined,
      takeOver: () => [],
      tooMany: () => false,
      refused: (error) => ({ error, known: new Set() }),
      room: () => new Promise(() => undefined),
      troubled: () => undefined,
      blamed: () => undefined,
      ...surroundings,
    });
    streams.push(stream);
    await server.clock.advance(0);
    return stream;
  };
  const begin = async (opened = server.last) => {
    opened.answer();
    opened.write(OK);
    await server.clock.advance(0);
  };

  it('is opened again when more come while it is being opened', async () => {
    const [first, second] = [a(), b()];
    const stream = await open([first]);
    stream.take([second]);
    await begin();
    assert.deepEqual([first.told, second.told], [['interrupted'], []], 'the first request was without the second');
    assert.deepEqual(server.last.ids, ['a', 'b']);
    await begin();
    assert.deepEqual([first.told, second.told], [['interrupted', 'opened'], ['opened']]);
    assert.equal(server.opened.length, 2);
  });

  it('waits longer and longer, and says so once, where streams end as soon as they are open', async () => {
    const member = a();
    await open([member]);
    for (let round = 0; round < 30; round += 1) {
      const { length } = server.opened;
      await begin();
      server.last.die();
      while (server.opened.length === length) await server.clock.advance(1000);
    }
    const outages = () => member.told.filter((what) => what === 'outage').length;
    assert.equal(outages(), 1);
    const before = server.opened.length;
    await begin();
    server.last.die();
    await server.clock.advance(10_000);
    assert.equal(server.opened.length, before, 'no longer a retry a second');
  });

  it('tries again quickly and in silence after each stream that held', async () => {
    const member = a();
    await open([member]);
    for (let round = 1; round < 10; round += 1) {
      await begin();
      await server.clock.advance(61_000);
      server.last.write(OK);
      await server.clock.advance(0);
      server.last.die();
      await server.clock.advance(3000);
      assert.equal(server.opened.length, round + 1);
    }
    assert.ok(!member.told.includes('outage'));
  });

  for (const [what, end] of [
    [
      'dies',
      (opened: Opened) => {
        opened.die();
      },
    ],
    ['does not come to its end', () => undefined],
  ] as const) {
    it(`has those catch up that were on a stream that ${what} while it takes over`, async () => {
      const [first, second] = [a(), b()];
      const small = await open([second]);
      await begin();
      const old = server.last;
      let taken = false;
      await open([first], {
        takeOver: () => {
          if (taken) return [];
          taken = true;
          return [small];
        },
      });
      await begin();
      // Closed at its time: it is opened again for both.
      await server.clock.advance(80_000);
      server.last.write(OK);
      old.write(OK);
      await server.clock.advance(0);
      for (let minute = 0; minute < 24; minute += 1) {
        await server.clock.advance(60_000);
        server.last.write(OK);
        old.write(OK);
      }
      await server.clock.advance(0);
      server.last.write({ ...OK, connectionStatus: 'Closed' });
      await server.clock.advance(0);
      assert.deepEqual(server.last.ids, ['a', 'b']);
      assert.equal(small.size, 0, 'nothing is put on it any more');
      end(old);
      await begin();
      await server.clock.advance(5000);
      assert.deepEqual(first.told, ['opened', 'opened']);
      assert.deepEqual(second.told, ['opened', 'interrupted', 'opened']);
      await small.over;
    });
  }

  it('goes on for the others when one cannot deal with what came', async () => {
    const [first, second] = [a(), b()];
    const stream = await open([first, second]);
    await begin();
    first.failing = true;
    const notifications = ['a', 'b'].map((subscriptionId) => ({ subscriptionId, heartbeat: false, events: [] }));
    server.last.write({ ...OK, notifications });
    await server.clock.advance(0);
    assert.deepEqual(first.told, ['opened', 'notification', 'EWS_INTERNAL']);
    assert.deepEqual(second.told, ['opened', 'notification']);
    assert.equal(stream.size, 1);
  });

  it('tells its members, and is over, when something unexpected goes wrong', async () => {
    const [first, second] = [a(), b()];
    const stream = await open([first, second]);
    await begin();
    first.failing = true;
    server.last.die();
    await stream.over;
    assert.equal(first.told.at(-1), 'EWS_INTERNAL');
    assert.equal(second.told.at(-1), 'EWS_INTERNAL');
  });
});

describe('StreamHub with many subscriptions', () => {
  it('puts 200 on a stream, and begins another for more', async () => {
    const server = new Server();
    const hub = new StreamHub(server.account);
    const members = Array.from({ length: 450 }, (_, at) => new Member(`id${at}`));
    for (const member of members) hub.join(member);
    await server.clock.advance(1000);
    assert.deepEqual(
      server.opened.map(({ ids }) => ids.length),
      [200, 200, 50],
    );
    assert.equal(new Set(server.opened.flatMap(({ ids }) => ids)).size, 450);
  });
});
