import assert from 'node:assert/strict';
import { EwsError } from '../../dist/src/protocol/ews-error.js';
import type { MailboxEvent } from '../../dist/src/protocol/mailbox-event.js';
import type { EngineListener } from '../../dist/src/subscriptions/engine-listener.js';
import { SubscriptionFacts } from '../../dist/src/subscriptions/subscription-facts.js';
import { ManualClock } from '../support/manual-clock.js';
import { Recorder } from '../support/recorder.js';

describe('SubscriptionFacts', () => {
  let clock: ManualClock;
  let changes: number;
  let facts: SubscriptionFacts;
  let told: Recorder;
  let listener: EngineListener;

  beforeEach(() => {
    clock = new ManualClock();
    changes = 0;
    facts = new SubscriptionFacts(clock, { changed: () => (changes += 1) });
    told = new Recorder();
    listener = facts.listen(told);
  });

  const events = (count: number, recovered = false) =>
    listener.events({ subscriptionId: 'S', events: Array<MailboxEvent>(count).fill({} as MailboxEvent), recovered });
  const connected = () => listener.state({ name: 'connected', lastEventAt: undefined });
  const waiting = (code = 'EWS_NETWORK') =>
    listener.state({ name: 'waiting', retryAt: clock.now() + 1000, error: new EwsError(code, 'No answer.') });

  it('passes on everything it takes note of', async () => {
    connected();
    await events(2);
    listener.error(new EwsError('EWS_NETWORK', 'No answer.'));
    listener.gap({ mailbox: '', from: undefined, until: undefined, reason: 'no-watermark' });
    listener.skipped(undefined, undefined);
    listener.positionProblem({ kind: 'damaged', detail: '' });
    listener.heartbeat?.();
    assert.deepEqual(
      [told.states, told.batches, told.errors, told.gaps, told.skips, told.positionProblems].map(
        ({ length }) => length,
      ),
      [1, 1, 1, 1, 1, 1],
    );
  });

  it('counts events when they were sent, not before', async () => {
    let sent: () => void = () => undefined;
    told.onEvents = () => new Promise((resolve) => (sent = resolve));
    const sending = events(3);
    assert.equal(facts.events, 0);
    await clock.advance(5000);
    sent();
    await sending;
    assert.equal(facts.events, 3);
    assert.equal(facts.lastEventAt, clock.now());
    assert.deepEqual(facts.lastHour?.counts, [3]);
  });

  it('counts none that could not be sent', async () => {
    told.onEvents = () => Promise.reject(new Error('made to fail'));
    await assert.rejects(Promise.resolve(events(3)));
    assert.equal(facts.events, 0);
    assert.equal(facts.lastEventAt, undefined);
  });

  it('tells what catching up found from the rest', () => {
    void events(2, true);
    void events(1);
    assert.deepEqual([facts.events, facts.recovered], [3, 2]);
  });

  it('says since when it is in a state, which being connected again and again does not change', async () => {
    connected();
    const since = clock.now();
    await clock.advance(60_000);
    connected();
    assert.equal(facts.since, since);
    assert.equal(facts.heardAt, clock.now());
  });

  it('says of trouble when it began, whatever was attempted since', async () => {
    connected();
    await clock.advance(1000);
    waiting();
    const began = clock.now();
    await clock.advance(1000);
    listener.state({ name: 'subscribing' });
    await clock.advance(1000);
    waiting();
    assert.equal(facts.state, 'waiting');
    assert.equal(facts.since, began);
    assert.equal(facts.retryAt, clock.now() + 1000);
    connected();
    assert.equal(facts.since, clock.now());
    assert.equal(facts.retryAt, undefined);
  });

  it('counts how often it came back: once an outage', () => {
    listener.state({ name: 'starting' });
    waiting();
    connected();
    assert.equal(facts.reconnects, 0, 'it was not there before');
    waiting();
    listener.state({ name: 'subscribing' });
    waiting();
    connected();
    assert.equal(facts.reconnects, 1);
    listener.state({ name: 'subscribing' });
    connected();
    assert.equal(facts.reconnects, 2, 'the server had forgotten the subscription');
    listener.state({ name: 'paused' });
    listener.state({ name: 'subscribing' });
    connected();
    assert.equal(facts.reconnects, 2, 'a pause is no interruption');
  });

  it('takes no subscription for interrupted that ran out while nothing was asked', () => {
    listener.state({ name: 'idle' });
    listener.state({ name: 'subscribing' });
    connected();
    assert.equal(facts.reconnects, 0);
  });

  it('remembers the last trouble when it is over, and nothing of it but two texts', async () => {
    const error = new EwsError('EWS_NETWORK', 'No answer.', { cause: new Error('secret') });
    listener.state({ name: 'waiting', retryAt: 0, error });
    const at = clock.now();
    await clock.advance(1000);
    connected();
    assert.deepEqual(facts.error, { code: 'EWS_NETWORK', message: 'No answer.', at });
  });

  it('says that it changed, but for signs of life', () => {
    connected();
    const before = changes;
    connected();
    listener.heartbeat?.();
    assert.equal(changes, before);
    void events(1);
    assert.equal(changes, before + 1);
    waiting();
    assert.ok(changes > before + 1);
  });

  it('knows of heartbeats', async () => {
    await clock.advance(45_000);
    listener.heartbeat?.();
    assert.equal(facts.heardAt, clock.now());
  });
});
