import assert from 'node:assert/strict';
import { startSandbox, type Sandbox } from '../../dist/src/sandbox/sandbox.js';
import { subscribe } from '../../dist/src/protocol/subscribe.js';
import { Client, type HttpAnswer } from './client.js';
import { ALL_EVENTS } from './events.js';

const AFFINITY = { 'X-AnchorMailbox': 'demo@sandbox.example', 'X-PreferServerAffinity': 'true' };
const SUBSCRIBE = subscribe.write({
  delivery: 'pull',
  timeoutMinutes: 10,
  scope: { allFolders: true },
  events: ALL_EVENTS,
});

describe('sandbox: affinity', () => {
  let sandbox: Sandbox;
  let client: Client;

  async function start(backEnds: number): Promise<void> {
    sandbox = await startSandbox({ backEnds });
    client = new Client(sandbox);
  }

  afterEach(async () => {
    await client.close();
    await sandbox.close();
  });

  const cookieOf = ({ headers }: HttpAnswer) =>
    /^X-BackEndOverrideCookie=[^;]+/.exec(String(headers['set-cookie']))?.[0];
  const idOf = ({ body }: HttpAnswer) => /<m:SubscriptionId>([^<]*)/.exec(body)?.[1] ?? '';
  const unsubscribe = (id: string, headers: Record<string, string> = {}) =>
    client.send(`<m:Unsubscribe><m:SubscriptionId>${id}</m:SubscriptionId></m:Unsubscribe>`, headers);

  it('finds a subscription again with the cookie, and not without', async () => {
    await start(3);
    const subscribed = await client.send(SUBSCRIBE, AFFINITY);
    const cookie = cookieOf(subscribed);
    assert.ok(cookie);
    const answers = [
      await unsubscribe(idOf(subscribed)),
      await unsubscribe(idOf(subscribed), { Cookie: cookie }),
      await unsubscribe(idOf(subscribed), { ...AFFINITY, Cookie: cookie }),
    ];
    assert.deepEqual(
      answers.map(({ body }) => /<m:ResponseCode>(\w+)/.exec(body)?.[1]),
      ['ErrorSubscriptionNotFound', 'ErrorSubscriptionNotFound', 'NoError'],
    );
  });

  it('sets a cookie only where it is asked for, and only a new one', async () => {
    await start(2);
    assert.equal(cookieOf(await client.send(SUBSCRIBE)), undefined);
    const cookie = cookieOf(await client.send(SUBSCRIBE, AFFINITY)) ?? '';
    assert.equal(cookieOf(await client.send(SUBSCRIBE, { ...AFFINITY, Cookie: cookie })), undefined);
    sandbox.renewAffinityCookies();
    const renewed = await client.send(SUBSCRIBE, { ...AFFINITY, Cookie: cookie });
    assert.notEqual(cookieOf(renewed), cookie);
    const found = await unsubscribe(idOf(renewed), { ...AFFINITY, Cookie: cookieOf(renewed) ?? '' });
    assert.match(found.body, /NoError/);
  });

  it('tells which mailbox a request is anchored to', async () => {
    await start(1);
    const anchors: (string | undefined)[] = [];
    sandbox.onRequest(({ anchorMailbox }) => anchors.push(anchorMailbox));
    await client.send(SUBSCRIBE, AFFINITY);
    await client.send(SUBSCRIBE);
    assert.deepEqual(anchors, ['demo@sandbox.example', undefined]);
  });
});
