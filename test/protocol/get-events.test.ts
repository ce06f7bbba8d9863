import assert from 'node:assert/strict';
import { getEvents, writeGetEvents } from '../../dist/src/protocol/get-events.js';
import { answer, failure, read, success } from './envelopes.js';
import { refusal } from './refusal.js';

describe('GetEvents', () => {
  it('is written with id and watermark', () => {
    assert.equal(
      writeGetEvents({ subscriptionId: '<1>', watermark: '"w"' }),
      '<m:GetEvents><m:SubscriptionId>&lt;1&gt;</m:SubscriptionId><m:Watermark>&quot;w&quot;</m:Watermark></m:GetEvents>',
    );
  });

  it('is written with some watermark where there is none, as the schema wants one', () => {
    assert.match(writeGetEvents({ subscriptionId: 's' }), /<m:Watermark>[^<]+<\/m:Watermark>/);
  });

  it('is not written without an id, or with an empty watermark', () => {
    refusal(() => writeGetEvents({ subscriptionId: '' }), 'EWS_INVALID_REQUEST', /subscription id is empty/);
    refusal(() => writeGetEvents({ subscriptionId: 's', watermark: '' }), 'EWS_INVALID_REQUEST', /watermark is empty/);
  });

  it('is read', () => {
    const notification = read(
      getEvents,
      answer(
        'GetEvents',
        success(
          'GetEvents',
          '<m:Notification><t:SubscriptionId>s</t:SubscriptionId><t:PreviousWatermark>1</t:PreviousWatermark>' +
            '<t:MoreEvents>true</t:MoreEvents><t:StatusEvent><t:Watermark>2</t:Watermark></t:StatusEvent></m:Notification>',
        ),
      ),
    );
    assert.deepEqual(notification, {
      subscriptionId: 's',
      previousWatermark: '1',
      watermark: '2',
      moreEvents: true,
      events: [],
      heartbeat: true,
    });
  });

  it('is refused without a notification', () => {
    refusal(() => read(getEvents, answer('GetEvents', success('GetEvents'))), 'EWS_MALFORMED', /no <Notification>/);
  });

  it('says that the subscription is gone', () => {
    for (const code of ['ErrorSubscriptionNotFound', 'ErrorInvalidWatermark', 'ErrorSubscriptionAccessDenied']) {
      const document = answer('GetEvents', failure('GetEvents', code, 'Gone.'));
      assert.equal(refusal(() => read(getEvents, document), code, /Gone\./).action, 'resubscribe');
    }
  });
});
