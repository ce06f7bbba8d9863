import assert from 'node:assert/strict';
import { EwsError } from '../../dist/src/protocol/ews-error.js';

/** Runs what must throw an `EwsError` of that code whose message matches, and returns it. */
export function refusal(run: () => unknown, code: string, message: RegExp = /./): EwsError {
  try {
    run();
  } catch (thrown) {
    assert.ok(thrown instanceof EwsError, `not an EwsError: ${String(thrown)}`);
    assert.equal(thrown.code, code);
    assert.match(thrown.message, message);
    assert.ok(thrown.message.length < 800, 'the message is no sentence any more');
    return thrown;
  }
  assert.fail(`nothing was thrown, expected ${code}`);
}
