import assert from 'node:assert/strict';
import type { AccountConnection, AccountLink } from '../../dist/src/subscriptions/account-link.js';
import { AffinityGroups } from '../../dist/src/subscriptions/affinity-groups.js';
import type { Affine } from '../../dist/src/subscriptions/stream-member.js';
import { ManualClock } from '../support/manual-clock.js';

describe('the groups of an account’s mailboxes', () => {
  let groups: AffinityGroups;
  let forgotten: string[];

  const at = (group?: string): AccountConnection =>
    ({
      client: { isClosed: false, forgetAffinity: (name: string) => forgotten.push(name) },
      ...(group === undefined ? {} : { group }),
    }) as unknown as AccountConnection;
  const of = (mailbox: string, access: Affine['access'] = 'impersonate'): Affine => ({ mailbox, access, shares: true });

  beforeEach(() => {
    forgotten = [];
    groups = new AffinityGroups({ email: 'own@example.com', clock: new ManualClock() } as unknown as AccountLink);
  });

  it('are by what Autodiscover tells, and by how the mailboxes are opened', () => {
    const names = [
      groups.watch(of('a@example.com'), at('x')),
      groups.watch(of('b@example.com'), at('y')),
      groups.watch(of('C@example.com'), at('x')),
      groups.watch(of('a@example.com', 'delegate'), at('x')),
      groups.watch(of('c@EXAMPLE.com'), at('x')),
      groups.watch(of('', 'delegate'), at('x')),
      groups.watch(of('own@example.com', 'delegate'), at('x')),
    ].map(({ name }) => name);
    assert.deepEqual([names[2], names[4]], [names[0], names[0]]);
    assert.deepEqual([names[5], names[6]], [names[3], names[3]], 'the account’s own mailbox, by either name');
    assert.equal(new Set(names).size, 3);
  });

  it('hold 200 mailboxes each, and fill up where one leaves', () => {
    const all = Array.from({ length: 450 }, (_, number) => of(`user${number}@example.com`));
    const places = all.map((who) => groups.watch(who, at()));
    assert.deepEqual(
      [...new Set(places)].map(({ size }) => size),
      [200, 200, 50],
    );
    // Another node that watches the same mailbox is in the same group, however full that is.
    const twice = of('user7@example.com');
    assert.equal(groups.watch(twice, at()), places[7]);
    groups.release(all[7]!, false);
    assert.equal(groups.of(twice), places[7]);
    groups.release(twice, false);
    assert.equal(groups.of(twice), undefined);
    assert.equal(groups.watch(of('new@example.com'), at()), places[7]);
  });

  it('keep the place of a mailbox that comes back, and their cookies as long as one has a place', () => {
    const [one, other] = [of('a@example.com'), of('b@example.com')];
    const group = groups.watch(one, at());
    groups.watch(other, at());
    groups.release(one, true);
    groups.release(other, false);
    assert.deepEqual(forgotten, []);
    assert.equal(groups.watch(of('a@example.com'), at()), group);
  });

  it('are left by a mailbox that moves, and by no other', () => {
    const [one, other] = [of('a@example.com'), of('b@example.com')];
    const before = groups.watch(one, at('x'));
    groups.watch(other, at('x'));
    groups.moved(one);
    assert.equal(groups.of(other), before);
    const apart = groups.watch(one, at('x'));
    assert.notEqual(apart, before, 'where Autodiscover still tells the same');
    assert.equal(groups.watch(one, at('x')), apart, 'until it moves again');
    groups.moved(one);
    const elsewhere = groups.watch(of('c@example.com'), at('y'));
    assert.equal(groups.watch(one, at('y')), elsewhere);
    assert.equal(groups.of(other), before);
    assert.equal(before.size, 1);
    assert.ok(!forgotten.includes(before.name));
  });
});
