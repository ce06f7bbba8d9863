import assert from 'node:assert/strict';
import { fetchItems } from '../../dist/src/details/fetch-details.js';
import { shapeOf } from '../../dist/src/details/shape-of.js';
import { DetailsLab, eventOf, payloads, SUMMARY } from '../support/details-lab.js';
import { until } from '../support/wait.js';

const batch = (...ids: string[]) => ({ subscriptionId: 's', events: ids.map((id) => eventOf(id)), recovered: false });

describe('looking items up', () => {
  let lab: DetailsLab;
  beforeEach(async () => (lab = await DetailsLab.open()));
  afterEach(() => lab.close());

  const asked = () => lab.base.requests.filter((operation) => operation === 'GetItem').length;

  it('goes on without an item after half a minute of silence, which is said once', async () => {
    lab.silence();
    const { outbox, told, troubles } = lab.run();
    const [first = '', second = ''] = lab.base.deliver(2);
    await outbox.take(batch(first));
    await until(() => asked() === 1);
    await lab.clock.advance(30_000);
    await until(() => told.items.length === 1);
    const [{ item, itemError }] = payloads(told) as [{ item: unknown; itemError: { code: string; text: string } }];
    assert.equal(item, null);
    assert.equal(itemError.code, 'EWS_TIMEOUT');
    assert.match(itemError.text, /within 30 s/);
    // From now on it is not waited for that long.
    await outbox.take(batch(second));
    await until(() => asked() === 2);
    await lab.clock.advance(3000);
    await until(() => told.items.length === 2);
    assert.equal(troubles.length, 1);
  });

  it('is patient again when it has worked, and then tells of the next trouble', async () => {
    const { outbox, told, troubles } = lab.run();
    for (const round of [1, 2]) {
      lab.silence();
      await outbox.take(batch(...lab.base.deliver()));
      await until(() => asked() === round * 2 - 1);
      await lab.clock.advance(30_000);
      await until(() => told.items.length === round * 2 - 1);
      lab.speak();
      await outbox.take(batch(...lab.base.deliver()));
      await until(() => told.items.length === round * 2);
      assert.equal(payloads(told).at(-1)!.item.kind, 'Message');
    }
    assert.equal(troubles.length, 2);
  });

  it('tries again what failed for a passing reason', async () => {
    for (const failure of [
      { httpStatus: 503 },
      { code: 'ErrorMailboxStoreUnavailable' },
      { code: 'ErrorServerBusy', backOffMs: 1000, fault: true },
      { reset: 'before' as const },
    ]) {
      lab.base.sandbox.failNext({ operation: 'GetItem', ...failure });
      const { outbox, told } = lab.run();
      const before = asked();
      await outbox.take(batch(...lab.base.deliver()));
      await until(() => asked() > before);
      await lab.clock.untilTimer(1, 29_000);
      await lab.clock.advance(3000);
      await until(() => told.items.length === 1);
      assert.equal(payloads(told)[0]!.item?.kind, 'Message', JSON.stringify(failure));
    }
  });

  it('does not go on asking where that is refused', async () => {
    lab.base.sandbox.failNext({ operation: 'GetItem', times: 100, code: 'ErrorAccessDenied' });
    const running = lab.run();
    const ids = lab.base.deliver(2);
    const [one] = await lab.send(running, [eventOf(ids[0]!)]);
    const [other] = await lab.send(running, [eventOf(ids[1]!)]);
    assert.deepEqual([one!.itemError.code, other!.itemError.code], ['ErrorAccessDenied', 'ErrorAccessDenied']);
    assert.equal(asked(), 2);
    assert.equal(running.troubles.length, 1);
  });

  it('asks for fewer at once where an answer is too large', async () => {
    lab.base.sandbox.failNext({ operation: 'GetItem', padding: 17 * 1024 * 1024 });
    const ids = lab.base.deliver(6);
    const sent = await lab.send(
      lab.run(),
      ids.map((id) => eventOf(id)),
    );
    assert.deepEqual(
      sent.map(({ item }) => item?.itemId.id),
      ids,
    );
    assert.equal(asked(), 3);
  });

  it('has at least the summary of a single item whose content is too large', async () => {
    lab.base.sandbox.failNext({ operation: 'GetItem', padding: 17 * 1024 * 1024 });
    const [id = ''] = lab.base.deliver();
    const [payload] = await lab.send(lab.run({ include: 'mime', bodyType: 'text' }), [eventOf(id)]);
    assert.equal(payload!.item.subject, 'Mail 0');
    assert.equal(payload!.item.mime, undefined);
    assert.equal(payload!.itemError.code, 'EWS_TOO_LARGE');
  });

  it('takes what every item has where a server refuses to tell the rest', async () => {
    lab.base.sandbox.failNext({ operation: 'GetItem', code: 'ErrorInvalidPropertyRequest' });
    const [id = ''] = lab.base.deliver();
    const [payload] = await lab.send(lab.run(), [eventOf(id)]);
    assert.equal(payload!.item.subject, 'Mail 0');
    assert.equal(payload!.itemError, undefined);
    assert.equal(payload!.item.body, undefined, 'a summary has no body');
  });

  it('asks for nothing that a version does not know', () => {
    for (const version of ['Exchange2007_SP1', 'Exchange2010', 'Exchange2010_SP2'] as const) {
      assert.ok(!shapeOf(SUMMARY, version).properties?.includes('item:Preview'), version);
    }
    assert.ok(!shapeOf(SUMMARY, 'Exchange2007_SP1').properties?.includes('item:ConversationId'));
    assert.ok(shapeOf(SUMMARY, 'Exchange2010').properties?.includes('item:ConversationId'));
    assert.ok(shapeOf(SUMMARY, 'Exchange2013').properties?.includes('item:Preview'));
  });

  it('asks as the subscription does: in the name of the mailbox, at its back end', async () => {
    const other = lab.base.sandbox.addMailbox('other@sandbox.example');
    lab.base.sandbox.allowImpersonation(lab.base.sandbox.user, [other.address]);
    const { id } = other.deliver({ subject: 'theirs' });
    const options = { account: lab.base.account(), settings: SUMMARY, withinMs: 30_000, patient: true };
    const signal = new AbortController().signal;
    const find = async (access: 'impersonate' | 'delegate') => {
      const found = await fetchItems([id], { ...options, signal, access: { mailbox: other.address, access } });
      return found.get(id);
    };
    assert.equal((await find('impersonate'))?.item?.subject, 'theirs');
    assert.equal((await find('delegate'))?.error?.code, 'ErrorAccessDenied');
  });

  it('has few requests under way at once, however much there is to look up', async () => {
    const account = lab.base.account();
    const over = Array.from({ length: 20 }, () => new AbortController());
    const access = { mailbox: '', access: 'delegate' as const };
    const options = { account, access, settings: SUMMARY, withinMs: 30_000, patient: true };
    // Until a password has worked, one request is made at a time.
    await fetchItems(lab.base.deliver(), { ...options, signal: new AbortController().signal });
    lab.silence();
    const before = asked();
    const finding = over.map(({ signal }, at) => fetchItems([`id ${at}`], { ...options, signal }));
    await until(() => asked() - before === 4);
    await lab.clock.advance(1000);
    assert.equal(asked() - before, 4);
    for (const one of over) one.abort();
    await Promise.all(finding);
  });
});
