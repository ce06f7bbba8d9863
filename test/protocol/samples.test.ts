import assert from 'node:assert/strict';
import { readEnvelope } from '../../dist/src/protocol/envelope.js';
import { getEvents } from '../../dist/src/protocol/get-events.js';
import { getStreamingEvents } from '../../dist/src/protocol/get-streaming-events.js';
import { readSendNotification, readSendNotificationResult } from '../../dist/src/protocol/send-notification.js';
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
    ]) {
      it(`${name} is well-formed`, () => {
        assert.equal(readXml(sample(name)).name, 'Envelope');
      });
    }
  });

  describe('GetStreamingEvents', () => {
    const failed = 'getstreamingevents-operation.getstreamingevents-error';
    const events = 'getstreamingevents-operation.getstreamingevents-response-without-envelope';

    it(`${failed} as it stands: an end tag is missing`, () => {
      refusal(
        () => read(getStreamingEvents, sample(failed)),
        'EWS_MALFORMED',
        /<m:GetStreamingEventsResponseMessage> of line 14, column 1 is closed by <\/m:ResponseMessages> \(line 19,/,
      );
    });

    it(`${failed} with the end tag added`, () => {
      const end = '</m:ResponseMessages>';
      const mended = sample(failed).replace(end, `</m:GetStreamingEventsResponseMessage>${end}`);
      const { error, ...rest } = read(getStreamingEvents, mended);
      assert.deepEqual(rest, { notifications: [], errorSubscriptionIds: [], connectionStatus: 'Closed' });
      assert.equal(error?.code, 'ErrorInvalidSubscription');
      assert.equal(error.action, 'resubscribe');
    });

    it(`${events} as it stands: two roots`, () => {
      refusal(() => read(getStreamingEvents, sample(events)), 'EWS_MALFORMED', /more than one root element \(line 5,/);
    });

    it(`${events} inside an Envelope`, () => {
      const inside = sample(events).replace(/^<\?xml.*?\?>\s*/, '');
      const { notifications, ...rest } = read(getStreamingEvents, `<Envelope>${inside}</Envelope>`);
      assert.deepEqual(rest, { errorSubscriptionIds: [] });
      assert.equal(notifications.length, 1);
      assert.equal(notifications[0]?.subscriptionId, 'f6bc657d-dde1-4f94-952d-143b95d6483d');
      assert.deepEqual(
        notifications[0].events.map(({ eventType }) => eventType),
        ['Created', 'NewMail', 'Modified'],
      );
      const modified = notifications[0].events[2];
      assert.ok(modified?.eventType === 'Modified' && 'folderId' in modified);
      assert.equal(modified.unreadCount, 1);
    });
  });

  describe('SendNotification', () => {
    const pushed = (name: string) => readSendNotification(readEnvelope(sample(name)).response);

    it('workmail.push-notification', () => {
      assert.deepEqual(pushed('workmail.push-notification'), [
        {
          notification: {
            subscriptionId: 'hKJETtoAdi9PPW0tZDQ4MThmMDoVYB',
            previousWatermark: 'ygwAAAAAAAA=',
            watermark: 'ywwAAAAAAAA=',
            moreEvents: false,
            heartbeat: false,
            events: [
              {
                eventType: 'Modified',
                watermark: 'ywwAAAAAAAA=',
                timeStamp: '2018-02-02T15:15:14Z',
                folderId: { id: 'AAB2L089bS1kNDgxOGYwOGE5OTQ0=' },
                parentFolderId: { id: 'AAB2L089bS1kNDgxOGYwOGE=' },
              },
            ],
          },
        },
      ]);
    });

    it('workmail.push-heartbeat, behind its illegal declaration', () => {
      assert.deepEqual(pushed('workmail.push-heartbeat'), [
        {
          notification: {
            subscriptionId: 'hKJETtoAdi9PPW0tZDQ4MThmMDoVYB',
            previousWatermark: 'AAAAAAAAAAA=',
            watermark: 'AAAAAAAAAAA=',
            moreEvents: false,
            heartbeat: true,
            events: [],
          },
        },
      ]);
    });

    for (const [name, status] of [
      ['workmail.push-answer-ok', 'OK'],
      ['workmail.push-answer-unsubscribe', 'Unsubscribe'],
    ] as const) {
      it(name, () => {
        assert.equal(readSendNotificationResult(readEnvelope(sample(name)).response), status);
      });
    }
  });
});
