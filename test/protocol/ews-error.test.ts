import assert from 'node:assert/strict';
import { EwsError, toEwsError } from '../../dist/src/protocol/ews-error.js';

describe('EwsError', () => {
  it('knows what the recovery table asks for', () => {
    const error = new EwsError('ErrorAccessDenied', 'No.', { operation: 'GetEvents', httpStatus: 200 });
    assert.equal(error.name, 'EwsError');
    assert.equal(error.action, 'resubscribe');
    assert.equal(error.operation, 'GetEvents');
    assert.equal(error.httpStatus, 200);
    assert.deepEqual(error.values, {});
    assert.ok(error instanceof Error);
    assert.ok(!('cause' in error));
  });

  it('is made of whatever was thrown', () => {
    const ours = new EwsError('ErrorServerBusy', 'Busy.');
    assert.equal(toEwsError(ours, 'GetEvents'), ours);
    const mistake = new TypeError('x is not a function');
    const made = toEwsError(mistake, 'GetEvents');
    assert.equal(made.code, 'EWS_INTERNAL');
    assert.equal(made.operation, 'GetEvents');
    assert.equal(made.cause, mistake);
    assert.match(made.message, /x is not a function/);
    assert.match(toEwsError('plain').message, /plain/);
    assert.equal(toEwsError(undefined).operation, undefined);
  });
});
