import assert from 'node:assert/strict';
import { EwsError } from '../../../dist/src/protocol/ews-error.js';
import { AccessTokens } from '../../../dist/src/transport/oauth/access-tokens.js';
import type { AccessToken } from '../../../dist/src/transport/oauth/token-answer.js';
import { ewsErrorOf } from '../../support/errors.js';
import { ManualClock } from '../../support/manual-clock.js';

const MINUTE = 60_000;

describe('an application’s tokens', () => {
  let clock: ManualClock;
  let asked: number;
  let failure: EwsError | undefined;
  let tokens: AccessTokens;
  let lifetimeMs: number;

  beforeEach(() => {
    clock = new ManualClock();
    asked = 0;
    failure = undefined;
    lifetimeMs = 60 * MINUTE;
    const request = async (): Promise<AccessToken> => {
      asked += 1;
      await Promise.resolve();
      if (failure) throw failure;
      return { value: `token-${asked}`, expiresAt: clock.now() + lifetimeMs, lifetimeMs };
    };
    tokens = new AccessTokens({ request, close: () => undefined }, clock);
  });

  it('are asked for once for all that want one at the same time, and kept', async () => {
    const all = await Promise.all([tokens.current(), tokens.current(), tokens.current()]);
    assert.deepEqual(all, ['token-1', 'token-1', 'token-1']);
    assert.equal(await tokens.current(), 'token-1');
    assert.equal(asked, 1);
  });

  it('are renewed five minutes before they run out', async () => {
    await tokens.current();
    await clock.advance(55 * MINUTE - 1);
    assert.equal(await tokens.current(), 'token-1');
    await clock.advance(1);
    assert.equal(await tokens.current(), 'token-2');
  });

  it('that live for less than ten minutes are renewed after half their life', async () => {
    lifetimeMs = 2 * MINUTE;
    await tokens.current();
    await clock.advance(MINUTE - 1);
    assert.equal(await tokens.current(), 'token-1');
    await clock.advance(1);
    assert.equal(await tokens.current(), 'token-2');
  });

  it('are used to their end while their server is away, which is asked every half a minute', async () => {
    await tokens.current();
    await clock.advance(56 * MINUTE);
    failure = new EwsError('EWS_NETWORK', 'away');
    for (let i = 0; i < 5; i += 1) assert.equal(await tokens.current(), 'token-1');
    assert.equal(asked, 2);
    await clock.advance(30_000);
    assert.equal(await tokens.current(), 'token-1');
    assert.equal(asked, 3);
    await clock.advance(5 * MINUTE);
    assert.equal((await ewsErrorOf(tokens.current())).code, 'EWS_NETWORK');
    failure = undefined;
    assert.match(await tokens.current(), /token-/);
  });

  it('are used to their end when there will be no other, which is not asked for again and again', async () => {
    await tokens.current();
    await clock.advance(56 * MINUTE);
    failure = new EwsError('EWS_TOKEN_REFUSED', 'the secret has expired');
    assert.equal(await tokens.current(), 'token-1');
    await clock.advance(3 * MINUTE);
    assert.equal(await tokens.current(), 'token-1');
    assert.equal(asked, 2);
    await clock.advance(MINUTE);
    assert.equal((await ewsErrorOf(tokens.current())).code, 'EWS_TOKEN_REFUSED');
  });

  it('that were refused are replaced once, whoever says so', async () => {
    const first = await tokens.current();
    const others = await Promise.all([tokens.insteadOf(first), tokens.insteadOf(first)]);
    assert.deepEqual(others, ['token-2', 'token-2']);
    // One that comes late with the old refusal is given the new one.
    assert.equal(await tokens.insteadOf(first), 'token-2');
    assert.equal(asked, 2);
  });
});
