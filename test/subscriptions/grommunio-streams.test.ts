import assert from 'node:assert/strict';
import { subscribe } from '../../dist/src/protocol/subscribe.js';
import { INBOX, NEW_MAIL } from '../support/pull-lab.js';
import { StreamLab, type Running } from '../support/stream-lab.js';
import { ioTurns, until } from '../support/wait.js';

describe('grommunio’s streams', () => {
  let lab: StreamLab;

  beforeEach(async () => {
    lab = await StreamLab.open({ character: 'grommunio' });
  });
  afterEach(async () => {
    await lab.close();
  });

  const opened = () => lab.base.requests.filter((operation) => operation === 'GetStreamingEvents').length;
  const subscribed = () => lab.base.requests.filter((operation) => operation === 'Subscribe').length;

  /** Two of one account, in one run of Node-RED. */
  async function two(): Promise<{ inbox: Running; drafts: Running }> {
    const session = lab.session();
    const inbox = session.run();
    const drafts = session.run({
      description: { ...NEW_MAIL, folders: [{ id: 'drafts', name: 'Drafts' }], events: ['Created'] },
      keeper: inbox.keeperFor('drafts'),
    });
    for (const one of [inbox, drafts]) await lab.untilConnected(one);
    return { inbox, drafts };
  }

  it('are opened again at their end, though their minutes are long, in silence', async () => {
    const { told } = await lab.connected({ connectionTimeout: 1 });
    const before = subscribed();
    await lab.untilAfter(() => opened() === 5, 1000);
    const sent = lab.deliver(2);
    await lab.untilAfter(() => told.items.length === 2, 500);
    assert.deepEqual(told.items, sent);
    assert.equal(subscribed(), before);
    assert.deepEqual([...told.errors, ...told.gaps], []);
  });

  it('are not fought for: another reader is given way once, then somebody has to say who shall have them', async () => {
    const { engine, told } = await lab.connected();
    const takeOver = async () => {
      const id = engine.subscriptionId;
      const { client } = await lab.base.account().connect();
      const stream = await client.openStream({ subscriptionIds: [id], connectionTimeoutMinutes: 30 });
      await lab.untilAfter(() => engine.subscriptionId !== id || told.current === 'stopped', 500);
      void stream.end();
    };
    await lab.clock.advance(60_000);
    await takeOver();
    await lab.untilAfter(() => told.current === 'connected' && lab.sandbox.streamCount > 0, 100);
    const sent = lab.deliver(1);
    await lab.untilAfter(() => told.items.length === 1, 500);
    assert.deepEqual(told.items, sent);
    await takeOver();
    await lab.untilAfter(() => told.current === 'stopped', 100);
    assert.equal(told.errors.at(-1)?.code, 'EWS_STREAM_CONTESTED');
  });

  it('are not taken for contested where the server ends the subscription again and again', async () => {
    const { engine, told } = await lab.connected();
    for (let move = 0; move < 4; move += 1) {
      await lab.clock.advance(20_000);
      const id = engine.subscriptionId;
      lab.sandbox.beginMailboxMove();
      lab.sandbox.endMailboxMove();
      const isNew = () => !['', id].includes(engine.subscriptionId) && told.current === 'connected';
      await lab.untilAfter(() => isNew() || told.current === 'stopped', 500);
      assert.equal(told.current, 'connected');
    }
    const sent = lab.deliver(1);
    await lab.untilAfter(() => told.items.length === 1, 500);
    assert.deepEqual(told.items, sent);
    assert.deepEqual(told.errors, []);
  });

  it('of a subscription that is gone begin anew', async () => {
    const { engine, told } = await lab.connected();
    const id = engine.subscriptionId;
    await lab.base.account().endSubscription({ subscriptionId: id, mailbox: '', access: 'delegate' });
    await lab.untilAfter(() => engine.subscriptionId !== id && told.current === 'connected', 500);
    const sent = lab.deliver(1);
    await lab.untilAfter(() => told.items.length === 1, 500);
    assert.deepEqual(told.items, sent);
  });

  it('trust no id of before where the server may have restarted: it may mean another subscription by now', async () => {
    const { inbox, drafts } = await two();
    await lab.sandbox.stop();
    // Long enough for an attempt of each.
    await lab.untilAfter(() => [inbox, drafts].every(({ engine }) => engine.subscriptionId === ''), 200);
    const { length } = lab.base.requests;
    await lab.sandbox.start();
    await lab.untilAfter(
      () => lab.sandbox.streamCount === 2 && [inbox, drafts].every(({ told }) => told.current === 'connected'),
      500,
    );
    const after = lab.base.requests.slice(length);
    assert.deepEqual(after.filter((operation) => operation !== 'GetFolder').slice(0, 1), ['Subscribe']);
    const mail = lab.deliver(1);
    const draft = lab.sandbox.mailbox().create({ subject: 'draft' }).id;
    await lab.untilAfter(() => inbox.told.items.length === 1 && drafts.told.items.length === 1, 500);
    assert.deepEqual([inbox.told.items, drafts.told.items], [mail, [draft]]);
    for (const { told } of [inbox, drafts]) assert.deepEqual(told.gaps, [], 'nothing happened meanwhile');
  });

  it('nor where only another one of the account has noticed that', async () => {
    const { inbox, drafts } = await two();
    const id = drafts.engine.subscriptionId;
    await drafts.engine.pause();
    await lab.sandbox.restart();
    // The new subscription of the one gets the number that the other's had.
    const { client } = await lab.base.account().connect();
    const number = Buffer.from(id, 'base64').readUInt32LE();
    const another = { delivery: 'pull', scope: { allFolders: true }, events: ['NewMail'], timeoutMinutes: 30 } as const;
    for (let made = 1; made < number; made += 1) await client.call(subscribe, another);
    await lab.untilAfter(() => inbox.engine.subscriptionId === id && inbox.told.current === 'connected', 500);
    await drafts.engine.resume();
    await lab.untilAfter(() => drafts.told.current === 'connected', 500);
    assert.notEqual(drafts.engine.subscriptionId, id);
    const mail = lab.deliver(1);
    const draft = lab.sandbox.mailbox().create({ subject: 'draft' }).id;
    await lab.untilAfter(() => inbox.told.items.length === 1 && drafts.told.items.length === 1, 500);
    assert.deepEqual([inbox.told.items, drafts.told.items], [mail, [draft]]);
  });

  it('end no other subscription by such an id, nor are they taken for contested then', async () => {
    const { inbox, drafts } = await two();
    const account = lab.base.account();
    const end = (subscriptionId: string) =>
      account.endSubscription({ subscriptionId, mailbox: '', access: 'delegate' });
    await lab.clock.advance(60_000);
    const first = inbox.engine.subscriptionId;
    await end(first);
    const isNew = () => !['', first].includes(inbox.engine.subscriptionId) && inbox.told.current === 'connected';
    await lab.untilAfter(isNew, 500);
    await lab.clock.advance(30_000);
    // In a flow that takes its time, the server ends it once more, and is restarted.
    let go: () => void = () => undefined;
    const slow = new Promise<void>((resolve) => (go = resolve));
    inbox.told.onEvents = () => slow;
    lab.deliver();
    await lab.untilAfter(() => inbox.told.items.length === 1, 500);
    const id = inbox.engine.subscriptionId;
    await end(id);
    await lab.clock.advance(1000);
    await lab.sandbox.stop();
    await lab.untilAfter(() => drafts.engine.subscriptionId === '', 200);
    await lab.sandbox.start();
    await lab.untilAfter(() => drafts.told.current === 'connected' && drafts.engine.subscriptionId !== '', 200);
    const { client } = await account.connect();
    const numberOf = (text: string) => Buffer.from(text, 'base64').readUInt32LE();
    const another = { delivery: 'streaming', scope: { allFolders: true }, events: ['NewMail'] } as const;
    for (let taken = 0; taken !== numberOf(id);) {
      taken = numberOf((await client.call(subscribe, another)).response.subscriptionId);
    }
    const { length } = lab.base.requests;
    go();
    for (let turn = 0; turn < 40; turn += 1) await lab.clock.advance(200);
    assert.notEqual(inbox.told.current, 'stopped');
    assert.ok(!lab.base.requests.slice(length).includes('Unsubscribe'));
  });

  it('tell nothing again that was queued, and found by time in an earlier run', async () => {
    const close = async ({ engine }: Running) => {
      let closed = false;
      void engine.close(true).then(() => (closed = true));
      await lab.untilAfter(() => closed, 100);
    };
    const ofItems = ({ told }: Running) =>
      told.batches.flatMap(({ events }) => events).filter((event) => 'itemId' in event);
    const box = lab.sandbox.mailbox();
    const old = box.deliver({ subject: 'old' });
    await lab.clock.advance(600_000);
    await close(await lab.connected({ description: INBOX }));
    await lab.clock.advance(2000);
    box.modify(old, { isRead: true });
    await lab.clock.advance(2000);
    const fresh = box.deliver({ subject: 'fresh' });
    await lab.clock.advance(2000);

    const found = await lab.connected({ description: INBOX });
    await close(found);
    assert.deepEqual(
      ofItems(found).map(({ eventType }) => eventType),
      ['Modified', 'Created', 'NewMail'],
    );
    const again = await lab.connected({ description: INBOX });
    const last = box.deliver({ subject: 'last' });
    await lab.untilAfter(() => again.told.items.includes(last.id), 500);
    assert.deepEqual(
      ofItems(again).filter((event) => 'itemId' in event && [old.id, fresh.id].includes(event.itemId.id)),
      [],
    );
  });

  it('send no notification without events where all that was held back is known', async () => {
    const description = { ...INBOX, events: ['NewMail'] as const };
    const close = async ({ engine }: Running) => {
      let isOver = false;
      void engine.close(true).then(() => (isOver = true));
      await lab.untilAfter(() => isOver, 100);
    };
    const box = lab.sandbox.mailbox();
    await lab.clock.advance(600_000);
    await close(await lab.connected({ description }));
    await lab.clock.advance(2000);
    box.deliver({ subject: 'found by a search, and queued' });
    await lab.clock.advance(2000);
    await close(await lab.connected({ description }));
    const again = lab.session().run({ description });
    const stop = lab.sandbox.onRequest(({ operation }) => {
      if (operation !== 'GetStreamingEvents') return;
      stop();
      lab.sandbox.failNext({ operation: 'GetFolder', code: 'ErrorServerBusy', backOffMs: 60_000 });
    });
    await lab.untilAfter(() => again.told.current === 'connected', 500);
    const last = box.deliver({ subject: 'last' });
    await lab.untilAfter(() => again.told.items.includes(last.id), 500);
    assert.deepEqual(
      again.told.batches.map(({ events }) => events.length),
      [1],
    );
  });

  it('never tell of folders that may not be read, so that is found out otherwise', async () => {
    lab.sandbox.addMailbox('other@sandbox.example');
    const { told } = lab.session().run({ description: { ...INBOX, mailbox: 'other@sandbox.example' } });
    await until(() => told.current === 'stopped');
    await ioTurns(5);
    assert.deepEqual(
      told.errors.map(({ code }) => code),
      ['ErrorAccessDenied'],
    );
    assert.equal(opened(), 0);
  });
});
