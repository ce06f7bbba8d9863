import assert from 'node:assert/strict';
import { PositionKeeper } from '../../dist/src/subscriptions/position-keeper.js';
import type { SubscriptionDescription } from '../../dist/src/subscriptions/subscription-description.js';
import { NEW_MAIL } from '../support/pull-lab.js';
import { StreamLab, type Running } from '../support/stream-lab.js';

const MAILBOXES = Array.from({ length: 20 }, (_, at) => `m${at}@sandbox.example`);

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

  /** What was told of each mailbox by anybody, in order. */
  let told: Map<string, string[]>;
  let delivered: Map<string, string[]>;
  beforeEach(() => {
    told = new Map();
    delivered = new Map();
  });

  /** A Node-RED that watches these mailboxes, all with the same positions. */
  function begin(mailboxes: readonly string[]): Map<string, Running> {
    const { run } = lab.session();
    const running = new Map<string, Running>();
    for (const mailbox of mailboxes) {
      const description: SubscriptionDescription = { ...NEW_MAIL, mailbox };
      const key = { node: 'node', mailbox, part: '' };
      const one = run({ description, keeper: new PositionKeeper(lab.base.store, key, () => undefined) });
      one.told.onEvents = ({ events }) => {
        const ids = events.flatMap((event) => ('itemId' in event ? [event.itemId.id] : []));
        told.set(mailbox, [...(told.get(mailbox) ?? []), ...ids]);
      };
      running.set(mailbox, one);
    }
    return running;
  }

  const areConnected = (...all: Map<string, Running>[]) =>
    all.every((running) => [...running.values()].every((one) => one.told.current === 'connected'));
  const deliver = () => {
    for (const mailbox of MAILBOXES) {
      delivered.set(mailbox, [...(delivered.get(mailbox) ?? []), ...lab.deliver(1, mailbox)]);
    }
  };
  /** Lets time go by, in which mail comes to all, until something holds. */
  const meanwhile = (condition: () => boolean) =>
    lab.untilAfter(() => {
      deliver();
      return condition();
    }, 10);
  const isComplete = (running: Map<string, Running>) =>
    [...running].every(([mailbox, one]) => one.told.items.includes(delivered.get(mailbox)!.at(-1)!));

  it('are told of by both, lose nothing, and do not go back and forth', async () => {
    const first = begin(MAILBOXES);
    await lab.untilAfter(() => areConnected(first), 10);
    deliver();
    await lab.untilAfter(() => isComplete(first), 100);

    let made = 0;
    lab.sandbox.onRequest(({ operation }) => (made += operation === 'GetStreamingEvents' ? 1 : 0));
    const second = begin(MAILBOXES.slice(1));
    await meanwhile(() => areConnected(second));
    await lab.untilAfter(() => isComplete(first) && isComplete(second) && areConnected(first, second), 100);
    assert.ok(made < MAILBOXES.length / 2, `${made} streams were opened for one to take over from the other`);
    for (const mailbox of MAILBOXES) {
      assert.deepEqual([...new Set(told.get(mailbox))], delivered.get(mailbox), `in order for ${mailbox}`);
    }

    // A while later both still read, and nobody has begun anew since.
    const before = made;
    for (let minute = 0; minute < 5; minute += 1) await lab.clock.advance(60_000);
    assert.equal(made, before);
    deliver();
    await lab.untilAfter(() => isComplete(first) && isComplete(second), 100);
    for (const one of [...first.values(), ...second.values()]) assert.deepEqual(one.told.errors, []);
  });
});
