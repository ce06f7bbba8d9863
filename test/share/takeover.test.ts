import assert from 'node:assert/strict';
import { ownerOf } from '../../dist/src/subscriptions/share.js';
import type { NodeRed } from '../support/node-red-process.js';
import { Instances, MAILBOXES, WAITING } from './instances.js';

/** Some Node-REDs are started in each test, on a machine that may be busy. */
const TIMEOUT_MS = 300_000;

describe('Node-REDs that share mailboxes', function () {
  this.timeout(TIMEOUT_MS);
  let instances: Instances;
  beforeEach(async () => (instances = await Instances.open()));
  afterEach(() => instances.close());

  /** So many Node-REDs, each with its share of all mailboxes. */
  async function begin(count: number): Promise<NodeRed[]> {
    const reds: NodeRed[] = [];
    for (let index = 1; index <= count; index += 1) reds.push(await instances.add(`${index}/${count}`));
    await instances.order();
    await steady(reds);
    return reds;
  }

  /** Fails unless what is delivered from now on is told once, by whose share it is in. */
  async function steady(reds: readonly NodeRed[]): Promise<void> {
    await connected(reds);
    // What is under way when a mailbox changes hands may still come twice; what comes after this may not.
    await instances.sandbox.deliver(MAILBOXES);
    await instances.complete();
    await connected(reds);
    const before = new Map(MAILBOXES.map((mailbox) => [mailbox, instances.sandbox.delivered.get(mailbox)!.length]));
    for (let round = 0; round < 3; round += 1) await instances.sandbox.deliver(MAILBOXES);
    await instances.complete();
    for (const node of instances.watching) {
      for (const mailbox of MAILBOXES) {
        const fresh = instances.sandbox.delivered.get(mailbox)!.slice(before.get(mailbox));
        const owner = reds[ownerOf(mailbox, reds.length) - 1];
        const told = instances.told(node, mailbox).filter(({ id }) => fresh.includes(id));
        assert.deepEqual(
          told.map(({ id }) => id),
          fresh,
          `${node} tells of ${mailbox} once`,
        );
        assert.ok(
          told.every(({ by }) => by === owner),
          `${node} tells of ${mailbox} where it belongs`,
        );
      }
    }
  }

  /** Each node shows that its whole share is connected. */
  async function connected(reds: readonly NodeRed[]): Promise<void> {
    for (const [at, red] of reds.entries()) {
      const total = MAILBOXES.filter((mailbox) => ownerOf(mailbox, reds.length) === at + 1).length;
      assert.ok(total > 1, 'the test needs shares of several');
      await red.until(() => instances.watching.every((node) => red.status(node).text === `${total} connected`));
    }
  }

  /**
   * Fails unless all that was delivered was told by each kind of node: in each Node-RED in order, but for what it repeats.
   * Two that have a mailbox at the same time know nothing of each other.
   */
  function assertNothingLost(): void {
    for (const node of instances.watching) {
      for (const mailbox of MAILBOXES) {
        const delivered = instances.sandbox.delivered.get(mailbox)!;
        const told = instances.told(node, mailbox);
        const ids = new Set(told.map(({ id }) => id));
        assert.deepEqual(
          delivered.filter((id) => !ids.has(id)),
          [],
          `${node} tells all of ${mailbox}`,
        );
        for (const red of instances.all) {
          const own = [...new Set(told.filter(({ by }) => by === red).map(({ id }) => id))];
          const inOrder = delivered.filter((id) => own.includes(id));
          assert.deepEqual(own, inOrder, `${node} tells of ${mailbox} in order`);
        }
      }
    }
  }

  function assertNoTrouble(but = /^$/): void {
    for (const red of instances.all)
      assert.deepEqual(
        red.errors().filter(({ text }) => !but.test(text)),
        [],
      );
  }

  it('lose nothing when one is killed and another begins in its place', async () => {
    instances.watching = [...instances.watching, WAITING];
    const [one, two, three] = await begin(3);
    const stop = instances.keepDelivering();
    await three!.until(() => three!.messages('pull').length > 50);
    await three!.kill();
    // On another machine, with nothing of what the one before had on its disk.
    const replacement = await instances.add('3/3');
    await replacement.until(() => instances.watching.every((node) => replacement.messages(node).length > 0));
    await stop();
    await instances.complete();
    await steady([one!, two!, replacement]);
    assertNothingLost();
    assertNoTrouble();
  });

  it('lose nothing when one is killed and the others take over its share', async () => {
    instances.watching = [...instances.watching, WAITING];
    const [one, two, three] = await begin(3);
    const stop = instances.keepDelivering();
    await three!.until(() => three!.messages('pull').length > 50);
    await three!.kill();
    await instances.changeShare(one!, '1/2');
    await instances.changeShare(two!, '2/2');
    await stop();
    await instances.complete();
    await steady([one!, two!]);
    assertNothingLost();
    assertNoTrouble();
  });

  it('lose nothing when there is one more, and for a while two have the same mailbox', async () => {
    const [one, two] = await begin(2);
    const stop = instances.keepDelivering();
    const three = await instances.add('3/3');
    await three.until(() => instances.watching.every((node) => three.messages(node).length > 0));
    await instances.changeShare(one!, '1/3');
    await instances.changeShare(two!, '2/3');
    await stop();
    await instances.complete();
    await steady([one!, two!, three]);
    assertNothingLost();
    // On a busy machine they take subscriptions from each other more than once, which is said.
    assertNoTrouble(/made anew/);
  });
});
