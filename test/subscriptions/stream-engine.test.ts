import assert from 'node:assert/strict';
import type { SubscriptionDescription } from '../../dist/src/subscriptions/subscription-description.js';
import { StreamLab } from '../support/stream-lab.js';
import { ioTurns, until } from '../support/wait.js';

describe('StreamEngine', () => {
  let lab: StreamLab;

  beforeEach(async () => {
    lab = await StreamLab.open();
  });
  afterEach(async () => {
    await lab.close();
  });

  const opened = () => lab.base.requests.filter((operation) => operation === 'GetStreamingEvents').length;

  it('begins from now and tells what happens as it happens, in order', async () => {
    lab.deliver(2);
    const { told } = await lab.connected();
    const sent = lab.deliver(3);
    await until(() => told.items.length === 3);
    const more = lab.deliver(2);
    await until(() => told.items.length === 5);
    assert.deepEqual(told.items, [...sent, ...more]);
    assert.deepEqual(told.gaps, []);
    assert.ok(told.batches.every(({ recovered }) => !recovered));
  });

  it('opens the stream again at once when the server closes it at its time, without a gap in the state', async () => {
    const { told } = await lab.connected({ connectionTimeout: 1 });
    const before = told.states.length;
    await lab.untilAfter(() => opened() === 3, 5000);
    await until(() => lab.sandbox.streamCount === 1);
    const sent = lab.deliver(2);
    await until(() => told.items.length === 2);
    assert.deepEqual(told.items, sent);
    assert.ok(told.states.slice(before).every(({ name }) => name === 'connected'));
    assert.equal(
      lab.base.requests.filter((operation) => operation === 'Subscribe').length,
      2,
      'the bookmark and the subscription',
    );
  });

  it('catches up, before what is live, when the connection is reset', async () => {
    const { told } = await lab.connected();
    const first = lab.deliver(1);
    await until(() => told.items.length === 1);
    lab.sandbox.resetConnections();
    await until(() => told.current === 'waiting');
    const missed = lab.deliver(3);
    await lab.untilAfter(() => told.items.length >= 4, 200);
    const live = lab.deliver(1);
    await lab.untilAfter(() => told.items.length >= 5, 200);
    await ioTurns(20);
    assert.deepEqual(told.items, [...first, ...missed, ...live]);
    assert.deepEqual(told.gaps, []);
    assert.deepEqual(told.errors, [], 'the first quick retry is silent');
    assert.ok(told.batches.filter(({ recovered }) => recovered).length > 0);
  });

  it('begins from now, and speaks of no gap, when it is resumed after it was ended', async () => {
    const { engine, told } = await lab.connected();
    const before = lab.deliver();
    await until(() => told.items.length === 1);
    await engine.unsubscribe();
    lab.deliver(2);
    await engine.resume();
    await lab.untilAfter(() => told.current === 'connected', 100);
    const after = lab.deliver();
    await lab.untilAfter(() => told.items.length === 2, 100);
    assert.deepEqual(told.items, [...before, ...after]);
    assert.deepEqual(told.gaps, []);
  });

  it('notices a stream that is silent, and loses nothing', async () => {
    const { told } = await lab.connected();
    lab.sandbox.misbehave({ operation: 'GetStreamingEvents', silent: true });
    lab.sandbox.resetConnections();
    await until(() => told.current === 'waiting');
    await lab.untilAfter(() => opened() >= 2, 500);
    const missed = lab.deliver(2);
    await lab.untilAfter(() => told.errors.length === 1, 5000);
    assert.equal(told.errors[0]?.code, 'EWS_STREAM_SILENT');
    lab.sandbox.behave();
    await lab.untilAfter(() => told.items.length === 2, 5000);
    assert.deepEqual(told.items, missed);
  });

  it('carries on after a restart with what was missed, sending nothing twice', async () => {
    const first = await lab.connected();
    const before = lab.deliver(3);
    await until(() => first.told.items.length === 3);
    let closed = false;
    void first.engine.close(true).then(() => (closed = true));
    await lab.untilAfter(() => closed, 200);
    const missed = lab.deliver(2);
    const { told } = await lab.connected();
    const live = lab.deliver(1);
    await lab.untilAfter(() => told.items.length >= 3, 200);
    await ioTurns(20);
    assert.deepEqual(first.told.items, before);
    assert.deepEqual(told.items, [...missed, ...live]);
    assert.equal(told.batches[0]?.recovered, true);
  });

  it('subscribes anew and catches up when the server has forgotten the subscription', async () => {
    const { told } = await lab.connected();
    await lab.sandbox.restart();
    const missed = lab.deliver(2);
    await lab.untilAfter(() => told.items.length >= 2, 500);
    assert.deepEqual(told.items, missed);
    assert.deepEqual(told.gaps, []);
    assert.deepEqual(told.errors, []);
  });

  it('takes a new bookmark after some hundreds of events, and catches up from there', async () => {
    const { told } = await lab.connected();
    for (let round = 0; round < 8; round += 1) {
      lab.deliver(50);
      await until(() => told.items.length === (round + 1) * 50);
    }
    await lab.untilAfter(() => (lab.base.store.saves.at(-1)?.sentSince?.length ?? 0) < 300, 5000);
    lab.sandbox.resetConnections();
    await until(() => told.current === 'waiting');
    const missed = lab.deliver(2);
    await lab.untilAfter(() => told.items.length >= 402, 200);
    await ioTurns(20);
    assert.deepEqual(told.items.slice(400), missed);
  });

  it('puts several mailboxes on one stream; one that fails does not hold up the others', async () => {
    const { user } = lab.sandbox;
    for (const name of ['a', 'b', 'c']) lab.sandbox.addMailbox(`${name}@sandbox.example`);
    lab.sandbox.allowImpersonation(user);
    const session = lab.session();
    const watch = (mailbox: string) =>
      session.run({
        description: {
          mailbox,
          access: 'impersonate',
          allFolders: false,
          folders: [{ id: 'inbox', name: 'Inbox' }],
          events: ['NewMail'],
        },
      });
    const all = ['a', 'b', 'c'].map((name) => watch(`${name}@sandbox.example`));
    const lost = watch('nobody@sandbox.example');
    for (const one of all) await lab.untilConnected(one);
    await until(() => lost.told.errors.length === 1);
    assert.equal(lost.told.errors[0]?.code, 'ErrorNonExistentMailbox');
    const streams = lab.sandbox.streamCount;
    assert.ok(streams <= 2, `${streams} streams`);
    for (const [at, name] of ['a', 'b', 'c'].entries()) {
      const sent = lab.deliver(2, `${name}@sandbox.example`);
      await until(() => all[at]?.told.items.length === 2);
      assert.deepEqual(all[at]?.told.items, sent);
    }
    let gone = false;
    void all[0]?.engine.close(false).then(() => (gone = true));
    await lab.untilAfter(() => gone, 200);
    const sent = lab.deliver(1, 'b@sandbox.example');
    await until(() => all[1]?.told.items.length === 3);
    assert.deepEqual(all[1]?.told.items.slice(2), sent);
  });

  it('is paused across restarts, and then tells what happened meanwhile', async () => {
    const { engine, told } = await lab.connected();
    let paused = false;
    void engine.pause().then(() => (paused = true));
    await lab.untilAfter(() => paused, 200);
    assert.equal(told.current, 'paused');
    const missed = lab.deliver(2);
    await engine.resume();
    await lab.untilAfter(() => told.items.length >= 2, 200);
    assert.deepEqual(told.items, missed);
  });

  it('tells at once, before what is live, what happened before there was a subscription to stream', async () => {
    let between: string[] = [];
    let subscribed = 0;
    const stop = lab.sandbox.onRequest(({ operation }) => {
      if (operation === 'Subscribe') subscribed += 1;
      if (subscribed !== 2) return;
      // After the bookmark.
      stop();
      between = lab.deliver();
    });
    const { told } = await lab.connected();
    const live = lab.deliver();
    await lab.untilAfter(() => told.items.includes(live[0] ?? ''), 500);
    lab.sandbox.resetConnections();
    await lab.clock.advance(60_000);
    await ioTurns(50);
    assert.equal(between.length, 1);
    assert.deepEqual(told.items, [...between, ...live]);
  });

  it('does not fight with another reader for long', async () => {
    const { told } = await lab.connected();
    for (let round = 0; round < 2; round += 1) {
      lab.sandbox.failNext({ operation: 'GetStreamingEvents', code: 'ErrorNewEventStreamConnectionOpened' });
      lab.sandbox.resetConnections();
      await lab.untilAfter(
        () => (told.current === 'connected' && lab.sandbox.streamCount === 1) || told.current === 'stopped',
        500,
      );
      if (round === 0) await lab.untilAfter(() => told.current === 'connected', 500);
    }
    await lab.untilAfter(() => told.current === 'stopped', 500);
    assert.equal(told.errors.at(-1)?.code, 'EWS_STREAM_CONTESTED');
  });
});

