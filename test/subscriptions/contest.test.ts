import assert from 'node:assert/strict';
import { EwsError } from '../../dist/src/protocol/ews-error.js';
import { Contest, mayBeTaken } from '../../dist/src/subscriptions/contest.js';
import { ManualClock } from '../support/manual-clock.js';

const taken = () => new EwsError('EWS_STREAM_TAKEN_OVER', 'Another reader took it.');

describe('a contest for a subscription', () => {
  let contest: Contest;
  let asked: number;
  beforeEach(() => {
    contest = new Contest(new ManualClock());
    asked = 0;
  });
  const judged = async (error: EwsError, answer?: EwsError) =>
    (
      await contest.judged(error, () => {
        asked += 1;
        return answer ? Promise.reject(answer) : Promise.resolve();
      })
    ).code;

  it('is none where others on the same stream were taken, however often', async () => {
    for (let time = 0; time < 3; time += 1) assert.equal(await judged(mayBeTaken()), 'EWS_STREAM_IN_DOUBT');
    assert.equal(await judged(taken()), 'EWS_STREAM_TAKEN_OVER');
    assert.equal(asked, 0);
  });

  it('is one the second time, unless the server had ended it', async () => {
    await judged(taken());
    assert.equal(
      await judged(taken(), new EwsError('ErrorSubscriptionNotFound', 'Gone.')),
      'ErrorSubscriptionNotFound',
    );
    assert.equal(await judged(taken()), 'EWS_STREAM_TAKEN_OVER');
    assert.equal(await judged(taken()), 'EWS_STREAM_CONTESTED');
  });

  it('is left open where there is no answer', async () => {
    await judged(taken());
    assert.equal(await judged(taken(), new EwsError('EWS_NETWORK', 'No answer.')), 'EWS_STREAM_TAKEN_OVER');
    assert.equal(await judged(taken()), 'EWS_STREAM_CONTESTED');
    assert.equal(asked, 2);
  });
});
