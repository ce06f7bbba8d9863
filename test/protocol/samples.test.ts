import assert from 'node:assert/strict';
import { getEvents } from '../../dist/src/protocol/get-events.js';
import { readNotification } from '../../dist/src/protocol/notification.js';
import { subscribe } from '../../dist/src/protocol/subscribe.js';
import { readXml } from '../../dist/src/protocol/xml-reader.js';
import { readFixture } from '../support/fixture.js';
import { read } from './envelopes.js';
import { refusal } from './refusal.js';

const sample = (name: string) => readFixture('samples', `${name}.xml`);

/** What the samples' README says of each: what is published is read, what is not well-formed is refused in words. */
describe('published samples', () => {
  describe('Subscribe', () => {
    const subscriptions: [sample: string, subscriptionId: string, watermark: string][] = [
      ['subscribe-operation.pull-subscribe-response', '39ea5d0f-f062-455e-a1e9-89c0304390f4', 'AAAAAHgGAAAAAAAAAQ=='],
      [
        'subscribe-operation.push-subscribe-response',
        '83826921-afdf-48be-b469-628cc02b5f49',
        'AQAAAOpvG0LURVdOhQkPOWZLPcI8EgAAAAAAAAE=',
      ],
      ['pull-how-to.pull-subscribe-response-bare', 'd581ab79-a2ec-4653-9c8e-564d7cfc1d8c', 'AAAAAGUhAAAAAAAAAQ=='],
      ['workmail.push-subscribe-response', 'hKJETtoAdi9PPW0tZDQ4MThmMDoVYB', 'AAAAAAA='],
    ];
    for (const [name, subscriptionId, watermark] of subscriptions) {
      it(name, () => {
        assert.deepEqual(read(subscribe, sample(name)), { subscriptionId, watermark });
      });
    }

    it('subscribe-operation.pull-subscribe-error', () => {
      const error = refusal(
        () => read(subscribe, sample('subscribe-operation.pull-subscribe-error')),
        'ErrorSubscriptionDelegateAccessNotSupported',
        /Subscriptions are not supported for delegate user access/,
      );
      assert.equal(error.action, 'stop');
    });
  });

  describe('GetEvents', () => {
    const name = 'pull-how-to.getevents-response-bare';

    it(`${name} as it stands: the root ends under another name`, () => {
      refusal(
        () => read(getEvents, sample(name)),
        'EWS_MALFORMED',
        /<GetEventsResponseType> of line 2, column 1 is closed by <\/GetEventsResponse> \(line 20, column 1\)/,
      );
    });

    it(`${name} with its slip mended, either way`, () => {
      for (const mended of [
        sample(name).replace('</GetEventsResponse>', '</GetEventsResponseType>'),
        sample(name).replace('<GetEventsResponseType', '<GetEventsResponse'),
      ]) {
        assert.deepEqual(read(getEvents, mended), {
          subscriptionId: 'd581ab79-a2ec-4653-9c8e-564d7cfc1d8c',
          previousWatermark: 'AAAAAGUhAAAAAAAAAQ==',
          watermark: 'AAAAAHMhAAAAAAAAAQ==',
          moreEvents: false,
          heartbeat: false,
          events: [
            {
              eventType: 'NewMail',
              watermark: 'AAAAAHMhAAAAAAAAAQ==',
              timeStamp: '2013-09-15T21:37:01Z',
              itemId: { id: 'AAAtA=', changeKey: 'CQAAAA==' },
              parentFolderId: { id: 'AQAtAEFkbWA==', changeKey: 'AQAAAA==' },
            },
          ],
        });
      }
    });
  });

  describe('requests', () => {
    for (const name of [
      'getstreamingevents-operation.getstreamingevents-request',
      'pull-how-to.getevents-request',
      'pull-how-to.pull-subscribe-request',
      'subscribe-operation.pull-subscribe-request',
      'subscribe-operation.push-subscribe-request',
      'workmail.push-subscribe-request',
      'workmail.push-answer-ok',
      'workmail.push-answer-unsubscribe',
    ]) {
      it(`${name} is well-formed`, () => {
        assert.equal(readXml(sample(name)).name, 'Envelope');
      });
    }
  });

  it('the notification in workmail.push-heartbeat, behind its illegal declaration', () => {
    const message = readXml(sample('workmail.push-heartbeat'))
      .child('Body')
      ?.child('SendNotification')
      ?.child('ResponseMessages')
      ?.child('SendNotificationResponseMessage');
    const notification = message?.child('Notification');
    assert.ok(notification);
    assert.deepEqual(readNotification(notification), {
      subscriptionId: 'hKJETtoAdi9PPW0tZDQ4MThmMDoVYB',
      previousWatermark: 'AAAAAAAAAAA=',
      watermark: 'AAAAAAAAAAA=',
      moreEvents: false,
      heartbeat: true,
      events: [],
    });
  });
});
