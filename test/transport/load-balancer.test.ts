import assert from 'node:assert/strict';
import { systemClock } from '../../dist/src/clock.js';
import { getEvents } from '../../dist/src/protocol/get-events.js';
import { subscribe } from '../../dist/src/protocol/subscribe.js';
import { startSandbox, type Sandbox } from '../../dist/src/sandbox/sandbox.js';
import { EwsClient, type RequestContext } from '../../dist/src/transport/ews-client.js';
import { ewsErrorOf } from '../support/errors.js';
import { forwardTo } from '../support/forward.js';
import { serve, type TestServer } from '../support/http-server.js';
import { NtlmFront } from '../support/ntlm-front.js';

const COOKIE = 'X-BackEndOverrideCookie';
const SCOPE = { scope: { folders: [{ id: 'inbox' }] }, events: ['NewMail'] } as const;

// Each back end is a server of its own, which knows nothing of the other's subscriptions.
describe('a load balancer that forgets without its cookie', () => {
  let backEnds: Sandbox[];
  let front: NtlmFront;
  let balancer: TestServer;
  let client: EwsClient;
  /** The back end of each request. */
  let routed: number[];
  let generation: number;

  beforeEach(async () => {
    backEnds = [await startSandbox({ seed: 1 }), await startSandbox({ seed: 2 })];
    routed = [];
    generation = 1;
    let turn = 0;
    front = new NtlmFront({ password: 'right' });
    balancer = await serve(
      front.listener(
        forwardTo(({ headers }, response) => {
          const asks = headers['x-preferserveraffinity'] === 'true' && headers['x-anchormailbox'] !== undefined;
          const [, known, of] = new RegExp(`${COOKIE}=back(\\d)~(\\d+)`).exec(headers.cookie ?? '') ?? [];
          const backEnd = asks && known !== undefined ? Number(known) : turn++ % backEnds.length;
          if (asks && Number(of) !== generation) {
            response.setHeader('Set-Cookie', [`${COOKIE}=back${backEnd}~${generation}; path=/; HttpOnly`]);
          }
          routed.push(backEnd);
          return backEnds[backEnd]!;
        }),
      ),
    );
    client = new EwsClient({
      url: `${balancer.origin}/EWS/Exchange.asmx`,
      credentials: { type: 'ntlm', username: 'CORP\\anna', password: 'right' },
      version: 'Exchange2016',
      timeoutMs: 5000,
      clock: systemClock,
    });
  });

  afterEach(async () => {
    await client.close();
    await balancer.close();
    await Promise.all(backEnds.map((sandbox) => sandbox.close()));
  });

  const group = (name: string): RequestContext => ({
    affinity: { group: name, anchorMailbox: `${name}@sandbox.example` },
  });

  async function subscribed(context: RequestContext): Promise<{ subscriptionId: string; watermark: string }> {
    const request = { ...SCOPE, delivery: 'pull', timeoutMinutes: 10 } as const;
    const { response } = await client.call(subscribe, request, context);
    return { subscriptionId: response.subscriptionId, watermark: response.watermark ?? '' };
  }

  it('is led to the same server for each group, whatever other groups ask for', async () => {
    const [a, b] = [await subscribed(group('a')), await subscribed(group('b'))];
    for (let round = 0; round < 3; round += 1) {
      await client.call(getEvents, a, group('a'));
      await client.call(getEvents, b, group('b'));
    }
    assert.deepEqual(routed, [0, 1, 0, 1, 0, 1, 0, 1]);
  });

  it('is led there by a new cookie once it has set one', async () => {
    const a = await subscribed(group('a'));
    generation = 2;
    for (let round = 0; round < 3; round += 1) await client.call(getEvents, a, group('a'));
    generation = 3;
    await client.call(getEvents, a, group('a'));
    assert.deepEqual(routed, [0, 0, 0, 0, 0]);
  });

  it('leads elsewhere when the cookie is forgotten, and the error asks for a new subscription', async () => {
    const a = await subscribed(group('a'));
    client.forgetAffinity('a');
    const error = await ewsErrorOf(client.call(getEvents, a, group('a')));
    assert.equal(error.code, 'ErrorSubscriptionNotFound');
    assert.equal(error.action, 'resubscribe');
    assert.deepEqual(routed, [0, 1]);
  });

  it('leads a stream to the server of its subscription, from the first message of signing in on', async () => {
    await subscribed(group('other'));
    const { response } = await client.call(subscribe, { ...SCOPE, delivery: 'streaming' }, group('a'));
    const request = { subscriptionIds: [response.subscriptionId], connectionTimeoutMinutes: 1 };
    const stream = await client.openStream(request, group('a'));
    try {
      assert.equal((await stream.next())?.error, undefined);
      const { id } = backEnds[1]!.mailbox().deliver({ subject: 'Hello' });
      let found: unknown;
      while (found === undefined) {
        const answer = await stream.next();
        assert.ok(answer);
        found = answer.notifications.flatMap(({ events }) => events)[0];
      }
      assert.ok(JSON.stringify(found).includes(id));
    } finally {
      await stream.end();
    }
    assert.deepEqual(routed, [0, 1, 1]);
    assert.match(front.greetings.at(-1)?.headers.cookie ?? '', /back1~1/);
  });
});
