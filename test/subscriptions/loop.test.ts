import assert from 'node:assert/strict';
import { EwsError } from '../../dist/src/protocol/ews-error.js';
import type { LoopSteps } from '../../dist/src/subscriptions/loop-steps.js';
import { SubscriptionLoop } from '../../dist/src/subscriptions/subscription-loop.js';
import { ManualClock } from '../support/manual-clock.js';
import { Recorder } from '../support/recorder.js';
import { until } from '../support/wait.js';

describe('SubscriptionLoop', () => {
  let clock: ManualClock;
  let told: Recorder;
  let rounds: number;
  let round: () => Promise<number | undefined>;
  let loop: SubscriptionLoop;

  beforeEach(() => {
    clock = new ManualClock();
    told = new Recorder();
    rounds = 0;
    const steps: LoopSteps = {
      round: () => {
        rounds += 1;
        return round();
      },
      subscriptionLost: () => undefined,
      watermarkRefused: () => undefined,
      mailboxMoved: () => undefined,
      makeRoom: () => undefined,
    };
    loop = new SubscriptionLoop(clock, () => 1, steps, told);
  });
  afterEach(() => loop.close());

  it('backs off from a connection that comes and goes at once, and tells of it once', async () => {
    round = () => {
      loop.connected(undefined);
      return Promise.reject(new EwsError('ErrorSubscriptionNotFound', 'gone', { operation: 'GetEvents' }));
    };
    loop.start();
    for (let second = 0; second < 600; second += 1) await clock.advance(1000);
    assert.ok(rounds < 16, `${rounds} rounds in ten minutes`);
    assert.equal(told.errors.length, 1);
  });

  it('takes trouble after a connection that held for trouble of its own', async () => {
    let fails = 2;
    round = () => {
      if (fails > 0) {
        fails -= 1;
        return Promise.reject(new EwsError('EWS_NETWORK', 'lost'));
      }
      loop.connected(undefined);
      return Promise.resolve(clock.now() + 60_000);
    };
    loop.start();
    await clock.advance(5000);
    assert.equal(told.errors.length, 1);
    fails = 2;
    await clock.advance(65_000);
    assert.equal(told.errors.length, 2);
  });

  it('goes on when whoever listens fails', async () => {
    let broken = true;
    told.state = () => {
      if (broken) throw new Error('made to fail');
    };
    round = () => Promise.reject(new EwsError('EWS_NETWORK', 'lost'));
    assert.throws(() => {
      loop.start();
    });
    broken = false;
    loop.start();
    await until(() => rounds > 0);
    broken = true;
    await clock.advance(600_000);
    broken = false;
    const before = rounds;
    await clock.advance(600_000);
    assert.ok(rounds > before);
  });

  it('shows that it is paused, also where it had stopped', async () => {
    round = () => Promise.reject(new EwsError('EWS_CONFIGURATION', 'wrong'));
    loop.start();
    await until(() => told.current === 'stopped');
    await loop.pause();
    await until(() => told.current === 'paused');
    loop.resume();
    await until(() => rounds === 2);
  });
});
