import assert from 'node:assert/strict';
import { readEnvelope, writeAnswerEnvelope } from '../../dist/src/protocol/envelope.js';
import {
  readSendNotification,
  readSendNotificationResult,
  writeSendNotificationResult,
} from '../../dist/src/protocol/send-notification.js';
import { envelope, failure, success } from './envelopes.js';
import { refusal } from './refusal.js';

const pushed = (...messages: string[]) => {
  const body = `<m:SendNotification><m:ResponseMessages>${messages.join('')}</m:ResponseMessages></m:SendNotification>`;
  return readSendNotification(readEnvelope(envelope(body)).response);
};

const notification = (id: string) =>
  `<m:Notification><t:SubscriptionId>${id}</t:SubscriptionId><t:PreviousWatermark>1</t:PreviousWatermark>` +
  '<t:MoreEvents>true</t:MoreEvents><t:StatusEvent><t:Watermark>2</t:Watermark></t:StatusEvent></m:Notification>';
const read = (subscriptionId: string) => ({
  subscriptionId,
  previousWatermark: '1',
  watermark: '2',
  moreEvents: true,
  heartbeat: true,
  events: [],
});

describe('SendNotification', () => {
  it('is read', () => {
    assert.deepEqual(pushed(success('SendNotification', notification('s'))), [{ notification: read('s') }]);
  });

  it('is read when it holds several messages', () => {
    const several = ['a', 'b'].map((id) => success('SendNotification', notification(id)));
    assert.deepEqual(pushed(...several), [{ notification: read('a') }, { notification: read('b') }]);
  });

  it('may be an error, with or without a notification', () => {
    for (const content of ['', notification('s')]) {
      const [only] = pushed(failure('SendNotification', 'ErrorReadEventsFailed', 'Cannot read events.', content));
      assert.ok(only && 'error' in only);
      assert.equal(only.error.code, 'ErrorReadEventsFailed');
      assert.equal(only.error.action, 'resubscribe');
      assert.match(only.error.message, /^The server tells of ErrorReadEventsFailed: Cannot read events\.$/);
      assert.deepEqual(only.notification, content === '' ? undefined : read('s'));
    }
  });

  it('is refused in words when it is something else', () => {
    const refused = (body: string, message: RegExp) =>
      refusal(() => readSendNotification(readEnvelope(envelope(body)).response), 'EWS_MALFORMED', message);
    refused('<m:Subscribe/>', /it is <Subscribe>, not <SendNotification>/);
    refused('<m:SendNotification/>', /<SendNotification> holds no <ResponseMessages>/);
    refused('<m:SendNotification><m:ResponseMessages/></m:SendNotification>', /<ResponseMessages> is empty/);
    refusal(() => pushed(success('SendNotification')), 'EWS_MALFORMED', /holds no <Notification>/);
  });

  it('is answered with OK or Unsubscribe', () => {
    assert.equal(
      writeAnswerEnvelope(writeSendNotificationResult('OK')),
      '<?xml version="1.0" encoding="utf-8"?>' +
        '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"' +
        ' xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"' +
        ' xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"><soap:Body><m:SendNotificationResult>' +
        '<m:SubscriptionStatus>OK</m:SubscriptionStatus></m:SendNotificationResult></soap:Body></soap:Envelope>',
    );
    for (const status of ['OK', 'Unsubscribe'] as const) {
      const answer = writeAnswerEnvelope(writeSendNotificationResult(status));
      assert.equal(readSendNotificationResult(readEnvelope(answer).response), status);
    }
  });

  it('has a result that is refused in words when it is something else', () => {
    const refused = (body: string, message: RegExp) =>
      refusal(() => readSendNotificationResult(readEnvelope(envelope(body)).response), 'EWS_MALFORMED', message);
    refused('<m:Ok/>', /it is <Ok>, not <SendNotificationResult>/);
    refused('<m:SendNotificationResult/>', /holds no <SubscriptionStatus>/);
    refused(
      '<m:SendNotificationResult><m:SubscriptionStatus>Fine</m:SubscriptionStatus></m:SendNotificationResult>',
      /neither OK nor Unsubscribe/,
    );
  });
});
