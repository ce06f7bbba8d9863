import assert from 'node:assert/strict';
import { systemClock } from '../../../dist/src/clock.js';
import { EwsError } from '../../../dist/src/protocol/ews-error.js';
import { startSandbox, type Sandbox } from '../../../dist/src/sandbox/sandbox.js';
import { authenticationWith } from '../../../dist/src/transport/authentication.js';
import { askForMailboxes, type MailboxAnswer } from '../../../dist/src/transport/autodiscover/many-mailboxes.js';
import { assertNoSecret, ewsErrorOf } from '../../support/errors.js';
import { NamedHosts, sandboxAt, trap, website } from '../../support/named-hosts.js';

const EMAIL = 'demo@sandbox.example';
const SERVICE = 'https://autodiscover.sandbox.example/autodiscover/autodiscover.svc';
const url = (host: string) => `https://${host}/EWS/Exchange.asmx`;
const EAST = { url: url('east.sandbox.example'), grouping: 'sandbox' };

describe('Autodiscover for many mailboxes', () => {
  let hosts: NamedHosts;
  let sandbox: Sandbox;

  beforeEach(async () => {
    hosts = await NamedHosts.start();
    sandbox = await startSandbox();
    sandbox.setAutodiscover({ externalUrl: EAST.url });
    for (const name of ['a', 'b', 'c']) sandbox.addMailbox(`${name}@sandbox.example`);
    await hosts.https('autodiscover.sandbox.example', sandboxAt(sandbox));
  });
  afterEach(async () => {
    await hosts.close();
    await sandbox.close();
  });

  const ask = (mailboxes: readonly string[], password = sandbox.password) =>
    askForMailboxes(SERVICE, mailboxes, {
      ...{ email: EMAIL, confirmedHosts: [], tls: { ca: hosts.authority.ca }, timeoutMs: 5000 },
      authentication: authenticationWith({ type: 'basic', username: EMAIL, password }, systemClock, {
        tls: {},
        timeoutMs: 5000,
      }),
      proxyTo: () => hosts.way,
      resolveSrv: () => Promise.reject(new Error('no such record')),
    });
  const codeOf = (answer: MailboxAnswer) => (answer instanceof EwsError ? answer.code : answer);

  it('tells the place of each in one question', async () => {
    sandbox.setAutodiscover({ grouping: 'other' }, 'b@sandbox.example');
    const answers = await ask(['a@sandbox.example', 'b@sandbox.example', 'nobody@sandbox.example', EMAIL]);
    assert.deepEqual(answers, [EAST, { ...EAST, grouping: 'other' }, undefined, EAST]);
    assert.equal(hosts.requests.length, 2, 'first without saying who is calling');
  });

  it('leads to no host that is not confirmed, and is of use for the others', async () => {
    sandbox.setAutodiscover({ externalUrl: url('mail.hoster.example') }, 'a@sandbox.example');
    // Whose mailbox it is makes no difference: the password is that of the account.
    sandbox.addMailbox('x@hoster.example');
    sandbox.setAutodiscover({ externalUrl: url('mail.hoster.example') }, 'x@hoster.example');
    const answers = await ask(['a@sandbox.example', 'x@hoster.example', 'b@sandbox.example']);
    assert.deepEqual(answers.map(codeOf), ['EWS_HOST_NOT_CONFIRMED', 'EWS_HOST_NOT_CONFIRMED', EAST]);
    assert.match((answers[1] as EwsError).message, /for x@hoster\.example leads to mail\.hoster\.example/);
  });

  it('is followed where it leads elsewhere for one, and nobody there is told who is calling', async () => {
    sandbox.setAutodiscover({ redirectAddress: 'a@hoster.example' }, 'a@sandbox.example');
    await hosts.https('autodiscover.hoster.example', trap);
    sandbox.setAutodiscover({ redirectAddress: 'b@new.sandbox.example' }, 'b@sandbox.example');
    const other = await startSandbox();
    other.addMailbox('b@new.sandbox.example');
    other.setAutodiscover({ externalUrl: url('new.sandbox.example') });
    await hosts.https('autodiscover.new.sandbox.example', sandboxAt(other));
    const answers = await ask(['a@sandbox.example', 'b@sandbox.example', 'c@sandbox.example']);
    await other.close();
    assert.deepEqual(answers.map(codeOf), [
      'EWS_HOST_NOT_CONFIRMED',
      { url: url('new.sandbox.example'), grouping: 'sandbox' },
      EAST,
    ]);
    assert.deepEqual(hosts.told, ['https://autodiscover.sandbox.example', 'https://autodiscover.new.sandbox.example']);
  });

  it('fails as a whole where it is away, or does not accept who is calling', async () => {
    const refused = await ewsErrorOf(ask([EMAIL], 'gehe1m'));
    assert.equal(refused.action, 'authenticate');
    assertNoSecret(refused, 'gehe1m');
    await hosts.https('autodiscover.sandbox.example', website);
    assert.equal((await ewsErrorOf(ask([EMAIL]))).code, 'EWS_AUTODISCOVER');
  });
});
