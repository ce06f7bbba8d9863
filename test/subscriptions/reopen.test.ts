import assert from 'node:assert/strict';
import { PullLab } from '../support/pull-lab.js';
import { PushLab } from '../support/push-lab.js';
import { StreamLab } from '../support/stream-lab.js';
import { ioTurns, until } from '../support/wait.js';

const MINUTE = 60_000;

describe('beginning anew by hand', () => {
  describe('a pull subscription', () => {
    let lab: PullLab;
    beforeEach(async () => (lab = await PullLab.open()));
    afterEach(() => lab.close());

    it('asks at once, with the same subscription', async () => {
      const { engine, told } = await lab.connected();
      const delivered = lab.deliver(2);
      await engine.reopen();
      await until(() => told.items.length === 2);
      assert.deepEqual(told.items, delivered);
      assert.equal(lab.requests.filter((operation) => operation === 'Subscribe').length, 1);
    });

    it('does not wait any longer after trouble', async () => {
      const { engine, told } = await lab.connected();
      const mend = lab.sandbox.misbehave({ operation: 'GetEvents', reset: 'request' });
      await lab.clock.advance(MINUTE);
      await until(() => told.current === 'waiting');
      mend();
      const delivered = lab.deliver();
      await engine.reopen();
      await until(() => told.items.length === 1);
      assert.deepEqual(told.items, delivered);
    });

    it('leaves a server alone that asked for that', async () => {
      const { engine, told } = await lab.connected();
      lab.sandbox.failNext({ operation: 'GetEvents', code: 'ErrorServerBusy', backOffMs: 10 * MINUTE });
      await lab.clock.advance(MINUTE);
      await until(() => told.current === 'waiting');
      const delivered = lab.deliver();
      const asked = lab.requests.length;
      await engine.reopen();
      await ioTurns(20);
      assert.equal(lab.requests.length, asked);
      await lab.clock.advance(10 * MINUTE);
      await until(() => told.items.length === 1);
      assert.deepEqual(told.items, delivered);
    });

    it('tries again what had stopped for good', async () => {
      const { engine, told } = await lab.connected();
      lab.sandbox.failNext({ operation: 'GetEvents', code: 'ErrorAccountDisabled' });
      await lab.clock.advance(MINUTE);
      await until(() => told.current === 'stopped');
      const delivered = lab.deliver();
      await engine.reopen();
      await until(() => told.items.length === 1);
      assert.deepEqual(told.items, delivered);
      assert.equal(told.current, 'connected');
    });

    it('leaves one that is paused alone', async () => {
      const { engine, told } = await lab.connected();
      await engine.pause();
      await until(() => told.current === 'paused');
      const asked = lab.requests.length;
      await engine.reopen();
      await ioTurns(20);
      assert.equal(told.current, 'paused');
      assert.equal(lab.requests.length, asked);
    });

    it('stays paused when that is asked for meanwhile', async () => {
      const { engine, told } = await lab.connected();
      let answered: () => void = () => undefined;
      told.onEvents = () => new Promise((resolve) => (answered = resolve));
      lab.deliver();
      engine.ask();
      await until(() => told.batches.length === 1);
      const reopened = engine.reopen();
      const paused = engine.pause();
      answered();
      await Promise.all([reopened, paused]);
      await until(() => told.current === 'paused');
      const asked = lab.requests.length;
      await ioTurns(20);
      assert.equal(lab.requests.length, asked);
    });

    it('is over when it is closed meanwhile', async () => {
      const { engine, told } = await lab.connected();
      await Promise.all([engine.reopen(), engine.close(true)]);
      assert.equal(told.current, 'closed');
      await engine.reopen();
      await ioTurns(20);
      assert.equal(told.current, 'closed');
    });
  });

  describe('a stream', () => {
    let lab: StreamLab;
    beforeEach(async () => (lab = await StreamLab.open()));
    afterEach(() => lab.close());

    const opened = () => lab.base.requests.filter((operation) => operation === 'GetStreamingEvents').length;

    it('reads on another connection, and brings what the one before did not', async () => {
      const { engine, told } = await lab.connected();
      const delivered = lab.deliver();
      await until(() => told.items.length === 1);
      // A connection that is dead without anybody knowing.
      lab.sandbox.misbehave({ operation: 'GetStreamingEvents', silent: true });
      lab.sandbox.resetConnections();
      await lab.untilAfter(() => opened() === 2, 200);
      delivered.push(...lab.deliver(2));
      lab.sandbox.behave();
      const reopened = engine.reopen();
      await lab.untilAfter(() => told.items.length === 3, 200);
      await reopened;
      delivered.push(...lab.deliver());
      await lab.untilAfter(() => told.items.length >= 4, 200);
      assert.deepEqual(told.items, delivered);
      assert.deepEqual(told.gaps, []);
      assert.equal(lab.sandbox.streamCount, 1);
    });

    it('leaves those alone that shared the connection', async () => {
      lab.sandbox.addMailbox('other@sandbox.example');
      lab.sandbox.allowImpersonation(lab.sandbox.user);
      const session = lab.session();
      const one = session.run();
      const other = session.run({
        description: { ...one.engine.description, mailbox: 'other@sandbox.example', access: 'impersonate' },
      });
      await lab.untilConnected(one);
      await lab.untilConnected(other);
      const states = other.told.states.length;
      const reopened = one.engine.reopen();
      await lab.untilAfter(() => opened() === 2, 100);
      await reopened;
      lab.deliver();
      lab.deliver(1, 'other@sandbox.example');
      await lab.untilAfter(() => one.told.items.length === 1 && other.told.items.length === 1, 200);
      assert.ok(other.told.states.slice(states).every(({ name }) => name === 'connected'));
    });
  });

  describe('a push subscription', () => {
    let lab: PushLab;
    afterEach(() => lab.close());

    it('is made anew from where it was, and the old one is ended', async () => {
      lab = await PushLab.open();
      const running = await lab.connected();
      const { engine, told } = running;
      const delivered = lab.deliver();
      await until(() => told.items.length === 1);
      const [url, id] = [lab.url(), engine.subscriptionId];
      // What the server cannot deliver meanwhile is not lost.
      lab.sandbox.misbehave({ operation: 'SendNotification', reset: 'request' });
      delivered.push(...lab.deliver(2));
      lab.sandbox.behave();
      await engine.reopen();
      await lab.untilAfter(() => told.items.length === 3);
      await lab.untilKept(running);
      assert.deepEqual(told.items, delivered);
      assert.notEqual(engine.subscriptionId, id);
      assert.notEqual(lab.url(), url);
      assert.deepEqual([told.errors, told.gaps], [[], []]);
      await lab.untilAfter(() => lab.sandbox.subscriptionCount === 1);
    });
  });
});
