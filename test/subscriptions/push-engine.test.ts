import assert from 'node:assert/strict';
import { NEW_MAIL } from '../support/pull-lab.js';
import { PushLab, pushed, pushedError } from '../support/push-lab.js';
import { until } from '../support/wait.js';

const MINUTE = 60_000;

describe('PushEngine', () => {
  let lab: PushLab;
  afterEach(() => lab.close());

  const isOk = (text: string) => text.includes('>OK<');
  const isUnsubscribe = (text: string) => text.includes('>Unsubscribe<');

  it('waits for the first call, and is connected by it', async () => {
    lab = await PushLab.open();
    const { told } = lab.run();
    // On its own connection, a call may overtake the answer to Subscribe.
    lab.before = () => until(() => told.current !== 'subscribing');
    await until(() => told.current === 'connected');
    assert.deepEqual(
      told.states.map(({ name }) => name),
      ['starting', 'subscribing', 'awaiting', 'connected'],
    );
  });

  it('sends what comes, in order, answers it, and keeps how far it is', async () => {
    lab = await PushLab.open();
    const { told, engine } = await lab.connected();
    const delivered = lab.deliver(120);
    await until(() => told.items.length === 120);
    assert.deepEqual(told.items, delivered);
    assert.ok(told.batches.every(({ recovered }) => !recovered));
    await until(() => lab.answers.length === 4);
    assert.ok(lab.answers.every((status) => status === 200));
    assert.equal(lab.record().watermark, engine.watermark);
    assert.equal(lab.subscribed(), 1);
  });

  it('answers only when the events were sent and the position was kept', async () => {
    lab = await PushLab.open();
    const { told } = await lab.connected();
    const order: string[] = [];
    const save = lab.base.store.save.bind(lab.base.store);
    lab.base.store.save = async (record) => {
      await save(record);
      order.push('kept');
    };
    told.onEvents = () => void order.push('sent');
    const { subscriptionId = '', watermark = '' } = lab.record();
    const { text } = await lab.post(pushed(subscriptionId, watermark, [{ watermark: 'w1', id: 'a' }]));
    order.push('answered');
    assert.ok(isOk(text));
    assert.deepEqual(order, ['sent', 'kept', 'answered']);
  });

  it('takes the first call also before Subscribe is answered', async () => {
    lab = await PushLab.open({ push: { firstCall: 'before' } });
    const { told } = lab.run();
    await lab.untilAfter(() => told.current === 'connected');
    const delivered = lab.deliver(2);
    await until(() => told.items.length === 2);
    assert.deepEqual(told.items, delivered);
    assert.equal(lab.subscribed(), 1);
  });

  for (const [what, failure] of [
    ['was lost', { reset: 'after' }],
    ['came too late', { silent: true }],
  ] as const) {
    it(`sends nothing twice when its answer ${what}`, async () => {
      lab = await PushLab.open();
      const { told } = await lab.connected();
      lab.sandbox.failNext({ operation: 'SendNotification', ...failure });
      const delivered = lab.deliver(3);
      await until(() => told.items.length === 3);
      delivered.push(...lab.deliver(2));
      await lab.untilAfter(() => told.items.length >= 5);
      assert.deepEqual(told.items, delivered);
      assert.equal(lab.subscribed(), 1);
    });
  }

  it('sends only what is new of a notification that comes again with more in it', async () => {
    lab = await PushLab.open();
    const { told } = await lab.connected();
    const { subscriptionId = '', watermark = '' } = lab.record();
    const [one, two, three] = ['1', '2', '3'].map((n) => ({ watermark: `w${n}`, id: n }));
    assert.ok(isOk((await lab.post(pushed(subscriptionId, watermark, [one!, two!]))).text));
    assert.ok(isOk((await lab.post(pushed(subscriptionId, watermark, [one!, two!, three!]))).text));
    assert.ok(isOk((await lab.post(pushed(subscriptionId, watermark, [one!, two!]))).text));
    assert.deepEqual(told.items, ['1', '2', '3']);
    assert.equal(lab.subscribed(), 1);
  });

  it('recognises what it has taken by its content, where a server gives no watermarks', async () => {
    lab = await PushLab.open();
    const { told } = await lab.connected();
    const { subscriptionId = '' } = lab.record();
    const bare = pushed(subscriptionId, '', [{ watermark: '', id: 'a' }]).replace(
      /<t:\w*Watermark><\/t:\w*Watermark>/g,
      '',
    );
    for (const id of ['a', 'a', 'b']) assert.ok(isOk((await lab.post(bare.replace('"a"', `"${id}"`))).text));
    assert.deepEqual(told.items, ['a', 'b']);
  });

  it('sends one after the other what is called at once', async () => {
    lab = await PushLab.open();
    const { told } = await lab.connected();
    const { subscriptionId = '', watermark = '' } = lab.record();
    let release: () => void = () => undefined;
    told.onEvents = () => new Promise<void>((resolve) => (release = resolve));
    const body = pushed(subscriptionId, watermark, [{ watermark: 'w1', id: 'a' }]);
    const answers = [lab.post(body), lab.post(body)];
    await until(() => told.items.length === 1);
    told.onEvents = undefined;
    release();
    for (const { text } of await Promise.all(answers)) assert.ok(isOk(text));
    assert.deepEqual(told.items, ['a']);
  });

  it('stays closed when a call that was under way ends after that', async () => {
    lab = await PushLab.open();
    const { told, engine } = await lab.connected();
    const { subscriptionId = '', watermark = '' } = lab.record();
    let release: () => void = () => undefined;
    told.onEvents = () => new Promise<void>((resolve) => (release = resolve));
    const answer = lab.post(pushed(subscriptionId, watermark, [{ watermark: 'w1', id: 'a' }]));
    await until(() => told.items.length === 1);
    const dropped = engine.drop();
    await until(() => told.current === 'closed');
    release();
    await Promise.all([answer, dropped]);
    assert.equal(told.current, 'closed');
  });

  it('has a call come again whose events could not be sent', async () => {
    lab = await PushLab.open();
    const { told } = await lab.connected();
    const { subscriptionId = '', watermark = '' } = lab.record();
    told.onEvents = () => Promise.reject(new Error('the flow is gone'));
    const body = pushed(subscriptionId, watermark, [{ watermark: 'w1', id: 'a' }]);
    assert.equal((await lab.post(body)).status, 503);
    told.onEvents = undefined;
    assert.ok(isOk((await lab.post(body)).text));
    assert.deepEqual(told.items, ['a', 'a'], 'it was tried twice');
  });

  it('says once that the position cannot be kept, answers all the same, and keeps it when that works again', async () => {
    lab = await PushLab.open();
    const { told } = await lab.connected();
    lab.base.store.failing = 'save';
    for (let round = 1; round <= 3; round++) {
      lab.deliver();
      await until(() => told.items.length === round && lab.answers.length === round + 1);
    }
    assert.ok(lab.answers.every((status) => status === 200));
    assert.equal(told.positionProblems.length, 1);
    lab.base.store.failing = undefined;
    const saves = lab.base.store.saves.length;
    lab.deliver();
    await until(() => lab.base.store.saves.length > saves);
  });

  describe('where a notification does not join on', () => {
    it('subscribes again from the last watermark, and ends the old subscription', async () => {
      lab = await PushLab.open();
      const { told } = await lab.connected();
      const delivered = lab.deliver(2);
      await until(() => told.items.length === 2 && lab.answers.length === 2);
      const before = lab.url();
      const { subscriptionId = '' } = lab.record();
      const { text } = await lab.post(pushed(subscriptionId, 'other', [{ watermark: 'w9', id: 'ninth' }]));
      assert.ok(isUnsubscribe(text));
      await until(() => lab.subscribed() === 2 && told.current === 'connected');
      delivered.push(...lab.deliver(2));
      await lab.untilAfter(() => told.items.length >= 4);
      assert.deepEqual(told.items, delivered, 'what does not join on comes with what was missed');
      assert.notEqual(lab.url(), before);
      assert.ok(isUnsubscribe((await lab.post(pushed('any', 'w9', []), before)).text));
      assert.deepEqual(told.errors, []);
    });

    const gapOfMadeUpWatermarks = async () => {
      const { subscriptionId = '', watermark = '' } = lab.record();
      await lab.post(pushed(subscriptionId, watermark, [{ watermark: 'w1', id: 'first' }]));
      return lab.post(pushed(subscriptionId, 'other', [{ watermark: 'w9', id: 'ninth' }]));
    };

    it('does so once an hour at most', async () => {
      lab = await PushLab.open();
      // Where the server refuses the made-up watermark, watching goes on from now.
      const running = await lab.connected();
      const { told } = running;
      await gapOfMadeUpWatermarks();
      await until(() => lab.subscribed() >= 2);
      await lab.untilKept(running);
      const count = lab.subscribed();
      assert.ok(isOk((await gapOfMadeUpWatermarks()).text));
      assert.equal(lab.subscribed(), count);
      assert.ok(told.items.includes('ninth'));
    });
  });

  it('does not compare the watermarks of heartbeats with those of events', async () => {
    lab = await PushLab.open();
    const { told } = await lab.connected();
    const { subscriptionId = '' } = lab.record();
    const beat = pushed(subscriptionId, 'AAAAAAAAAAA=', [{ watermark: 'AAAAAAAAAAA=', status: true }]);
    const posts = [
      beat,
      pushed(subscriptionId, 'w0', [{ watermark: 'w1', id: 'a' }]),
      beat,
      pushed(subscriptionId, 'w1', [{ watermark: 'w2', id: 'b' }]),
    ];
    for (const body of posts) assert.ok(isOk((await lab.post(body)).text));
    assert.deepEqual(told.items, ['a', 'b']);
    assert.equal(lab.record().watermark, 'w2', 'a repeated watermark does not take the position back');
  });

  it('a heartbeat that goes on from the position moves it', async () => {
    lab = await PushLab.open();
    await lab.connected();
    const { subscriptionId = '', watermark = '' } = lab.record();
    const saves = lab.base.store.saves.length;
    await lab.post(pushed(subscriptionId, watermark, [{ watermark: 'later', status: true }]));
    await until(() => lab.base.store.saves.length > saves);
    assert.equal(lab.record().watermark, 'later');
  });

  it('a subscription id that is not its own is told to end', async () => {
    lab = await PushLab.open();
    const { told } = await lab.connected();
    const { text } = await lab.post(pushed('another', 'w0', [{ watermark: 'w1', id: 'a' }]));
    assert.ok(isUnsubscribe(text));
    assert.deepEqual(told.items, []);
  });

  for (const code of ['ErrorReadEventsFailed', 'ErrorMissedNotificationEvents', 'ErrorAccessDenied']) {
    it(`subscribes again when the server tells of ${code}`, async () => {
      lab = await PushLab.open();
      const { told } = await lab.connected();
      const delivered = lab.deliver(2);
      await until(() => told.items.length === 2);
      lab.sandbox.failNext({ operation: 'SendNotification', code });
      delivered.push(...lab.deliver(3));
      await until(() => told.items.length === 5);
      assert.deepEqual(told.items, delivered);
      assert.equal(lab.subscribed(), 2);
      assert.deepEqual(told.errors, []);
      assert.deepEqual(told.gaps, []);
    });
  }

  it('waits where the server tells of passing trouble, and loses nothing', async () => {
    lab = await PushLab.open();
    const { told } = await lab.connected();
    assert.ok(isUnsubscribe((await lab.post(pushedError('ErrorMailboxStoreUnavailable'))).text));
    await until(() => told.current === 'waiting');
    const delivered = lab.deliver(2);
    await lab.untilAfter(() => told.items.length === 2);
    assert.deepEqual(told.items, delivered);
  });

  it('subscribes again from where it was when the server has forgotten the subscription and falls silent', async () => {
    lab = await PushLab.open();
    const { told } = await lab.connected();
    const delivered = lab.deliver(2);
    await until(() => told.items.length === 2);
    await lab.sandbox.restart();
    delivered.push(...lab.deliver(60));
    await lab.untilAfter(() => told.items.length >= 62, MINUTE);
    assert.deepEqual(told.items, delivered);
    assert.deepEqual(
      told.batches.slice(-2).map(({ recovered }) => recovered),
      [true, true],
    );
    assert.deepEqual(told.errors, []);
    const live = lab.deliver();
    await lab.untilAfter(() => told.items.at(-1) === live[0]);
    assert.equal(told.batches.at(-1)!.recovered, false);
  });

  it('says so when the server never calls, and goes on trying', async () => {
    lab = await PushLab.open({ character: 'grommunio' });
    const { told } = lab.run();
    await until(() => told.current === 'awaiting');
    await lab.untilAfter(() => told.errors.length > 0, MINUTE);
    assert.equal(told.errors[0]!.code, 'EWS_PUSH_UNHEARD');
    assert.match(told.errors[0]!.message, /has not called http:\/\/127\.0\.0\.1:\d+ within 10 minutes/);
    const count = lab.subscribed();
    await lab.untilAfter(() => lab.subscribed() > count + 1, MINUTE);
    assert.equal(told.errors.length, 1);
  });

  describe('after a restart', () => {
    it('uses the subscription again, at the same address, and answers again what it had taken', async () => {
      lab = await PushLab.open();
      const first = await lab.connected();
      const { subscriptionId = '', watermark = '' } = lab.record();
      const body = pushed(subscriptionId, watermark, [{ watermark: 'w1', id: 'a' }]);
      await lab.post(body);
      const url = lab.url();
      await first.engine.close(true);
      lab.begin();
      const { told } = lab.run();
      await until(() => told.current === 'awaiting');
      assert.ok(isOk((await lab.post(body, url)).text));
      assert.deepEqual(told.items, []);
      assert.equal(told.current, 'connected');
      assert.equal(lab.subscribed(), 1);
    });

    it('by a power failure too', async () => {
      lab = await PushLab.open();
      await lab.connected();
      const { subscriptionId = '', watermark = '' } = lab.record();
      const body = pushed(subscriptionId, watermark, [{ watermark: 'w1', id: 'a' }]);
      await lab.post(body);
      lab.kill();
      const { told } = lab.run();
      await until(() => told.current === 'awaiting');
      assert.ok(isOk((await lab.post(body)).text));
      assert.deepEqual(told.items, []);
      const next = pushed(subscriptionId, 'w1', [{ watermark: 'w2', id: 'b' }]);
      assert.ok(isOk((await lab.post(next)).text));
      assert.deepEqual(told.items, ['b']);
    });

    it('that took longer than the server tries, subscribes again at once and sends what was missed', async () => {
      lab = await PushLab.open();
      const first = await lab.connected();
      const delivered = lab.deliver(2);
      await until(() => first.told.items.length === 2);
      await first.engine.close(true);
      await lab.clock.advance(6 * MINUTE);
      const missed = lab.deliver(3);
      lab.begin();
      const { told } = lab.run();
      await lab.untilAfter(() => told.items.length === 3);
      assert.deepEqual([...first.told.items, ...told.items], [...delivered, ...missed]);
      assert.ok(told.batches.every(({ recovered }) => recovered));
      assert.equal(lab.subscribed(), 2);
    });

    it('leaves out what was missed if it is told to, and says how long it was away', async () => {
      lab = await PushLab.open();
      const first = await lab.connected();
      lab.deliver(2);
      await until(() => first.told.items.length === 2);
      await first.engine.close(true);
      lab.deliver(3);
      lab.begin();
      const { told } = lab.run({ missed: 'skip' });
      await lab.untilAfter(() => told.current === 'connected');
      const live = lab.deliver();
      await lab.untilAfter(() => told.items.length > 0);
      assert.deepEqual(told.items, live);
      assert.equal(told.skips.length, 1);
    });

    it('ends a subscription that was being made when the power failed', async () => {
      lab = await PushLab.open();
      lab.sandbox.failNext({ operation: 'Subscribe', reset: 'before' });
      const first = lab.run();
      await until(() => first.told.current === 'waiting');
      const orphan = lab.url();
      lab.kill();
      const { told } = lab.run();
      await lab.untilAfter(() => told.current === 'connected');
      assert.notEqual(lab.url(), orphan);
      assert.ok(isUnsubscribe((await lab.post(pushed('any', 'w', []), orphan)).text));
    });
  });

  it('tells the server that the subscription has ended when it is given up, also after a restart', async () => {
    lab = await PushLab.open();
    const { engine } = await lab.connected();
    const url = lab.url();
    await engine.close(false);
    lab.begin();
    assert.ok(isUnsubscribe((await lab.post(pushed('any', 'w', []), url)).text));
    await lab.clock.advance(10 * MINUTE);
    assert.equal((await lab.post(pushed('any', 'w', []), url)).status, 404, 'and forgets it in time');
  });

  it('a pause has calls come again later, and what was missed comes at its end', async () => {
    lab = await PushLab.open();
    const { engine, told } = await lab.connected();
    await engine.pause();
    const { subscriptionId = '', watermark = '' } = lab.record();
    assert.equal((await lab.post(pushed(subscriptionId, watermark, [{ watermark: 'w1', id: 'a' }]))).status, 503);
    const delivered = lab.deliver(2);
    await engine.resume();
    await lab.untilAfter(() => told.items.length === 2, MINUTE);
    assert.deepEqual(told.items, delivered);
  });

  it('carries 500 subscriptions that are called at once', async () => {
    lab = await PushLab.open();
    const count = 500;
    const running = Array.from({ length: count }, (_, at) => {
      const mailbox = `user${at}@sandbox.example`;
      lab.sandbox.addMailbox(mailbox);
      return { mailbox, at };
    });
    lab.sandbox.allowImpersonation(lab.sandbox.user);
    const account = lab.base.account();
    const engines = running.map(({ mailbox }) => ({
      mailbox,
      ...lab.run({ account, description: { ...NEW_MAIL, mailbox, access: 'impersonate' } }),
    }));
    await until(() => engines.every(({ told }) => told.current === 'connected'));
    const delivered = engines.map(({ mailbox }) => lab.sandbox.mailbox(mailbox).deliver().id);
    await until(() => engines.every(({ told }) => told.items.length === 1));
    assert.deepEqual(
      engines.map(({ told }) => told.items[0]),
      delivered,
    );
    assert.ok(lab.answers.every((status) => status === 200));
  });
});
