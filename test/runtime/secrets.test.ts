import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeAuthority } from '../support/certificates.js';
import { OnPremises, WITH_TLS_AND_PROXY } from '../support/on-premises.js';
import type { FlowNode } from '../support/node-red-process.js';
import type { RuntimeLab } from '../support/runtime-lab.js';
import { withNodeRed } from '../support/shared-node-red.js';
import { traces } from '../support/traces.js';

const PASSWORD = 'p4ssWort-gehe1m-ä';
const PROXY_PASSWORD = 'pr0xyWort-gehe1m-ö';
const WRONG = 'fa1sch-gehe1m-ü';
const PASSPHRASE = 'passPhr4se-gehe1m';
const COOKIE = 'c00kie-secret';
/** What an author has put into addresses is in the flow, where it was put, and nowhere else. */
const QUERY = 'qu3ry-gehe1m';
const IN_ADDRESS = 'inAddre55-gehe1m';

describe('whatever goes wrong, secrets', () => {
  const current = withNodeRed({ ...WITH_TLS_AND_PROXY, disableEditor: false });
  let lab: RuntimeLab;
  let site: OnPremises;

  beforeEach(async () => {
    lab = current();
    site = await OnPremises.start(lab.sandbox, { password: PASSWORD, proxyPassword: PROXY_PASSWORD });
  });

  afterEach(() => site.close());

  /** A tab with one node that watches, and an account as it should be but for what is given. */
  const flow = (account: object = {}, tls: object = { cadata: site.ca }, proxy = PROXY_PASSWORD): FlowNode[] => [
    lab.tab(),
    site.tls(lab.id('tls'), tls),
    site.httpProxy(lab.id('proxy'), [], proxy),
    lab.account({
      ...{ url: `${site.url}?key=${QUERY}`, auth: 'ntlm', tls: lab.id('tls'), proxy: lab.id('proxy') },
      credentials: { username: 'CORP\\anna', password: PASSWORD },
      ...account,
    }),
    lab.pull(),
    // The errors of one node go to the flow, those of the other to the log.
    lab.pull({}, 'second'),
    lab.node('catch', 'catch', { scope: [lab.id('pull')], wires: [[lab.id('sink')]] }),
    lab.node('status', 'status', { scope: null, wires: [[lab.id('sink')]] }),
    lab.sink(),
  ];
  const wrong = { username: 'CORP\\anna', password: WRONG };

  /** All that can be seen of it from outside: what was logged, shown and sent, what the editor is told, what is kept. */
  async function seen(): Promise<Buffer> {
    const answers: string[] = [];
    for (const [type, name] of [
      ['ews-account', 'account'],
      ['http proxy', 'proxy'],
      ['tls-config', 'tls'],
    ] as const) {
      const answer = await lab.red.get(`credentials/${encodeURIComponent(type)}/${lab.id(name)}`);
      // Without it, nothing would be looked at.
      assert.doesNotThrow(() => JSON.parse(answer), `the editor is told of ${type}: ${answer}`);
      answers.push(answer);
    }
    assert.match(answers[0] ?? '', /"has_password":true/);
    const directory = join(lab.red.userDir, 'ews-notifications');
    const kept = readdirSync(directory).flatMap((name) => contentOf(join(directory, name)));
    return Buffer.concat([Buffer.from(lab.red.output), Buffer.from(answers.join('\n')), ...kept]);
  }

  async function assertHidden(): Promise<void> {
    const all = await seen();
    const flows = Buffer.from(await lab.red.get('flows'));
    assert.ok(flows.includes(QUERY));
    for (const secret of [PASSWORD, PROXY_PASSWORD, WRONG, PASSPHRASE, COOKIE, QUERY, IN_ADDRESS]) {
      const inFlows = secret !== QUERY && secret !== IN_ADDRESS;
      for (const trace of traces(secret, ['CORP\\anna', 'pat'])) {
        assert.equal(all.includes(trace) || (inFlows && flows.includes(trace)), false, `${secret} shows`);
      }
    }
    // The third message of NTLM, which the password could be guessed from.
    assert.equal(all.includes('TlRMTVNTUAAD'), false);
  }

  const failures: Record<string, () => FlowNode[] | Promise<FlowNode[]>> = {
    'a wrong password': () => flow({ credentials: wrong }),
    'a wrong password with Basic, which is not offered': () => flow({ auth: 'basic', credentials: wrong }),
    'Negotiate without what it needs': () => flow({ auth: 'negotiate', credentials: wrong }),
    'an authority that is not known': () => flow({}, {}),
    'a proxy that refuses the password': () => flow({}, { cadata: site.ca }, WRONG),
    'a connection that is not kept': () => {
      site.front.options.closesAfterChallenge = true;
      return flow();
    },
    'a page in place of a challenge': () => {
      site.front.options.page = '<html>'.repeat(500_000);
      return flow();
    },
    'a proxy that is gone': async () => {
      const flows = flow();
      await site.proxy.close();
      return flows;
    },
    'a key whose passphrase is wrong': async () => {
      const { cert, key } = await (await makeAuthority()).issue('client.example.com', 5, 'another');
      return flow({}, { cadata: site.ca, certdata: cert, keydata: key, passphrase: PASSPHRASE });
    },
    'an address of the proxy that is none': () =>
      flow().map((node) => (node.type === 'http proxy' ? { ...node, url: `socks://pat:${IN_ADDRESS}@x:1` } : node)),
  };

  // First of all, with a position that is kept and a message that is sent.
  it('do not show when all goes well', async () => {
    await lab.connect(flow());
    await lab.assertExactly(lab.deliver());
    const files = () => readdirSync(join(lab.red.userDir, 'ews-notifications'));
    await lab.red.until(() => files().some((name) => name.endsWith('.position.json')));
    await assertHidden();
  });

  for (const [name, failing] of Object.entries(failures)) {
    it(`do not show with ${name}`, async () => {
      await lab.red.deploy(await failing());
      await lab.red.error(lab.id('second'));
      await lab.red.until(() => lab.red.messages(lab.id('catch')).length > 0);
      await lab.red.until(() => lab.red.messages(lab.id('status')).length > 0);
      await assertHidden();
    });
  }
});

/** While Node-RED runs, a temporary file may be renamed before it is read: then its content is in another file. */
function contentOf(path: string): Buffer[] {
  try {
    return [readFileSync(path)];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
