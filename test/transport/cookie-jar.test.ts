import assert from 'node:assert/strict';
import { CookieJar } from '../../dist/src/transport/cookie-jar.js';

describe('CookieJar', () => {
  const NOW = Date.parse('2026-03-02T08:00:00Z');
  const after = (...headers: (string | string[] | undefined)[]) => {
    const jar = new CookieJar();
    for (const header of headers) jar.take('a', header, NOW);
    return jar.header('a');
  };

  it('sends back what was set, the newest value of each', () => {
    assert.equal(after(undefined), undefined);
    assert.equal(after('a=1; path=/; secure; HttpOnly', ['b=x=y; SameSite=None', 'a=2']), 'a=2; b=x=y');
  });

  it('forgets what has run out', () => {
    assert.equal(after('a=1', 'a=; Max-Age=0'), undefined);
    assert.equal(after('a=1', 'a=1; expires=Sun, 01 Mar 2026 08:00:00 GMT'), undefined);
    assert.equal(after('a=1; expires=Tue, 03 Mar 2026 08:00:00 GMT'), 'a=1');
    assert.equal(after('a=1; Max-Age=60; expires=Sun, 01 Mar 2026 08:00:00 GMT'), 'a=1');
  });

  it('takes nothing that is malformed, could forge a header, or is too much', () => {
    assert.equal(after('novalue', '=x', 'a=b\r\nX: y', `a=${'x'.repeat(5000)}`), undefined);
    const jar = new CookieJar();
    for (let at = 0; at < 200; at += 1) jar.take('a', `c${at}=1`, NOW);
    assert.equal(jar.header('a')?.split('; ').length, 50);
  });

  it('keeps those of each group by themselves, and has none of a group where all have run out', () => {
    const jar = new CookieJar();
    for (const group of ['a', 'b']) jar.take(group, ['x=1', 'xy=2'], NOW);
    jar.take('a', 'x=; Max-Age=0', NOW);
    assert.deepEqual([jar.header('a'), jar.header('b'), jar.header('c')], ['xy=2', 'x=1; xy=2', undefined]);
    jar.take('a', 'xy=; Max-Age=0', NOW);
    jar.forget('b');
    assert.deepEqual([jar.header('a'), jar.header('b')], [undefined, undefined]);
    jar.take('a', 'z=3', NOW);
    assert.equal(jar.header('a'), 'z=3');
  });
});
