import assert from 'node:assert/strict';
import { PushLab, pushedError } from '../support/push-lab.js';
import { until } from '../support/wait.js';

const MINUTE = 60_000;

describe('PushEngine goes on, and loses nothing, after', () => {
  let lab: PushLab;
  beforeEach(async () => {
    lab = await PushLab.open();
  });
  afterEach(() => lab.close());

  /** What a server tells in place of events. */
  const TOLD = [
    'ErrorReadEventsFailed',
    'ErrorMissedNotificationEvents',
    'ErrorAccessDenied',
    'ErrorInvalidWatermark',
    'ErrorEventNotFound',
    'ErrorProxyRequestNotAllowed',
    'ErrorMailboxStoreUnavailable',
    'ErrorServerBusy',
  ];
  for (const code of TOLD) {
    it(`${code}, told in place of events`, async () => {
      const { told } = await lab.connected();
      const sent = lab.deliver(2);
      await until(() => told.items.length === 2);
      lab.sandbox.failNext({ operation: 'SendNotification', code });
      sent.push(...lab.deliver(3));
      await lab.untilAfter(() => told.items.length >= 5);
      sent.push(...lab.deliver(1));
      await lab.untilAfter(() => told.items.length >= 6);
      assert.deepEqual(told.items, sent);
      assert.deepEqual(told.gaps, []);
      assert.equal(told.current, 'connected');
    });
  }

  /** What Subscribe may be answered with, and how often. */
  const REFUSED: Record<string, number> = {
    ErrorInvalidWatermark: 1,
    ErrorMailboxStoreUnavailable: 4,
    ErrorMailboxMoveInProgress: 4,
    ErrorProxyRequestNotAllowed: 2,
    ErrorServerBusy: 2,
  };
  for (const [code, times] of Object.entries(REFUSED)) {
    it(`${code}, answered to Subscribe`, async () => {
      const { told } = await lab.connected();
      await lab.clock.advance(1000);
      const sent = lab.deliver(2);
      await until(() => told.items.length === 2 && lab.answers.length === 2);
      lab.sandbox.failNext({ operation: 'Subscribe', code, times });
      await lab.post(pushedError('ErrorReadEventsFailed'));
      sent.push(...lab.deliver(3));
      await lab.untilAfter(() => told.items.length >= 5, MINUTE / 4);
      await lab.clock.advance(2000);
      sent.push(...lab.deliver(1));
      await lab.untilAfter(() => told.items.length >= 6);
      assert.deepEqual(told.items, sent);
      assert.deepEqual(told.gaps, []);
      assert.ok(told.batches.some(({ recovered }) => recovered));
      assert.equal(told.batches.at(-1)!.recovered, false);
    });
  }

  it('a move of the mailbox, which makes watermarks void', async () => {
    const { told } = await lab.connected();
    await lab.clock.advance(1000);
    const sent = lab.deliver(1);
    await until(() => told.items.length === 1);
    lab.sandbox.beginMailboxMove();
    await lab.post(pushedError('ErrorMailboxMoveInProgress'));
    await until(() => told.current === 'waiting');
    lab.sandbox.endMailboxMove();
    sent.push(...lab.deliver(3));
    await lab.untilAfter(() => told.items.length >= 4);
    assert.deepEqual(told.items, sent);
    assert.deepEqual(told.gaps, []);
  });

  it('rights that were taken away, and given back by a resume', async () => {
    const { told, engine } = await lab.connected();
    const sent = lab.deliver(1);
    await until(() => told.items.length === 1);
    lab.sandbox.failNext({ operation: 'Subscribe', code: 'ErrorAccessDenied' });
    await lab.post(pushedError('ErrorAccessDenied'));
    await until(() => told.current === 'stopped');
    assert.deepEqual(
      told.errors.map(({ code }) => code),
      ['ErrorAccessDenied'],
    );
    sent.push(...lab.deliver(2));
    await engine.resume();
    await lab.untilAfter(() => told.items.length >= 3);
    assert.deepEqual(told.items, sent);
  });

  it('a mailbox that is not there for a while', async () => {
    const { told } = await lab.connected();
    const sent = lab.deliver(1);
    await until(() => told.items.length === 1);
    lab.sandbox.failNext({ operation: 'Subscribe', code: 'ErrorNonExistentMailbox' });
    await lab.post(pushedError('ErrorReadEventsFailed'));
    await until(() => told.errors.length === 1);
    sent.push(...lab.deliver(2));
    await lab.untilAfter(() => told.items.length >= 3, 10 * MINUTE);
    assert.deepEqual(told.items, sent);
  });
});
