import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeAuthority, type Issued } from '../support/certificates.js';
import type { RuntimeLab } from '../support/runtime-lab.js';
import { withNodeRed } from '../support/shared-node-red.js';
import { streamNode } from '../support/stream-flows.js';
import { TokenFront } from '../support/token-front.js';
import { traces } from '../support/traces.js';

const CLIENT = 'c0ffee00-1111-2222-3333-444455556666';
const SECRET = 'gehe1m~cl1ent-secret';
const WRONG = 'fa1sch~cl1ent-secret';
const SCOPE = 'https://mail.example.test/.default';
const GIVEN = 'g1ven.t0ken';
const ROOM = 'room@sandbox.example';

describe('an account of an application', () => {
  before(() => {
    process.env.EWS_TEST_TOKEN = GIVEN;
  });
  after(() => {
    delete process.env.EWS_TEST_TOKEN;
  });
  const current = withNodeRed({ disableEditor: false });
  let lab: RuntimeLab;
  let front: TokenFront;
  let issued: Issued;

  before(async () => {
    issued = await (await makeAuthority()).issue('application.example.test');
  });

  beforeEach(async () => {
    lab = current();
    lab.sandbox.addMailbox(ROOM);
    lab.sandbox.allowImpersonation(lab.sandbox.user);
    front = await TokenFront.start(lab.sandbox, { client: { clientId: CLIENT, secret: SECRET }, scope: SCOPE });
  });

  afterEach(() => front.close());

  const account = (more: object = {}, credentials: object = { clientSecret: SECRET }) =>
    lab.account({
      ...{ url: front.url, auth: 'oauth2', email: lab.sandbox.user, tokenUrl: front.tokens.url, scope: SCOPE },
      ...{ tenant: '', clientId: CLIENT, clientCertificate: '', cloud: 'global', credentials },
      ...more,
    });
  const flows = (more: object = {}, credentials?: object) => [
    ...[lab.tab(), account(more, credentials), lab.sink()],
    lab.pull({ mailbox: ROOM, allFolders: true }),
    streamNode(lab),
  ];
  const roomMail = () => lab.sandbox.mailbox(ROOM).deliver({ subject: 'Room' }).id;

  it('opens each mailbox in its owner’s name without being told to, by pull and by streaming', async () => {
    await lab.connect(flows(), 'pull', 'stream');
    const room = roomMail();
    const [own] = lab.deliver();
    await lab.red.until(() => lab.items('pull').includes(room) && lab.items('stream').includes(own!));
    const asked = lab.responses.filter(({ operation }) => operation !== undefined);
    const inNameOf = new Set(asked.map(({ impersonate }) => impersonate));
    assert.deepEqual([...inNameOf].sort(), [lab.sandbox.user, ROOM].sort());
    assert.ok(asked.every(({ anchorMailbox }) => anchorMailbox !== undefined));
    assert.equal(front.tokens.asked.length, 1);
    assert.deepEqual(lab.red.errors(), []);
  });

  it('looks items of others up in their owners’ names, also where only the message says whose they are', async () => {
    const item = lab.node('ews-item', 'item', { account: '', include: 'summary', wires: [[lab.id('sink')]] });
    await lab.connect(
      [...flows().filter(({ id }) => id !== lab.id('pull')), lab.pull({ mailbox: ROOM, wires: [[item.id]] }), item],
      'pull',
    );
    roomMail();
    await lab.red.until(() => lab.red.messages(item.id).length === 1);
    assert.equal(lab.red.messages(item.id)[0]!.msg.payload.subject, 'Room');
    const asked = lab.responses.filter(({ operation }) => operation === 'GetItem');
    assert.deepEqual(new Set(asked.map(({ impersonate }) => impersonate)), new Set([ROOM]));
    assert.deepEqual(lab.red.errors(), []);
  });

  it('goes on with a new token, once one is not taken any more, while a stream stays open', async () => {
    await lab.connect(flows(), 'pull', 'stream');
    const streams = lab.asked('GetStreamingEvents');
    front.tokens.revokeAll();
    await lab.red.until(() => front.refused > 0);
    const room = roomMail();
    const [own] = lab.deliver();
    await lab.red.until(() => lab.items('pull').includes(room) && lab.items('stream').includes(own!));
    assert.equal(lab.asked('GetStreamingEvents'), streams);
    assert.equal(front.tokens.asked.length, 2);
    assert.deepEqual(lab.red.errors(), []);

    // The next stream needs the new one.
    lab.sandbox.resetConnections();
    await lab.red.until(() => lab.asked('GetStreamingEvents') > streams);
    await lab.settled('stream');
    assert.equal(front.tokens.asked.length, 2);
  });

  it('gets a new token before the old one runs out, with a stream open all the while', async () => {
    front.tokens.options.expiresIn = '2';
    await lab.connect(flows(), 'pull', 'stream');
    const streams = lab.asked('GetStreamingEvents');
    await lab.red.until(() => front.tokens.asked.length > 2);
    await lab.settled('stream');
    assert.equal(lab.asked('GetStreamingEvents'), streams);
    assert.equal(front.refused, 0);
    assert.deepEqual(lab.red.errors(), []);
  });

  it('signs in with a certificate', async () => {
    await front.close();
    const client = { clientId: CLIENT, certificate: issued.cert };
    front = await TokenFront.start(lab.sandbox, { client, scope: SCOPE });
    await lab.connect(flows({ clientCertificate: issued.cert }, { clientKey: issued.key }), 'pull', 'stream');
    assert.equal(front.tokens.given.length, 1, front.tokens.refusal);
    assert.deepEqual(lab.red.errors(), []);
  });

  it('tries a wrong secret once, says at each node what is wrong, and goes on with the right one', async () => {
    await lab.red.deploy(flows({}, { clientSecret: WRONG }));
    for (const name of ['pull', 'stream']) {
      await lab.red.until(() => lab.red.status(lab.id(name)).text === 'sign-in refused');
      assert.match((await lab.red.error(lab.id(name))).text, /The client secret is wrong.*deploy again/);
    }
    assert.equal(front.tokens.asked.length, 1);
    await lab.red.deploy(flows(), 'nodes');
    await lab.connected('pull', 'stream');
    assert.equal(lab.red.errors().length, 2);
  });

  it('shows no secret, no key and no token anywhere', async () => {
    await lab.red.deploy(flows({}, { clientSecret: WRONG }));
    await lab.red.error(lab.id('pull'));
    const client = { clientId: CLIENT, certificate: issued.cert };
    await lab.red.deploy(flows(), 'nodes');
    await lab.connected('pull', 'stream');
    const known = front.tokens;
    await lab.settled('stream');
    front = await (await front.close(), TokenFront.start(lab.sandbox, { client, scope: SCOPE }));
    const credentials = { clientKey: issued.key, clientSecret: SECRET, token: 'unused-t0ken' };
    await lab.red.deploy(flows({ clientCertificate: issued.cert }, credentials), 'nodes');
    await lab.connected('pull', 'stream');
    await lab.settled('stream');
    const told = await lab.red.get(`credentials/ews-account/${lab.id('account')}`);
    assert.match(told, /"has_clientKey":true/);
    const directory = join(lab.red.userDir, 'ews-notifications');
    const kept = readdirSync(directory).map((name) => readFileSync(join(directory, name), 'utf8'));
    const shown = Buffer.from([lab.red.output, told, await lab.red.get('flows'), ...kept].join('\n'));
    const [, keyPart = ''] = issued.key.split('\n');
    const assertion = front.tokens.asked.at(-1)?.get('client_assertion') ?? '';
    for (const secret of [SECRET, WRONG, keyPart, 'unused-t0ken', assertion, ...known.given, ...front.tokens.given]) {
      for (const trace of traces(secret)) assert.equal(shown.includes(trace), false, `${secret.slice(0, 20)} shows`);
    }
  });

  for (const [what, token] of [
    ['that is entered', GIVEN],
    ['from an environment variable', '${EWS_TEST_TOKEN}'],
  ] as const) {
    it(`takes a token ${what}, which is nobody’s but its owner’s`, async () => {
      front.tokens.given.push(GIVEN);
      await lab.connect([lab.tab(), account({ auth: 'bearer' }, { token }), lab.sink(), streamNode(lab)], 'stream');
      await lab.settled('stream');
      assert.ok(lab.responses.every(({ impersonate }) => impersonate === undefined));
      assert.deepEqual(lab.red.errors(), []);
    });
  }
});