describe('StreamHub', () => {
  let lab: StreamLab;

  beforeEach(async () => {
    lab = await StreamLab.open();
    for (const name of ['a', 'b', 'c']) lab.sandbox.addMailbox(`${name}@sandbox.example`);
    lab.sandbox.allowImpersonation(lab.sandbox.user);
  });
  afterEach(async () => {
    await lab.close();
  });

  const of = (name: string): SubscriptionDescription => ({
    mailbox: `${name}@sandbox.example`,
    access: 'impersonate',
    allFolders: false,
    folders: [{ id: 'inbox', name: 'Inbox' }],
    events: ['NewMail'],
  });

  it('gives one that comes later a stream of its own, and puts both on one when the big one is closed at its time', async () => {
    const session = lab.session();
    const first = [of('a'), of('b')].map((description) => session.run({ description, connectionTimeout: 1 }));
    for (const one of first) await lab.untilConnected(one);
    assert.equal(lab.sandbox.streamCount, 1);
    await lab.clock.advance(20_000);
    const later = session.run({ description: of('c'), connectionTimeout: 1 });
    await lab.untilConnected(later);
    assert.equal(lab.sandbox.streamCount, 2);
    const early = lab.deliver(1, 'c@sandbox.example');
    await until(() => later.told.items.length === 1);
    await lab.untilAfter(() => lab.sandbox.streamCount === 1, 1000);
    await lab.clock.advance(10_000);
    assert.equal(lab.sandbox.streamCount, 1);
    const late = lab.deliver(2, 'c@sandbox.example');
    const others = lab.deliver(1, 'a@sandbox.example');
    await lab.untilAfter(() => later.told.items.length >= 3 && (first[0]?.told.items.length ?? 0) >= 1, 500);
    assert.deepEqual(later.told.items, [...early, ...late]);
    assert.deepEqual(first[0]?.told.items, others);
    assert.deepEqual(
      [...first, later].flatMap(({ told }) => [...told.errors, ...told.gaps]),
      [],
    );
  });

  it('waits for a subscription that takes a while to be made, so that all are on one stream', async () => {
    lab.sandbox.failNext({ operation: 'Subscribe', delayMs: 2000, times: 2 });
    const session = lab.session();
    const all = ['a', 'b', 'c'].map((name) => session.run({ description: of(name) }));
    for (const one of all) await lab.untilConnected(one);
    assert.equal(lab.sandbox.streamCount, 1);
  });

  it('does not wait long for a subscription that cannot be made', async () => {
    const session = lab.session();
    const first = session.run({ description: of('a') });
    await until(() => first.engine.subscriptionId !== '');
    lab.sandbox.misbehave({ operation: 'Subscribe', silent: true });
    session.run({ description: of('b') });
    await lab.untilConnected(first);
    assert.equal(lab.sandbox.streamCount, 1);
  });

  it('subscribes anew only what the server refuses; the others stream again at once', async () => {
    const session = lab.session();
    const all = ['a', 'b', 'c'].map((name) => session.run({ description: of(name) }));
    for (const one of all) await lab.untilConnected(one);
    const subscribes = () => lab.base.requests.filter((operation) => operation === 'Subscribe').length;
    const before = subscribes();
    const lost = all[1]?.engine.subscriptionId ?? '';
    // Ended behind the back of the engine, as by an administrator.
    await lab.base
      .account()
      .endSubscription({ subscriptionId: lost, mailbox: 'b@sandbox.example', access: 'impersonate' });
    const missed = lab.deliver(1, 'b@sandbox.example');
    const others = lab.deliver(1, 'a@sandbox.example');
    lab.sandbox.resetConnections();
    await lab.untilAfter(() => (all[1]?.told.items.length ?? 0) === 1 && (all[0]?.told.items.length ?? 0) === 1, 200);
    assert.deepEqual(all[1]?.told.items, missed);
    assert.deepEqual(all[0]?.told.items, others);
    await lab.untilAfter(() => all.every(({ told }) => told.current === 'connected'), 500);
    assert.ok(subscribes() - before <= 5, 'one subscription, and a replay for each mailbox');
    assert.notEqual(all[1].engine.subscriptionId, lost);
  });
});

