import assert from 'node:assert/strict';
import { EwsError } from '../../dist/src/protocol/ews-error.js';
import { CredentialGuard } from '../../dist/src/transport/credential-guard.js';
import { ewsErrorOf } from '../support/errors.js';
import { ManualClock } from '../support/manual-clock.js';

const MINUTE = 60_000;

describe('CredentialGuard', () => {
  let clock: ManualClock;
  let guard: CredentialGuard;
  let attempts: number;

  beforeEach(() => {
    clock = new ManualClock();
    guard = new CredentialGuard(clock);
    attempts = 0;
  });

  const run = (code?: string) =>
    guard.run(() => {
      attempts += 1;
      return code === undefined ? Promise.resolve('in') : Promise.reject(new EwsError(code, 'x'));
    });

  it('lets one through until the credentials have worked, then all', async () => {
    let arrive: () => void = () => undefined;
    const first = guard.run(
      () =>
        new Promise<string>(
          (resolve) =>
            (arrive = () => {
              resolve('in');
            }),
        ),
    );
    const others = [run(), run()];
    await new Promise(setImmediate);
    assert.equal(attempts, 0);
    arrive();
    assert.deepEqual(await Promise.all([first, ...others]), ['in', 'in', 'in']);
    assert.equal(attempts, 2);
  });

  it('never tries again what was refused and never worked', async () => {
    await ewsErrorOf(run('EWS_UNAUTHORIZED'));
    await clock.advance(48 * 60 * MINUTE);
    const again = await ewsErrorOf(run());
    assert.equal(again.code, 'EWS_UNAUTHORIZED');
    assert.equal(again.backOffMs, undefined);
    assert.equal(attempts, 1);
  });

  it('tries what had worked again after 30 minutes, then hourly', async () => {
    await run();
    assert.equal((await ewsErrorOf(run('EWS_UNAUTHORIZED'))).backOffMs, 30 * MINUTE);
    await clock.advance(29 * MINUTE);
    assert.equal((await ewsErrorOf(run())).backOffMs, MINUTE);
    assert.equal(attempts, 2);
    await clock.advance(MINUTE);
    assert.equal((await ewsErrorOf(run('EWS_UNAUTHORIZED'))).backOffMs, 60 * MINUTE);
    assert.equal(attempts, 3);
    await clock.advance(60 * MINUTE);
    assert.equal(await run(), 'in');
    assert.equal(await run(), 'in');
    assert.equal(attempts, 5);
  });

  it('takes an EWS error for proof that the server knows the account', async () => {
    await ewsErrorOf(run('ErrorAccessDenied'));
    assert.equal((await ewsErrorOf(run('EWS_UNAUTHORIZED'))).backOffMs, 30 * MINUTE);
  });

  it('does not take the answer to an earlier request for proof that what was refused since is right', async () => {
    await run();
    let arrive: (answer: string) => void = () => undefined;
    const earlier = guard.run(() => new Promise<string>((resolve) => (arrive = resolve)));
    await ewsErrorOf(run('EWS_UNAUTHORIZED'));
    arrive('in');
    assert.equal(await earlier, 'in');
    assert.equal((await ewsErrorOf(run())).backOffMs, 30 * MINUTE);
    assert.equal(attempts, 2);
  });

  for (const code of ['EWS_SCHEME_NOT_OFFERED', 'EWS_PROXY_UNAUTHORIZED']) {
    it(`tries no more after ${code} than after a password that is refused`, async () => {
      await ewsErrorOf(run(code));
      assert.equal((await ewsErrorOf(run())).code, code);
      assert.equal(attempts, 1);
    });
  }

  describe('when the password may have been changed since it worked', () => {
    const held: { resolve: (answer: string) => void; reject: (error: EwsError) => void }[] = [];
    const hang = () =>
      guard.run(() => {
        attempts += 1;
        return new Promise<string>((resolve, reject) => held.push({ resolve, reject }));
      });
    const turn = () => new Promise(setImmediate);

    beforeEach(async () => {
      held.length = 0;
      await run();
      await clock.advance(2 * MINUTE);
    });

    it('lets one go first, and spares the others a refusal', async () => {
      const all = [ewsErrorOf(hang()), ...Array.from({ length: 5 }, () => ewsErrorOf(run()))];
      await turn();
      assert.equal(attempts, 2);
      held[0]!.reject(new EwsError('EWS_UNAUTHORIZED', 'x'));
      const errors = await Promise.all(all);
      assert.ok(errors.every(({ code, backOffMs }) => code === 'EWS_UNAUTHORIZED' && backOffMs === 30 * MINUTE));
      assert.equal(attempts, 2);
    });

    it('lets all go as soon as one was let in', async () => {
      const all = [hang(), run(), run()];
      await turn();
      held[0]!.resolve('in');
      assert.deepEqual(await Promise.all(all), ['in', 'in', 'in']);
      assert.deepEqual(clock.pending, []);
    });

    it('lets the next one see for itself when the first met trouble with the network', async () => {
      const first = ewsErrorOf(hang());
      const others = [run(), run()];
      await turn();
      held[0]!.reject(new EwsError('EWS_NETWORK', 'x'));
      assert.equal((await first).code, 'EWS_NETWORK');
      assert.deepEqual(await Promise.all(others), ['in', 'in']);
    });

    it('does not hold up the others for long', async () => {
      const first = hang();
      const other = run();
      await clock.advance(5000);
      assert.equal(await other, 'in');
      held[0]!.resolve('in');
      await first;
    });
  });

  it('says nothing about the credentials when the server could not be reached', async () => {
    await ewsErrorOf(run('EWS_NETWORK'));
    assert.equal(await run(), 'in');
  });

  it('shares a failure of the network with all who waited', async () => {
    const all = await Promise.all([ewsErrorOf(run('EWS_TIMEOUT')), ewsErrorOf(run()), ewsErrorOf(run())]);
    assert.deepEqual(
      all.map(({ code }) => code),
      ['EWS_TIMEOUT', 'EWS_TIMEOUT', 'EWS_TIMEOUT'],
    );
    assert.equal(attempts, 1);
  });
});
