import assert from 'node:assert/strict';
import {
  getStreamingEvents,
  MAX_STREAM_SUBSCRIPTIONS,
  writeGetStreamingEvents,
} from '../../dist/src/protocol/get-streaming-events.js';
import { answer, envelope, failure, read, success } from './envelopes.js';
import { refusal } from './refusal.js';

const created = (watermark = '') =>
  `<t:CreatedEvent>${watermark}<t:TimeStamp>2026-01-02T03:04:05Z</t:TimeStamp><t:ItemId Id="i"/>` +
  '<t:ParentFolderId Id="p"/></t:CreatedEvent>';
const CREATED = {
  eventType: 'Created',
  timeStamp: '2026-01-02T03:04:05Z',
  itemId: { id: 'i' },
  parentFolderId: { id: 'p' },
};
const OK = '<m:ConnectionStatus>OK</m:ConnectionStatus>';
const CLOSED = '<m:ConnectionStatus>Closed</m:ConnectionStatus>';

const stream = (content: string) =>
  read(getStreamingEvents, answer('GetStreamingEvents', success('GetStreamingEvents', content)));

describe('GetStreamingEvents', () => {
  describe('written', () => {
    it('with its subscriptions, which are types, and the timeout', () => {
      assert.equal(
        writeGetStreamingEvents({ subscriptionIds: ['a&b', '0123'], connectionTimeoutMinutes: 30 }),
        '<m:GetStreamingEvents><m:SubscriptionIds><t:SubscriptionId>a&amp;b</t:SubscriptionId>' +
          '<t:SubscriptionId>0123</t:SubscriptionId></m:SubscriptionIds><m:ConnectionTimeout>30</m:ConnectionTimeout>' +
          '</m:GetStreamingEvents>',
      );
    });

    it('within its limits only', () => {
      const ids = (count: number) => Array.from({ length: count }, (_, n) => `s${n}`);
      for (const connectionTimeoutMinutes of [1, 30]) {
        assert.ok(
          writeGetStreamingEvents({ subscriptionIds: ids(MAX_STREAM_SUBSCRIPTIONS), connectionTimeoutMinutes }),
        );
      }
      for (const connectionTimeoutMinutes of [0, 31, 1.5, NaN]) {
        refusal(
          () => writeGetStreamingEvents({ subscriptionIds: ['s'], connectionTimeoutMinutes }),
          'EWS_INVALID_REQUEST',
          /connection timeout.*from 1 to 30/,
        );
      }
      for (const [subscriptionIds, message] of [
        [[], /No subscription is named/],
        [['s', ''], /subscription id is empty/],
        [ids(MAX_STREAM_SUBSCRIPTIONS + 1), /at most 200 subscriptions, not 201/],
      ] as const) {
        const request = { subscriptionIds, connectionTimeoutMinutes: 1 };
        refusal(() => writeGetStreamingEvents(request), 'EWS_INVALID_REQUEST', message);
      }
    });
  });

  describe('read', () => {
    it('notifications in any namespace, one for each subscription', () => {
      for (const prefix of ['m:', 't:', '']) {
        const notification = (id: string, content: string) =>
          `<${prefix}Notification><${prefix}SubscriptionId>${id}</${prefix}SubscriptionId>${content}</${prefix}Notification>`;
        const read = stream(
          `<m:Notifications>${notification('1', created() + created())}${notification('2', '<t:StatusEvent/>')}` +
            `${notification('1', created())}</m:Notifications>${OK}`,
        );
        const told = { moreEvents: false, heartbeat: false };
        assert.deepEqual(read, {
          notifications: [
            { ...told, subscriptionId: '1', events: [CREATED, CREATED] },
            { ...told, subscriptionId: '2', events: [], heartbeat: true },
            { ...told, subscriptionId: '1', events: [CREATED] },
          ],
          errorSubscriptionIds: [],
          connectionStatus: 'OK',
        });
      }
    });

    it('the status of the connection, alone or with a heartbeat', () => {
      assert.deepEqual(stream(OK), { notifications: [], errorSubscriptionIds: [], connectionStatus: 'OK' });
      assert.deepEqual(stream(CLOSED), { notifications: [], errorSubscriptionIds: [], connectionStatus: 'Closed' });
      assert.deepEqual(stream(''), { notifications: [], errorSubscriptionIds: [] });
      assert.equal(stream('<m:ConnectionStatus>Slumbering</m:ConnectionStatus>').connectionStatus, undefined);
    });

    it('which subscriptions are in error, in any namespace', () => {
      for (const prefix of ['m:', 't:', '']) {
        const bad = ['a&amp;b', '0123', ''].map((id) => `<${prefix}SubscriptionId>${id}</${prefix}SubscriptionId>`);
        const { error, ...rest } = read(
          getStreamingEvents,
          answer(
            'GetStreamingEvents',
            failure(
              'GetStreamingEvents',
              'ErrorInvalidSubscription',
              'Subscription is invalid.',
              `<m:ErrorSubscriptionIds>${bad.join('')}</m:ErrorSubscriptionIds>${CLOSED}`,
            ),
          ),
        );
        assert.deepEqual(rest, {
          notifications: [],
          errorSubscriptionIds: ['a&b', '0123'],
          connectionStatus: 'Closed',
        });
        assert.equal(error?.code, 'ErrorInvalidSubscription');
        assert.equal(error.action, 'resubscribe');
        assert.equal(error.operation, 'GetStreamingEvents');
        assert.match(error.message, /Subscription is invalid/);
      }
    });

    it('an error without ids, and an empty list of them', () => {
      for (const more of ['', '<m:ErrorSubscriptionIds/>', '<m:Notifications/>']) {
        const read_ = read(
          getStreamingEvents,
          answer('GetStreamingEvents', failure('GetStreamingEvents', 'ErrorExceededConnectionCount', '', more)),
        );
        assert.deepEqual(read_.errorSubscriptionIds, []);
        assert.equal(read_.error?.action, 'fewer-connections');
      }
    });

    it('several response messages as one', () => {
      const several = read(
        getStreamingEvents,
        answer(
          'GetStreamingEvents',
          success('GetStreamingEvents', OK),
          failure('GetStreamingEvents', 'ErrorSubscriptionNotFound', '', CLOSED),
        ),
      );
      assert.equal(several.connectionStatus, 'Closed');
      assert.equal(several.error?.code, 'ErrorSubscriptionNotFound');
    });

    it('faults as errors', () => {
      const fault = '<s:Fault><faultcode>a:ErrorAccessDenied</faultcode><faultstring>No.</faultstring></s:Fault>';
      const error = refusal(() => read(getStreamingEvents, envelope(fault)), 'ErrorAccessDenied', /No\./);
      assert.equal(error.action, 'resubscribe');
    });

    it('and refuses in words what it cannot understand', () => {
      refusal(
        () => stream('<m:Notifications><m:Notification/></m:Notifications>'),
        'EWS_MALFORMED',
        /holds no <SubscriptionId>/,
      );
      refusal(() => read(getStreamingEvents, answer('GetEvents', success('GetEvents'))), 'EWS_MALFORMED', /it is </);
      refusal(() => read(getStreamingEvents, answer('GetStreamingEvents')), 'EWS_MALFORMED', /is empty/);
    });
  });
});
