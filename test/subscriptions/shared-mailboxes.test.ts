import assert from 'node:assert/strict';
import { PositionKeeper } from '../../dist/src/subscriptions/position-keeper.js';
import type { SubscriptionDescription } from '../../dist/src/subscriptions/subscription-description.js';
import { NEW_MAIL } from '../support/pull-lab.js';
import { StreamLab, type Running } from '../support/stream-lab.js';

const MAILBOXES = ['a', 'b', 'c', 'd'].map((name) => `${name}@sandbox.example`);

describe('mailboxes that a second Node-RED takes over while the first runs still', () => {
  let lab: StreamLab;
  beforeEach(async () => {
    lab = await StreamLab.open();
    for (const mailbox of MAILBOXES) {
      lab.sandbox.addMailbox(mailbox);
      lab.sandbox.allowDelegate(mailbox, lab.sandbox.user);
    }
  });
  afterEach(() => lab.close());

  /** A Node-RED that watches these mailboxes, all with the same positions. */
  async function begin(mailboxes: readonly string[]): Promise<Map<string, Running>> {
    const { run } = lab.session();
    const running = new Map<string, Running>();
    for (const mailbox of mailboxes) {
      const description: SubscriptionDescription = { ...NEW_MAIL, mailbox };
      const key = { node: 'node', mailbox, part: '' };
      running.set(mailbox, run({ description, keeper: new PositionKeeper(lab.base.store, key, () => undefined) }));
    }
    await lab.untilAfter(() => [...running.values()].every(({ told }) => told.current === 'connected'), 10);
    return running;
  }

  const items = (one: Running | undefined) => one?.told.items ?? [];

  it('are told of by both, lose nothing, and do not go back and forth', async () => {
    const first = await begin(MAILBOXES);
    const delivered = new Map(MAILBOXES.map((mailbox) => [mailbox, lab.deliver(3, mailbox)]));
    const complete = (running: Map<string, Running>) =>
      [...running].every(([mailbox, one]) => delivered.get(mailbox)!.every((id) => items(one).includes(id)));
    await lab.untilAfter(() => complete(first), 10);
    // The position is kept before the next one reads it.
    await lab.clock.advance(1000);

    const moved = MAILBOXES.slice(1);
    const second = await begin(moved);
    let made = 0;
    lab.sandbox.onRequest(({ operation }) => (made += operation === 'Subscribe' ? 1 : 0));
    const more = new Map(MAILBOXES.map((mailbox) => [mailbox, lab.deliver(3, mailbox)]));
    for (const [mailbox, ids] of more) delivered.get(mailbox)!.push(...ids);
    await lab.untilAfter(() => complete(first), 100);
    await lab.untilAfter(
      () => moved.every((one) => more.get(one)!.every((id) => items(second.get(one)).includes(id))),
      100,
    );

    // A while later both still read, and nobody has begun anew since.
    const before = made;
    await lab.untilAfter(() =>
      [...first.values(), ...second.values()].every(({ told }) => told.current === 'connected'),
    );
    for (let minute = 0; minute < 5; minute += 1) await lab.clock.advance(60_000);
    assert.equal(made, before);
    for (const [mailbox, one] of first) {
      assert.deepEqual([...new Set(items(one))], delivered.get(mailbox), `in order for ${mailbox}`);
      assert.deepEqual(one.told.errors, []);
    }
    for (const { told } of second.values()) assert.deepEqual(told.errors, []);
  });
});
