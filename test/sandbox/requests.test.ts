import assert from 'node:assert/strict';
import { request } from 'undici';
import { startSandbox, type Sandbox } from '../../dist/src/sandbox/sandbox.js';
import { Client } from './client.js';

const GET_FOLDER =
  '<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape>' +
  '<m:FolderIds><t:DistinguishedFolderId Id="inbox"/></m:FolderIds></m:GetFolder>';

describe('sandbox: requests', () => {
  let sandbox: Sandbox;
  let client: Client;

  before(async () => {
    sandbox = await startSandbox();
    client = new Client(sandbox);
  });

  after(async () => {
    await client.close();
    await sandbox.close();
  });

  it('listens on the loopback address only', () => {
    assert.match(sandbox.url, /^http:\/\/127\.0\.0\.1:\d+\/EWS\/Exchange\.asmx$/);
  });

  it('says so when the port is taken', async () => {
    const port = Number(new URL(sandbox.url).port);
    await assert.rejects(startSandbox({ port }), { code: 'EADDRINUSE' });
  });

  it('asks for Basic authentication', async () => {
    const { statusCode, headers, body } = await request(sandbox.url, { method: 'POST' });
    await body.dump();
    assert.equal(statusCode, 401);
    assert.match(String(headers['www-authenticate']), /^Basic realm=/);
  });

  it('takes names and passwords in UTF-8, and refuses wrong ones', async () => {
    sandbox.addMailbox('zoë@sandbox.example', { password: 'Grüße, 世界 🔑:x' });
    const status = async (user: string, password: string) => {
      const caller = new Client(sandbox, { user, password });
      const answer = await caller.send(GET_FOLDER);
      await caller.close();
      return answer.status;
    };
    assert.equal(await status('zoë@sandbox.example', 'Grüße, 世界 🔑:x'), 200);
    assert.equal(await status('ZOË@sandbox.example', 'Grüße, 世界 🔑:x'), 200);
    assert.equal(await status('SANDBOX\\zoë', 'Grüße, 世界 🔑:x'), 200);
    assert.equal(await status('OTHER\\zoë', 'Grüße, 世界 🔑:x'), 401);
    assert.equal(await status('zoë@sandbox.example', 'Grusse'), 401);
    assert.equal(await status('nobody@sandbox.example', 'sandbox'), 401);
  });

  it('serves one path, and POST only', async () => {
    const authorization = `Basic ${Buffer.from(`${sandbox.user}:${sandbox.password}`).toString('base64')}`;
    const status = async (path: string, method: 'GET' | 'POST') => {
      const answer = await request(new URL(path, sandbox.url), { method, headers: { authorization } });
      await answer.body.dump();
      return answer.statusCode;
    };
    assert.equal(await status('/', 'POST'), 404);
    assert.equal(await status('/EWS/Exchange.asmx', 'GET'), 405);
    assert.equal(await status('/ews/exchange.asmx', 'POST'), 500);
  });

  const faults: readonly (readonly [what: string, element: string, sentence: RegExp])[] = [
    ['an unknown operation', '<m:Dance/>', /invalid child element 'Dance'/],
    [
      'a missing element',
      '<m:GetEvents><m:SubscriptionId>x</m:SubscriptionId></m:GetEvents>',
      /incomplete content.*'Watermark'/,
    ],
    [
      'elements in another order',
      '<m:GetEvents><m:Watermark>x</m:Watermark><m:SubscriptionId>x</m:SubscriptionId></m:GetEvents>',
      /invalid child element 'Watermark'.*'SubscriptionId'/,
    ],
    [
      'an element too many',
      '<m:Unsubscribe><m:SubscriptionId>x</m:SubscriptionId><m:Watermark>x</m:Watermark></m:Unsubscribe>',
      /invalid child element 'Watermark'/,
    ],
    ['an empty text', '<m:Unsubscribe><m:SubscriptionId/></m:Unsubscribe>', /MinLength/],
    ['a missing attribute', GET_FOLDER.replace(' Id="inbox"', ''), /required attribute 'Id' is missing/],
    ['an unknown attribute', GET_FOLDER.replace(' Id=', ' Size="1" Id='), /'Size' attribute is not declared/],
    ['an unknown distinguished folder', GET_FOLDER.replace('inbox', 'Inbox'), /Enumeration constraint failed/],
    ['a number out of range', subscribeElement('<t:Timeout>1441</t:Timeout>'), /MaxInclusive/],
    ['a number below the range', subscribeElement('<t:Timeout>0</t:Timeout>'), /MinInclusive/],
    ['a number that is none', subscribeElement('<t:Timeout>long</t:Timeout>'), /not a valid Int32/],
  ];

  for (const [what, element, sentence] of faults) {
    it(`answers ${what} with a fault`, async () => {
      const { status, body } = await client.send(element);
      assert.equal(status, 500);
      assert.match(body, /<faultcode [^>]*>a:ErrorSchemaValidation<\/faultcode>/);
      assert.match(/<faultstring[^>]*>(.*?)<\/faultstring>/.exec(body)?.[1]?.replaceAll('&apos;', "'") ?? '', sentence);
    });
  }

  for (const [what, body] of [
    ['no XML', 'GetEvents, please'],
    ['XML that is not well-formed', '<a><b></a>'],
    ['a DOCTYPE', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'],
    ['no envelope', '<GetEvents/>'],
    ['an empty body', '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body/></s:Envelope>'],
  ] as const) {
    it(`answers ${what} with a fault`, async () => {
      const answer = await client.post(body);
      assert.equal(answer.status, 500);
      assert.match(answer.body, /ErrorInvalidRequest/);
    });
  }

  it('reads a body up to a bound', async () => {
    const small = await startSandbox({ limits: { requestBytes: 2000 } });
    const caller = new Client(small);
    assert.equal((await caller.send(GET_FOLDER)).status, 200);
    assert.equal((await caller.post(' '.repeat(2001))).status, 413);
    await caller.close();
    await small.close();
  });

  it('knows requests of its own version and older ones', async () => {
    const old = await startSandbox({ version: 'Exchange2010_SP2' });
    const status = async (version: 'Exchange2010_SP2' | 'Exchange2013') => {
      const caller = new Client(old, { header: { version } });
      const answer = await caller.send(GET_FOLDER);
      await caller.close();
      return `${answer.status} ${/ErrorInvalidServerVersion|NoError/.exec(answer.body)?.[0]}`;
    };
    assert.equal(await status('Exchange2010_SP2'), '200 NoError');
    assert.equal(await status('Exchange2013'), '500 ErrorInvalidServerVersion');
    await old.close();
  });

  it('does not know in an old version what came later', async () => {
    const caller = new Client(sandbox, { header: { version: 'Exchange2007_SP1' } });
    await assert.rejects(caller.subscribe({ delivery: 'streaming' }), { code: 'ErrorSchemaValidation' });
    await assert.rejects(caller.subscribe({ scope: { folders: [{ id: 'inbox' }] } }), {
      code: 'ErrorSchemaValidation',
    });
    await caller.subscribe({ scope: { folders: [{ id: 'inbox' }] }, events: ['NewMail'] });
    await caller.close();
  });

  it('tells who asked for what, and what was answered', async () => {
    const asked: string[] = [];
    const answered: string[] = [];
    const stop = [
      sandbox.onRequest(({ user, operation, subscriptionId }) => asked.push(`${user} ${operation} ${subscriptionId}`)),
      sandbox.onResponse(({ status, code }) => answered.push(`${status} ${code}`)),
    ];
    await client.send('<m:Unsubscribe><m:SubscriptionId>x</m:SubscriptionId></m:Unsubscribe>');
    await client.send(GET_FOLDER);
    for (const end of stop) end();
    await client.send(GET_FOLDER);
    assert.deepEqual(asked, [`${sandbox.user} Unsubscribe x`, `${sandbox.user} GetFolder undefined`]);
    assert.deepEqual(answered, ['200 ErrorSubscriptionNotFound', '200 NoError']);
  });

  it('bounds how many requests of an account are under way', async () => {
    const busy = await startSandbox({ limits: { concurrentRequests: 2 } });
    const caller = new Client(busy);
    const bothCame = new Promise<void>((resolve) => {
      let count = 0;
      busy.onResponse(() => (++count === 2 ? resolve() : undefined));
    });
    busy.failNext({ operation: 'GetFolder', silent: true, times: 2 });
    const hanging = [caller.send(GET_FOLDER), caller.send(GET_FOLDER)].map((answer) => answer.catch(() => undefined));
    await bothCame;
    const { body } = await caller.send(GET_FOLDER);
    assert.match(body, /ErrorExceededConnectionCount/);
    await caller.close();
    await busy.close();
    await Promise.all(hanging);
  });
});

function subscribeElement(timeout: string): string {
  return (
    '<m:Subscribe><m:PullSubscriptionRequest SubscribeToAllFolders="true">' +
    `<t:EventTypes><t:EventType>NewMailEvent</t:EventType></t:EventTypes>${timeout}` +
    '</m:PullSubscriptionRequest></m:Subscribe>'
  );
}
