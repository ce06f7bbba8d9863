import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { EwsError } from '../../dist/src/protocol/ews-error.js';

/** The `EwsError` that a promise is rejected with; fails for any other outcome. */
export async function ewsErrorOf(promise: Promise<unknown>): Promise<EwsError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof EwsError, `an EwsError was expected, not ${inspect(error)}`);
  return error;
}

/** Fails if `secret`, plain or in base64, is anywhere in what can be seen of `value`. */
export function assertNoSecret(value: unknown, secret: string): void {
  const seen = inspect(value, { depth: 10, showHidden: true });
  for (const form of [secret, Buffer.from(secret).toString('base64').replace(/=+$/, '')]) {
    assert.ok(!seen.includes(form), 'a secret shows');
  }
}
