import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import fc from 'fast-check';
import { EVERYTHING, isInShare, ownerOf, readShare } from '../../dist/src/subscriptions/share.js';
import { projectRoot } from '../support/fixture.js';

const mailboxes = (count: number) => Array.from({ length: count }, (_, at) => `mailbox-${at}@example.com`);
const owners = (count: number, of = mailboxes(20_000)) => of.map((mailbox) => ownerOf(mailbox, count));

describe('Shares of mailboxes', () => {
  it('are the nth of so many', () => {
    assert.deepEqual(readShare('2/3'), { index: 2, count: 3 });
    assert.deepEqual(readShare(' 1 / 1000 '), { index: 1, count: 1000 });
    assert.deepEqual(readShare(''), EVERYTHING);
  });

  for (const text of [
    '0/3',
    '4/3',
    '1/1001',
    '1/0',
    '3',
    '/3',
    '1/',
    '-1/3',
    '1.5/3',
    '1/2/3',
    'a/b',
    '${SHARE}',
    '1/3x',
  ]) {
    it(`are not ${text}`, () => {
      assert.equal(readShare(text), undefined);
    });
  }

  it('hold each mailbox once', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 50 }), (mailbox, count) => {
        const all = Array.from({ length: count }, (_, at) => ({ index: at + 1, count }));
        assert.equal(all.filter((share) => isInShare(share, mailbox)).length, 1);
      }),
    );
  });

  it('do not depend on how an address is written', () => {
    for (const count of [2, 3, 10, 999]) {
      assert.equal(ownerOf(' Info@Example.COM ', count), ownerOf('info@example.com', count));
    }
  });

  for (const count of [2, 3, 7, 50]) {
    it(`are about equal where there are ${count}`, () => {
      const counts = new Map<number, number>();
      for (const owner of owners(count)) counts.set(owner, (counts.get(owner) ?? 0) + 1);
      const fair = 20_000 / count;
      // Six standard deviations of what chance would do.
      const bound = 6 * Math.sqrt(fair * (1 - 1 / count));
      assert.equal(counts.size, count);
      for (const [owner, found] of counts) assert.ok(Math.abs(found - fair) < bound, `${owner} has ${found}`);
    });
  }

  for (const count of [1, 2, 3, 9]) {
    it(`give one more than ${count} nothing but what is its own`, () => {
      const before = owners(count);
      const after = owners(count + 1);
      const moved = after.filter((owner, at) => owner !== before[at]);
      assert.deepEqual([...new Set(moved)], [count + 1]);
      const fair = 20_000 / (count + 1);
      assert.ok(Math.abs(moved.length - fair) < 6 * Math.sqrt(fair), `${moved.length} have moved`);
    });
  }

  it('are the same in every process and version', () => {
    // Written down once: who has which mailbox must not change with an update, as not all are updated at once.
    const known = mailboxes(12).map((mailbox) => [2, 3, 10, 1000].map((count) => ownerOf(mailbox, count)));
    assert.deepEqual(known, KNOWN);
    const program = `
      const { ownerOf } = require(${JSON.stringify(join(projectRoot, 'dist/src/subscriptions/share.js'))});
      console.log(JSON.stringify(${JSON.stringify(mailboxes(200))}.map((mailbox) => ownerOf(mailbox, 7))));`;
    const elsewhere: unknown = JSON.parse(execFileSync(process.execPath, ['-e', program], { encoding: 'utf8' }));
    assert.deepEqual(elsewhere, owners(7, mailboxes(200)));
  });
});

const KNOWN = [
  [2, 2, 2, 199],
  [1, 1, 6, 888],
  [1, 1, 5, 951],
  [2, 3, 4, 142],
  [1, 1, 9, 961],
  [2, 2, 2, 205],
  [2, 2, 8, 553],
  [2, 3, 8, 812],
  [2, 2, 2, 920],
  [1, 1, 1, 961],
  [2, 2, 4, 392],
  [2, 3, 3, 662],
];
