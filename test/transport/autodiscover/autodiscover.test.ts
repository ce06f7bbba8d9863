import assert from 'node:assert/strict';
import type { SrvRecord } from 'node:dns';
import { startSandbox, type Sandbox } from '../../../dist/src/sandbox/sandbox.js';
import { systemClock } from '../../../dist/src/clock.js';
import { authenticationWith } from '../../../dist/src/transport/authentication.js';
import { autodiscover, type AutodiscoverOptions } from '../../../dist/src/transport/autodiscover/autodiscover.js';
import { foundServer, type Discovery } from '../../../dist/src/transport/autodiscover/discovery.js';
import type { Credentials } from '../../../dist/src/transport/credentials.js';
import { assertNoSecret, ewsErrorOf } from '../../support/errors.js';
import { NamedHosts, redirectTo, sandboxAt, sends, trap, website } from '../../support/named-hosts.js';

const PASSWORD = 'gehe1m-Passwört';
const EMAIL = 'demo@sandbox.example';
const EWS = 'https://mail.sandbox.example/EWS/Exchange.asmx';
const AUTODISCOVER = 'https://autodiscover.sandbox.example';

describe('Autodiscover', () => {
  let hosts: NamedHosts;
  let sandbox: Sandbox;
  let records: SrvRecord[];

  beforeEach(async () => {
    hosts = await NamedHosts.start();
    sandbox = await startSandbox();
    sandbox.setPassword(EMAIL, PASSWORD);
    sandbox.setAutodiscover({ externalUrl: EWS });
    records = [];
  });

  afterEach(async () => {
    await hosts.close();
    await sandbox.close();
  });

  function search(more: Partial<AutodiscoverOptions> = {}, credentials: Partial<Credentials> = {}): Promise<Discovery> {
    const signIn = { type: 'basic', username: EMAIL, password: PASSWORD, ...credentials } as Credentials;
    return autodiscover({
      ...{ email: EMAIL, confirmedHosts: [], tls: { ca: hosts.authority.ca }, timeoutMs: 5000 },
      authentication: authenticationWith(signIn, systemClock, { tls: {}, timeoutMs: 5000 }),
      proxyTo: () => hosts.way,
      resolveSrv: () => (records.length > 0 ? Promise.resolve(records) : Promise.reject(new Error('no such record'))),
      ...more,
    });
  }

  const outcomes = ({ steps }: Discovery) => steps.map(({ kind, outcome }) => `${kind} ${outcome}`);

  describe('finds the server', () => {
    it('at the domain of the address, by SOAP, asking first without saying who is calling', async () => {
      await hosts.https('sandbox.example', sandboxAt(sandbox));
      const { found, steps, unconfirmed } = await search();
      assert.deepEqual(found, {
        ...{ url: EWS, externalUrl: EWS, internalUrl: EWS, version: '15.02.1544.009', grouping: 'sandbox' },
        service: 'https://sandbox.example/autodiscover/autodiscover.svc',
      });
      assert.deepEqual(
        steps.map(({ asked, outcome }) => `${asked} ${outcome}`),
        ['asks', 'found'].map((one) => `https://sandbox.example/autodiscover/autodiscover.svc ${one}`),
      );
      assert.deepEqual(unconfirmed, []);
      const [first, second, ...more] = hosts.requests.map(({ authorization }) => authorization);
      assert.equal(first, undefined);
      assert.match(second ?? '', /^Basic /);
      assert.deepEqual(more, []);
    });

    it('at autodiscover. the domain, where the domain itself is a web site', async () => {
      await hosts.https('sandbox.example', website);
      await hosts.https('autodiscover.sandbox.example', sandboxAt(sandbox));
      const discovery = await search();
      assert.equal(discovery.found?.url, EWS);
      assert.deepEqual(outcomes(discovery), ['soap nothing', 'pox nothing', 'soap asks', 'soap found']);
      assert.deepEqual(hosts.told, [AUTODISCOVER]);
    });

    it('by the older protocol, where there is no newer one', async () => {
      const inside = sandboxAt(sandbox);
      await hosts.https('autodiscover.sandbox.example', (request, response) =>
        request.url?.endsWith('.svc') ? website(request, response) : inside(request, response),
      );
      const discovery = await search();
      assert.equal(discovery.found?.url, EWS);
      assert.deepEqual(outcomes(discovery), ['soap failed', 'soap nothing', 'pox asks', 'pox found']);
    });

    it('where a redirect without TLS leads within the domain', async () => {
      await hosts.http(
        'autodiscover.sandbox.example',
        redirectTo('https://mail.sandbox.example/autodiscover/autodiscover.xml'),
      );
      await hosts.https('mail.sandbox.example', sandboxAt(sandbox));
      const discovery = await search();
      assert.equal(discovery.found?.url, EWS);
      assert.deepEqual(hosts.told, ['https://mail.sandbox.example']);
    });

    it('where DNS says within the domain, the best record first', async () => {
      const record = (name: string, priority: number, weight = 0, port = 443) => ({ name, priority, weight, port });
      records = [
        record('trap.sandbox.example', 2),
        record('trap.sandbox.example', 1),
        record('MAIL.sandbox.example.', 1, 5, 8443),
      ];
      await hosts.https('mail.sandbox.example', sandboxAt(sandbox), undefined, 8443);
      await hosts.https('trap.sandbox.example', trap);
      const discovery = await search();
      assert.equal(discovery.found?.url, EWS);
      assert.deepEqual(hosts.told, ['https://mail.sandbox.example:8443']);
    });

    it('with an address that it is told to use instead', async () => {
      const other = await startSandbox();
      other.addMailbox('demo@new.sandbox.example', { password: PASSWORD });
      other.setPassword(EMAIL, PASSWORD);
      other.setAutodiscover({ externalUrl: EWS });
      sandbox.setAutodiscover({ redirectAddress: 'demo@new.sandbox.example' });
      try {
        await hosts.https('sandbox.example', sandboxAt(sandbox));
        await hosts.https('autodiscover.new.sandbox.example', sandboxAt(other));
        assert.equal((await search()).found?.url, EWS);
      } finally {
        await other.close();
      }
    });

    it('where a service sends on within the domain', async () => {
      sandbox.setAutodiscover({ redirectUrl: 'https://mail.sandbox.example/autodiscover/autodiscover.svc' });
      await hosts.https('autodiscover.sandbox.example', sandboxAt(sandbox));
      const other = await startSandbox();
      other.setPassword(EMAIL, PASSWORD);
      other.setAutodiscover({ externalUrl: EWS });
      try {
        await hosts.https('mail.sandbox.example', sandboxAt(other));
        assert.equal((await search()).found?.url, EWS);
      } finally {
        await other.close();
      }
    });

    it('on another host, once somebody has confirmed it', async () => {
      sandbox.setAutodiscover({ externalUrl: 'https://mail.hoster.example/EWS/Exchange.asmx' });
      await hosts.http(
        'autodiscover.sandbox.example',
        redirectTo('https://autodiscover.hoster.example/autodiscover/autodiscover.xml'),
      );
      await hosts.https('autodiscover.hoster.example', sandboxAt(sandbox));
      const first = await search();
      assert.deepEqual(first.unconfirmed, ['autodiscover.hoster.example']);
      assert.deepEqual(hosts.told, []);
      const second = await search({ confirmedHosts: ['Autodiscover.Hoster.Example'] });
      // And that it knows of, too.
      assert.deepEqual(second.unconfirmed, ['mail.hoster.example']);
      assert.equal(second.found, undefined);
      const confirmedHosts = ['autodiscover.hoster.example', 'mail.hoster.example'];
      assert.equal((await search({ confirmedHosts })).found?.url, 'https://mail.hoster.example/EWS/Exchange.asmx');
    });
  });

  describe('tells nobody who is calling that must not know', () => {
    const others: Record<string, string> = {
      'a host of another domain': 'mail.hoster.example',
      'a host whose name only ends like the domain': 'evilsandbox.example',
      'a host that has the domain in front': 'sandbox.example.hoster.example',
      'a host of the domain above': 'example',
      'the same name in another top-level domain': 'autodiscover.sandbox.test',
    };
    for (const [what, host] of Object.entries(others)) {
      for (const [how, lead] of [
        [
          'a redirect over TLS',
          () =>
            hosts.https('autodiscover.sandbox.example', redirectTo(`https://${host}/autodiscover/autodiscover.xml`)),
        ],
        [
          'a redirect without TLS',
          () =>
            hosts.http(
              'autodiscover.sandbox.example',
              redirectTo(`https://${host}/autodiscover/autodiscover.xml`, 301),
            ),
        ],
        [
          'DNS',
          async () => {
            records = [{ name: host, port: 443, priority: 0, weight: 0 }];
          },
        ],
      ] as const) {
        it(`${what}, to which ${how} leads`, async () => {
          await lead();
          await hosts.https(host, trap);
          const { found, unconfirmed } = await search();
          assert.equal(found, undefined);
          assert.deepEqual(unconfirmed, [host]);
          assert.ok(
            hosts.requests.some(({ origin }) => origin === `https://${host}`),
            'the trap was never asked',
          );
          assert.deepEqual(hosts.told, []);
        });
      }
    }

    it('a host that a service leads to after signing in', async () => {
      sandbox.setAutodiscover({ redirectUrl: 'https://mail.hoster.example/autodiscover/autodiscover.svc' });
      await hosts.https('autodiscover.sandbox.example', sandboxAt(sandbox));
      await hosts.https('mail.hoster.example', trap);
      assert.deepEqual((await search()).unconfirmed, ['mail.hoster.example']);
      assert.deepEqual(hosts.told, [AUTODISCOVER]);
    });

    it('EWS on a host that nobody has confirmed', async () => {
      sandbox.setAutodiscover({ externalUrl: 'https://mail.hoster.example/EWS/Exchange.asmx' });
      await hosts.https('autodiscover.sandbox.example', sandboxAt(sandbox));
      const discovery = await search();
      assert.deepEqual(discovery.unconfirmed, ['mail.hoster.example']);
      const error = await ewsErrorOf(Promise.resolve().then(() => foundServer(discovery, EMAIL)));
      assert.equal(error.code, 'EWS_HOST_NOT_CONFIRMED');
      assert.equal(error.action, 'stop');
      assert.match(error.message, /leads to mail\.hoster\.example, which is outside the domain/);
    });

    it('anybody without TLS', async () => {
      sandbox.setAutodiscover({ externalUrl: 'http://mail.sandbox.example/EWS/Exchange.asmx' });
      await hosts.http(
        'autodiscover.sandbox.example',
        redirectTo('http://mail.sandbox.example/autodiscover/autodiscover.xml'),
      );
      await hosts.http('mail.sandbox.example', trap);
      const first = await search();
      assert.equal(first.found, undefined);
      assert.ok(outcomes(first).includes('redirect insecure'));
      assert.deepEqual(hosts.told, []);
      assert.ok(hosts.requests.every(({ origin }) => origin !== 'http://mail.sandbox.example'));

      await hosts.https('autodiscover.sandbox.example', sandboxAt(sandbox));
      const second = await search();
      assert.equal(second.found, undefined);
      assert.ok(outcomes(second).includes('soap insecure'));
    });

    for (const more of [{}, { rejectUnauthorized: false }]) {
      it(`a host with a certificate for another name${'rejectUnauthorized' in more ? ', even if the account verifies none' : ''}`, async () => {
        await hosts.https('autodiscover.sandbox.example', trap, 'mail.hoster.example');
        await hosts.https('sandbox.example', trap, 'mail.hoster.example');
        const { steps } = await search({ tls: { ca: hosts.authority.ca, servername: 'mail.hoster.example', ...more } });
        assert.match(steps[0]?.detail ?? '', /issued for another name/);
        assert.deepEqual(hosts.requests, []);
      });
    }

    it('a host in another way than the account is set to', async () => {
      await hosts.https('autodiscover.sandbox.example', (request, response) => {
        request.resume();
        response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="weaker"' }).end();
      });
      for (const type of ['ntlm', 'negotiate'] as const) {
        const discovery = await search({}, { type });
        assert.ok(outcomes(discovery).includes('soap not-offered'));
        const error = await ewsErrorOf(Promise.resolve().then(() => foundServer(discovery, EMAIL)));
        assert.equal(error.code, 'EWS_SCHEME_NOT_OFFERED');
      }
      assert.deepEqual(hosts.told, []);
    });

    it('anybody, without something to tell', async () => {
      await hosts.https('autodiscover.sandbox.example', trap);
      const discovery = await search({ authentication: undefined });
      assert.ok(outcomes(discovery).includes('soap no-credentials'));
      assert.deepEqual(hosts.told, []);
    });

    it('a domain of one label’s neighbours', async () => {
      await hosts.http('autodiscover.corp', redirectTo('https://mail.corp/autodiscover/autodiscover.xml'));
      await hosts.https('mail.corp', trap);
      assert.deepEqual((await search({ email: 'anna@corp' })).unconfirmed, ['mail.corp']);
      assert.deepEqual(hosts.told, []);
    });
  });

  it('tries a wrong password once, wherever it might be asked for', async () => {
    await hosts.https('sandbox.example', sandboxAt(sandbox));
    await hosts.https('autodiscover.sandbox.example', sandboxAt(sandbox));
    await hosts.http(
      'autodiscover.sandbox.example',
      redirectTo('https://mail.sandbox.example/autodiscover/autodiscover.xml'),
    );
    await hosts.https('mail.sandbox.example', trap);
    const discovery = await search({}, { password: 'fa1sch' });
    assert.equal(hosts.requests.filter(({ authorization }) => authorization !== undefined).length, 1);
    const error = await ewsErrorOf(Promise.resolve().then(() => foundServer(discovery, EMAIL)));
    assert.equal(error.code, 'EWS_UNAUTHORIZED');
    assertNoSecret([discovery, error], 'fa1sch');
  });

  describe('comes to an end', () => {
    it('when a server sends on to itself', async () => {
      const here = `${AUTODISCOVER}/autodiscover/autodiscover.xml`;
      await hosts.https('autodiscover.sandbox.example', redirectTo(here));
      const discovery = await search();
      assert.ok(outcomes(discovery).includes('pox loop'));
      assert.equal(discovery.found, undefined);
    });

    it('when two services send to one another', async () => {
      await hosts.https('sandbox.example', redirectTo(`${AUTODISCOVER}/autodiscover/autodiscover.svc`));
      await hosts.https(
        'autodiscover.sandbox.example',
        redirectTo('https://sandbox.example/autodiscover/autodiscover.svc'),
      );
      assert.ok(outcomes(await search()).includes('soap loop'));
    });

    it('after ten hops, to ever new addresses', async () => {
      let count = 0;
      await hosts.https('autodiscover.sandbox.example', (request, response) => {
        count += 1;
        redirectTo(`${AUTODISCOVER}/autodiscover/${count}/autodiscover.svc`)(request, response);
      });
      const discovery = await search();
      assert.ok(outcomes(discovery).includes('soap too-far'));
      assert.equal(
        discovery.steps.filter(({ outcome }) => outcome === 'too-far').length,
        discovery.steps.filter(({ outcome }) => outcome === 'redirected').length - 10,
      );
      assert.ok(count <= 13, `${count} requests`);
    });

    it('when an address leads to ever new addresses', async () => {
      let count = 0;
      const answer = () =>
        '<Autodiscover><Response><Account><Action>redirectAddr</Action>' +
        `<RedirectAddr>demo${(count += 1)}@sandbox.example</RedirectAddr></Account></Response></Autodiscover>`;
      await hosts.https('sandbox.example', (request, response) => sends(answer())(request, response));
      assert.ok(outcomes(await search()).includes('pox too-far'));
    });
  });

  describe('goes on after an answer that is', () => {
    const hostile: Record<string, [string, RegExp]> = {
      'a document type': [
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><Autodiscover>&x;</Autodiscover>',
        /DOCTYPE/,
      ],
      'too large': ['<Autodiscover>'.padEnd(600_000, 'x'), /larger than the bound/],
      'a page': ['<html><body>Hello</body></html>', /cannot be understood|HTML|page/i],
      'no XML': ['Hello', /XML/],
      'of something else': ['<a><b/></a>', /cannot be understood/],
      'a fault': [
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault><faultstring>No.</faultstring></s:Fault></s:Body></s:Envelope>',
        /No\./,
      ],
    };
    for (const [what, [body, pattern]] of Object.entries(hostile)) {
      it(what, async () => {
        await hosts.https('sandbox.example', sends(body));
        await hosts.https('autodiscover.sandbox.example', sandboxAt(sandbox));
        const { found, steps } = await search();
        assert.equal(found?.url, EWS);
        const [first] = steps;
        assert.equal(first?.outcome, 'failed');
        assert.match(first.detail ?? '', pattern);
      });
    }

    it('never complete', async () => {
      await hosts.https('sandbox.example', (request, response) => {
        request.resume();
        const timer = setInterval(() => response.write(' '), 20);
        response.once('close', () => clearInterval(timer));
      });
      await hosts.https('autodiscover.sandbox.example', sandboxAt(sandbox));
      const { found, steps } = await search({ timeoutMs: 500 });
      assert.match(steps[0]?.detail ?? '', /did not answer in time/);
      assert.equal(found?.url, EWS);
    });
  });

  it('says what was asked and what came of it, when it finds nothing', async () => {
    await hosts.https('sandbox.example', website);
    const discovery = await search();
    const error = await ewsErrorOf(Promise.resolve().then(() => foundServer(discovery, EMAIL)));
    assert.equal(error.code, 'EWS_AUTODISCOVER');
    assert.equal(error.action, 'retry');
    assert.match(error.message, /svc: HTTP 404; .*_autodiscover\._tcp\.sandbox\.example: no record/);
  });

  it('finds nothing by what is no address of e-mail', async () => {
    for (const email of [
      '',
      'demo',
      'demo@127.0.0.1',
      'demo@[::1]',
      'demo@a/b',
      'demo@a:8443',
      'demo@',
      'a b@c.example',
    ]) {
      const { found, steps } = await search({ email });
      assert.equal(found, undefined);
      assert.deepEqual(steps, [], email);
    }
    assert.deepEqual(hosts.proxy.asked, []);
  });

  it('stops when it is not wanted any more', async () => {
    const giveUp = new AbortController();
    await hosts.https('sandbox.example', (request) => {
      request.resume();
      giveUp.abort();
    });
    const { found } = await search({ signal: giveUp.signal });
    assert.equal(found, undefined);
    assert.equal(hosts.requests.length, 1);
  });
});
