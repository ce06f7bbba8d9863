import assert from 'node:assert/strict';
import { answerTimes } from '../../dist/src/transport/answer-times.js';

const DATE = 'Mon, 02 Mar 2026 08:00:00 GMT';
const AT = Date.parse(DATE);

describe('when a server has answered', () => {
  it('is what it says, where it did so at once', () => {
    assert.deepEqual(answerTimes({ date: DATE }, 3), { serverTime: AT, answeredAt: AT });
  });

  it('is not when it looked things up, where it took its time', () => {
    assert.deepEqual(answerTimes({ date: DATE }, 1500), { serverTime: AT - 1500, answeredAt: AT });
  });

  it('is not known, where it says nothing of use', () => {
    for (const headers of [{}, { date: 'soon' }]) {
      assert.deepEqual(answerTimes(headers, 3), { serverTime: undefined, answeredAt: undefined });
    }
  });
});
