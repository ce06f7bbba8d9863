import assert from 'node:assert/strict';
import { request as send } from 'node:http';
import { ask } from '../support/admin-questions.js';
import { makeAuthority } from '../support/certificates.js';
import { serve, type TestServer } from '../support/http-server.js';
import { NodeRed } from '../support/node-red-process.js';
import { pushFlow, pushNode } from '../support/push-flows.js';
import { RuntimeLab } from '../support/runtime-lab.js';
import { withNodeRed } from '../support/shared-node-red.js';

interface Finding {
  readonly kind: string;
  readonly status?: number;
  readonly to?: string;
  readonly text?: string;
}

async function test(lab: RuntimeLab, publicUrl = '', id = lab.id('push'), path = ''): Promise<Finding> {
  const { status, text } = await ask(lab.red, `ews-push-in/${id}/test`, { publicUrl, path });
  assert.equal(status, 200, text);
  return JSON.parse(text) as Finding;
}

describe('the test of a push address', () => {
  const current = withNodeRed();
  let lab: RuntimeLab;
  let server: TestServer | undefined;
  let asked: string[];
  beforeEach(async () => {
    lab = current();
    asked = [];
    server = undefined;
    await lab.connect(pushFlow(lab), 'push');
  });
  afterEach(() => server?.close());

  async function at(listener: Parameters<typeof serve>[0], tls?: Parameters<typeof serve>[1]): Promise<string> {
    server = await serve((request, response) => {
      asked.push(request.url ?? '');
      listener(request, response);
    }, tls);
    return server.origin;
  }

  it('knows that the call has come back to this Node-RED', async () => {
    assert.deepEqual(await test(lab), { kind: 'reached' });
    assert.deepEqual(await test(lab, `${lab.red.address}/`), { kind: 'reached' });
    // Nothing of it shows in the flows.
    assert.deepEqual(lab.red.messages(lab.id('push')), []);
    await lab.assertExactly(lab.deliver(2), 'push');
  });

  it('knows it through a reverse proxy', async () => {
    const base = await at((request, response) => {
      const onward = send(lab.red.address + request.url!, { method: 'POST', headers: request.headers, agent: false });
      onward.on('response', (answer) => answer.pipe(response.writeHead(answer.statusCode!, answer.headers)));
      request.pipe(onward);
    });
    assert.deepEqual(await test(lab, base), { kind: 'reached' });
    assert.match(asked[0]!, /^\/ews\/[\w-]{32}\/[\w-]{32}$/);
  });

  it('is not taken in by another server that says the right things', async () => {
    const base = await at((request, response) => {
      request.resume();
      response.setHeader('content-type', 'text/xml').end(OK);
    });
    assert.deepEqual(await test(lab, base), { kind: 'elsewhere', status: 200 });
  });

  it('is not taken in by another Node-RED with the same nodes', async () => {
    const other = await NodeRed.start();
    try {
      const { kind } = await test(lab, other.address);
      assert.equal(kind, 'elsewhere');
    } finally {
      await other.close();
    }
  });

  it('tells when the call came here and its answer did not get back', async () => {
    const base = await at((request, response) => {
      const onward = send(lab.red.address + request.url!, { method: 'POST', headers: request.headers, agent: false });
      onward.on('response', (answer) => answer.resume().on('end', () => response.writeHead(502).end()));
      request.pipe(onward);
    });
    assert.deepEqual(await test(lab, base), { kind: 'answer-lost', status: 502 });
  });

  it('follows no redirect, and tells only to which server it leads', async () => {
    const base = await at((_request, response) =>
      response.writeHead(301, { location: 'https://x.example/secret?p=1' }).end(),
    );
    assert.deepEqual(await test(lab, base), { kind: 'redirect', status: 301, to: 'https://x.example' });
    assert.equal(asked.length, 1);
  });

  it('says when something asks for a password', async () => {
    const base = await at((_request, response) => response.writeHead(401).end());
    assert.deepEqual(await test(lab, base), { kind: 'unauthorized', status: 401 });
  });

  it('says why TLS fails, and when nobody is there', async () => {
    const issued = await (await makeAuthority()).issue('127.0.0.1');
    const refused = await test(lab, await at(() => undefined, issued));
    assert.equal(refused.kind, 'EWS_CERTIFICATE');
    assert.match(refused.text!, /not issued by an authority/);
    await server?.close();
    const gone = await test(lab, server!.origin.replace('https', 'http'));
    assert.match(gone.text!, /refuses connections/);
  });

  it('hands nothing on of what answers', async () => {
    const base = await at((_request, response) =>
      response.writeHead(500, 'top secret', { 'x-secret': 'secret' }).end('secret '.repeat(100_000)),
    );
    const { text } = await ask(lab.red, `ews-push-in/${lab.id('push')}/test`, { publicUrl: base });
    assert.deepEqual(JSON.parse(text), { kind: 'elsewhere', status: 500 });
  });

  it('calls nothing but the address of a node that is deployed', async () => {
    const base = await at((_request, response) => response.end());
    const missing = await ask(lab.red, 'ews-push-in/nobody/test', { publicUrl: base });
    assert.equal(missing.status, 404);
    for (const publicUrl of ['ftp://x.example', `${base}/?a=b`, `http://user:pass@127.0.0.1:1`, `${base}/#a`]) {
      const { status, text } = await ask(lab.red, `ews-push-in/${lab.id('push')}/test`, { publicUrl });
      assert.equal(status, 400, publicUrl);
      assert.deepEqual(JSON.parse(text), { error: 'bad-public-url' });
    }
    assert.deepEqual(asked, []);
    const renamed = await ask(lab.red, `ews-push-in/${lab.id('push')}/test`, { publicUrl: base, path: 'new' });
    assert.equal(renamed.status, 404);
    await lab.red.deploy([lab.tab()]);
    const closed = await ask(lab.red, `ews-push-in/${lab.id('push')}/test`, { publicUrl: base });
    assert.equal(closed.status, 404);
  });

  it('works for a node with a path of its own, which receives for others', async () => {
    await lab.red.deploy([
      lab.tab(),
      lab.account(),
      lab.sink(),
      pushNode(lab, { path: 'mine', source: 'input' }, 'own'),
    ]);
    assert.deepEqual(await test(lab, '', lab.id('own'), 'mine'), { kind: 'reached' });
  });
});

describe('the test of a push address where httpNodeAuth is set', () => {
  it('says that this Node-RED itself keeps the call out', async () => {
    const red = await NodeRed.start({ httpNodeAuth: { user: 'somebody', pass: '$2b$08$unused' } });
    const lab = await RuntimeLab.open(red);
    // What Node-RED's own starter puts before all of its flows' addresses.
    const guard = await serve((_request, response) => response.writeHead(401).end());
    try {
      await red.deploy(pushFlow(lab));
      await red.until(() => red.warnings(lab.id('push')).length > 0);
      const finding = await test(lab, guard.origin);
      assert.deepEqual(finding, { kind: 'unauthorized-here', status: 401 });
    } finally {
      await guard.close();
      await lab.close();
      await red.close();
    }
  });
});

const OK =
  '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><SendNotificationResult ' +
  'xmlns="http://schemas.microsoft.com/exchange/services/2006/messages"><SubscriptionStatus>OK</SubscriptionStatus>' +
  '</SendNotificationResult></s:Body></s:Envelope>';