describe('StreamEngine and trouble', () => {
  let lab: StreamLab;

  afterEach(async () => {
    await lab.close();
  });

  it('puts mailboxes on one stream when the server allows no other', async () => {
    lab = await StreamLab.open({ limits: { streamingConnections: 1 } });
    const session = lab.session();
    const inbox = session.run();
    await lab.untilConnected(inbox);
    const first = lab.deliver(1);
    await until(() => inbox.told.items.length === 1);
    const calendar = session.run({
      description: {
        mailbox: '',
        access: 'delegate',
        allFolders: false,
        folders: [{ id: 'drafts', name: 'Drafts' }],
        events: ['Created'],
      },
      keeper: inbox.keeperFor('drafts'),
    });
    await lab.untilAfter(() => calendar.told.current === 'connected', 200);
    await lab.untilAfter(() => inbox.told.current === 'connected', 200);
    assert.equal(lab.sandbox.streamCount, 1);
    const draft = lab.sandbox.mailbox().create({ subject: 'x' }).id;
    const second = lab.deliver(1);
    await lab.untilAfter(() => calendar.told.items.length > 0 && inbox.told.items.length > 1, 200);
    assert.deepEqual(calendar.told.items, [draft]);
    assert.deepEqual(inbox.told.items, [...first, ...second]);
    assert.deepEqual(inbox.told.errors, []);
  });

  it('waits as long as a busy server says, and tells of it once', async () => {
    lab = await StreamLab.open();
    const { told } = await lab.connected();
    lab.sandbox.misbehave({ operation: 'GetStreamingEvents', code: 'ErrorServerBusy', backOffMs: 60_000 });
    lab.sandbox.resetConnections();
    await lab.untilAfter(() => told.errors.length > 0, 500);
    const state = told.states.at(-1);
    assert.ok(state?.name === 'waiting' && state.retryAt - lab.clock.now() > 55_000);
    await lab.clock.advance(200_000);
    lab.sandbox.behave();
    const missed = lab.deliver(1);
    await lab.untilAfter(() => told.items.length === 1, 5000);
    assert.deepEqual(told.items, missed);
    assert.equal(told.errors.length, 1);
  });

  it('goes on through envelopes in pieces of any size, any prefixes, and with white space between them', async () => {
    lab = await StreamLab.open();
    lab.sandbox.misbehave({
      operation: 'GetStreamingEvents',
      chunkBytes: 7,
      style: { prefixes: { soap: '', messages: 'x', types: 'y' }, declaration: true, spacious: true },
    });
    const { told } = await lab.connected();
    const sent = lab.deliver(20);
    await lab.untilAfter(() => told.items.length === 20, 10);
    assert.deepEqual(told.items, sent);
  });

  it('says so when something on the way holds the stream back until it is complete', async () => {
    lab = await StreamLab.open();
    lab.sandbox.misbehave({ operation: 'GetStreamingEvents', delayMs: 60_000 });
    const { told } = lab.session().run({ connectionTimeout: 1 });
    await lab.untilAfter(() => told.errors.length > 0, 2000);
    assert.equal(told.errors[0]?.code, 'EWS_STREAM_HELD_BACK');
  });

  it('stops on a wrong password, after one attempt', async () => {
    lab = await StreamLab.open();
    lab.base.password = 'wrong';
    const { told } = lab.session().run();
    await until(() => told.current === 'stopped');
    await lab.clock.advance(3_600_000);
    assert.equal(lab.base.requests.length, 1);
  });
});
