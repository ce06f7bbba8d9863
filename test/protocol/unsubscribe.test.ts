import assert from 'node:assert/strict';
import { unsubscribe, writeUnsubscribe } from '../../dist/src/protocol/unsubscribe.js';
import { answer, failure, read, success } from './envelopes.js';
import { refusal } from './refusal.js';

describe('Unsubscribe', () => {
  it('is written with the id', () => {
    assert.equal(
      writeUnsubscribe({ subscriptionId: `a&'b` }),
      '<m:Unsubscribe><m:SubscriptionId>a&amp;&apos;b</m:SubscriptionId></m:Unsubscribe>',
    );
    refusal(() => writeUnsubscribe({ subscriptionId: '' }), 'EWS_INVALID_REQUEST', /subscription id is empty/);
  });

  it('is read', () => {
    read(unsubscribe, answer('Unsubscribe', success('Unsubscribe')));
    refusal(
      () => read(unsubscribe, answer('Unsubscribe', failure('Unsubscribe', 'ErrorSubscriptionNotFound', 'Gone.'))),
      'ErrorSubscriptionNotFound',
      /Gone\./,
    );
  });
});
