import assert from 'node:assert/strict';
import type { Failure } from '../../dist/src/sandbox/misbehaviour/failure.js';
import { NEW_MAIL, PullLab } from '../support/pull-lab.js';
import { StreamLab } from '../support/stream-lab.js';
import { ioTurns } from '../support/wait.js';

/** What a server may answer in place of events, and what it takes to go on without a loss. */
const ERRORS: Record<string, Failure> = {
  'a watermark that is refused': { code: 'ErrorInvalidWatermark' },
  'an event that is not found': { code: 'ErrorEventNotFound' },
  'events that cannot be read': { code: 'ErrorReadEventsFailed' },
  'events that were missed': { code: 'ErrorMissedNotificationEvents' },
  'a subscription that is not known': { code: 'ErrorSubscriptionNotFound' },
  'a subscription that has run out': { code: 'ErrorExpiredSubscription' },
  'a subscription that was ended': { code: 'ErrorSubscriptionUnsubscribed' },
  'an id that is somebody else’s after a restart': { code: 'ErrorAccessDenied' },
  'a mailbox that is elsewhere': { code: 'ErrorProxyRequestNotAllowed' },
  'a mailbox that cannot be reached for a while': { code: 'ErrorMailboxStoreUnavailable', times: 4 },
  'a mailbox that is being moved for a while': { code: 'ErrorMailboxMoveInProgress', times: 4 },
  'a fault': { code: 'ErrorInternalServerError', fault: true },
  'something that is no XML': { truncateAfter: 100 },
};

describe('PullEngine goes on, and loses nothing, after', () => {
  let lab: PullLab;

  afterEach(async () => {
    await lab.close();
  });

  for (const [what, failure] of Object.entries(ERRORS)) {
    it(what, async () => {
      lab = await PullLab.open();
      const { told } = await lab.connected();
      const sent = lab.deliver(2);
      await lab.next(told);
      lab.sandbox.failNext({ operation: 'GetEvents', ...failure });
      sent.push(...lab.deliver(3));
      while (told.items.length < 5) await lab.next(told);
      sent.push(...lab.deliver(1));
      while (told.items.length < 6) await lab.next(told);
      assert.deepEqual(told.items, sent);
      assert.deepEqual(told.gaps, []);
      assert.equal(told.current, 'connected');
    });
  }

  it('a move of the mailbox, which makes watermarks void', async () => {
    lab = await PullLab.open();
    const { told } = await lab.connected();
    await lab.clock.advance(1000);
    lab.sandbox.beginMailboxMove();
    for (let turn = 0; turn < 4; turn += 1) await lab.next(told);
    assert.equal(told.current, 'waiting');
    lab.sandbox.endMailboxMove();
    const sent = lab.deliver(3);
    while (told.items.length < 3) await lab.next(told);
    sent.push(...lab.deliver(1));
    while (told.items.length < 4) await lab.next(told);
    assert.deepEqual(told.items, sent);
    assert.deepEqual(told.gaps, []);
  });

  it('a backlog that grommunio dropped', async () => {
    lab = await PullLab.open({ character: 'grommunio' });
    const { told } = await lab.connected();
    await lab.clock.advance(1000);
    // Three events each, so over four thousand.
    const sent = lab.deliver(1500);
    while (told.items.length < sent.length) await lab.next(told);
    assert.deepEqual(told.items, sent);
    assert.ok(told.batches.every(({ recovered }) => recovered));
    const more = lab.deliver(1);
    while (told.items.length < sent.length + 1) await lab.next(told);
    assert.deepEqual(told.items.slice(-1), more);
    assert.deepEqual([...told.gaps, ...told.errors], []);
  });
});

describe('StreamEngine goes on, and loses nothing, after', () => {
  let lab: StreamLab;

  afterEach(async () => {
    await lab.close();
  });

  for (const [what, failure] of Object.entries(ERRORS)) {
    it(what, async () => {
      lab = await StreamLab.open();
      const { told } = await lab.connected();
      const sent = lab.deliver(2);
      await lab.untilAfter(() => told.items.length >= 2, 10);
      lab.sandbox.failNext({ operation: 'GetStreamingEvents', ...failure });
      lab.sandbox.resetConnections();
      sent.push(...lab.deliver(3));
      await lab.untilAfter(() => told.items.length >= 5 && told.current === 'connected', 200);
      sent.push(...lab.deliver(1));
      await lab.untilAfter(() => told.items.length >= 6, 200);
      await ioTurns(20);
      assert.deepEqual(told.items, sent);
      assert.deepEqual(told.gaps, []);
    });
  }

  it('a move of the mailbox, which makes watermarks void', async () => {
    lab = await StreamLab.open();
    const { told } = await lab.connected();
    await lab.clock.advance(1000);
    lab.sandbox.beginMailboxMove();
    await lab.untilAfter(() => told.current === 'waiting', 100);
    await lab.clock.advance(60_000);
    lab.sandbox.endMailboxMove();
    const sent = lab.deliver(3);
    await lab.untilAfter(() => told.items.length >= 3 && told.current === 'connected', 200);
    sent.push(...lab.deliver(1));
    await lab.untilAfter(() => told.items.length >= 4, 200);
    assert.deepEqual(told.items, sent);
    assert.deepEqual(told.gaps, []);
  });

  it('a backlog that grommunio dropped while nobody read', async () => {
    lab = await StreamLab.open({ character: 'grommunio' });
    const { engine, told } = await lab.connected();
    let paused = false;
    void engine.pause().then(() => (paused = true));
    await lab.untilAfter(() => paused, 200);
    await lab.clock.advance(1000);
    const sent = lab.deliver(1500);
    await lab.clock.advance(5000);
    await engine.resume();
    await lab.untilAfter(() => told.items.length >= sent.length && told.current === 'connected', 200);
    const more = lab.deliver(1);
    await lab.untilAfter(() => told.items.length > sent.length, 500);
    assert.deepEqual(told.items, [...sent, ...more]);
    assert.deepEqual([...told.gaps, ...told.errors], []);
  });

  it('a password that was changed on the server, and back, or put right', async () => {
    lab = await StreamLab.open();
    const { told } = await lab.connected({ description: NEW_MAIL });
    lab.sandbox.setPassword(lab.sandbox.user, 'another');
    lab.sandbox.resetConnections();
    await lab.untilAfter(() => told.errors.some(({ code }) => code === 'EWS_UNAUTHORIZED'), 1000);
    const sent = lab.deliver(2);
    lab.sandbox.setPassword(lab.sandbox.user, lab.sandbox.password);
    await lab.untilAfter(() => told.items.length >= 2, 60_000);
    assert.deepEqual(told.items, sent);
    assert.deepEqual(told.gaps, []);
  });
});
