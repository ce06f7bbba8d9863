import assert from 'node:assert/strict';
import { mailDomain, normalHost, TrustedHosts } from '../../../dist/src/transport/autodiscover/trusted-hosts.js';

describe('hosts that may be told who is calling', () => {
  const trusted = new TrustedHosts('Example.com', ['Mail.Hoster.Example', '', ' ', 'a/b']);

  it('are those of the domain, and those that were confirmed by name', () => {
    for (const host of [
      'example.com',
      'mail.example.com',
      'A.B.EXAMPLE.COM',
      'mail.example.com.',
      'mail.hoster.example',
    ]) {
      assert.ok(trusted.includes(host), host);
    }
  });

  it('are no others', () => {
    const others = [
      ...['com', 'hoster.example', 'x.mail.hoster.example', 'notexample.com', 'example.com.evil.test', 'example.org'],
      ...['', '.', 'a', 'a/b', 'example.com/x', 'x@example.com', 'evil.test#.example.com', '127.0.0.1', '[::1]'],
      ...['mail.example.com:443', 'evil.test\\.example.com', 'evil.test%2f.example.com'],
    ];
    for (const host of others) assert.equal(trusted.includes(host), false, host);
  });

  it('are in a domain of one label only that itself', () => {
    const one = new TrustedHosts('corp', []);
    assert.ok(one.includes('corp'));
    assert.equal(one.includes('mail.corp'), false);
  });

  it('are nobody without a domain', () => {
    const none = new TrustedHosts('', []);
    for (const host of ['', '.', 'example.com']) assert.equal(none.includes(host), false);
  });

  it('are known by other spellings of their names', () => {
    assert.equal(normalHost('Bücher.example'), 'xn--bcher-kva.example');
    assert.ok(new TrustedHosts('bücher.example', []).includes('mail.xn--bcher-kva.example'));
  });

  it('are found by the domain of an address, if it has one', () => {
    assert.equal(mailDomain('Anna@Example.COM'), 'example.com');
    assert.equal(mailDomain('anna@bücher.example'), 'xn--bcher-kva.example');
    for (const none of [
      '',
      'anna',
      'anna@',
      '@example.com',
      'anna@127.0.0.1',
      'anna@[::1]',
      'a@b@c.example',
      'a@b/c',
      'a@b:1',
      'a@.b',
      'a@-b',
    ]) {
      assert.equal(mailDomain(none), undefined, none);
    }
  });
});
