import assert from 'node:assert/strict';
import { EVENT_TYPES } from '../../dist/src/protocol/event-type.js';
import {
  MAX_PUSH_URL_LENGTH,
  subscribe,
  writeSubscribe,
  type PullSubscribe,
  type PushSubscribe,
  type SubscriptionScope,
} from '../../dist/src/protocol/subscribe.js';
import { answer, failure, read, success } from './envelopes.js';
import { refusal } from './refusal.js';

const inbox: SubscriptionScope = { folders: [{ id: 'inbox' }] };
const pull: PullSubscribe = { delivery: 'pull', scope: inbox, events: ['NewMail'], timeoutMinutes: 10 };
const push: PushSubscribe = {
  delivery: 'push',
  scope: inbox,
  events: ['NewMail'],
  statusFrequencyMinutes: 5,
  url: 'https://example.test/ews/1',
};
const INBOX = '<t:FolderIds><t:DistinguishedFolderId Id="inbox"/></t:FolderIds>';
const NEW_MAIL = '<t:EventTypes><t:EventType>NewMailEvent</t:EventType></t:EventTypes>';

describe('Subscribe', () => {
  describe('written', () => {
    it('for pull', () => {
      assert.equal(
        writeSubscribe(pull),
        `<m:Subscribe><m:PullSubscriptionRequest>${INBOX}${NEW_MAIL}<t:Timeout>10</t:Timeout>` +
          '</m:PullSubscriptionRequest></m:Subscribe>',
      );
    });

    it('for pull from a watermark', () => {
      assert.equal(
        writeSubscribe({ ...pull, watermark: 'A&B==' }),
        `<m:Subscribe><m:PullSubscriptionRequest>${INBOX}${NEW_MAIL}<t:Watermark>A&amp;B==</t:Watermark>` +
          '<t:Timeout>10</t:Timeout></m:PullSubscriptionRequest></m:Subscribe>',
      );
    });

    it('for push', () => {
      assert.equal(
        writeSubscribe({ ...push, watermark: 'AQ==', callerData: '<1>' }),
        `<m:Subscribe><m:PushSubscriptionRequest>${INBOX}${NEW_MAIL}<t:Watermark>AQ==</t:Watermark>` +
          '<t:StatusFrequency>5</t:StatusFrequency><t:URL>https://example.test/ews/1</t:URL>' +
          '<t:CallerData>&lt;1&gt;</t:CallerData></m:PushSubscriptionRequest></m:Subscribe>',
      );
      assert.doesNotMatch(writeSubscribe(push), /CallerData|Watermark/);
    });

    it('for streaming, which has no watermark', () => {
      assert.equal(
        writeSubscribe({ delivery: 'streaming', scope: inbox, events: ['NewMail'] }),
        `<m:Subscribe><m:StreamingSubscriptionRequest>${INBOX}${NEW_MAIL}</m:StreamingSubscriptionRequest></m:Subscribe>`,
      );
    });

    it('for all folders, without FolderIds', () => {
      assert.equal(
        writeSubscribe({ ...pull, scope: { allFolders: true } }),
        `<m:Subscribe><m:PullSubscriptionRequest SubscribeToAllFolders="true">${NEW_MAIL}<t:Timeout>10</t:Timeout>` +
          '</m:PullSubscriptionRequest></m:Subscribe>',
      );
    });

    it('for folders by name in another mailbox, and by id', () => {
      const scope: SubscriptionScope = {
        folders: [{ id: 'inbox' }, { id: 'AAM"k=', changeKey: 'CQ==' }, { id: 'calendar', changeKey: 'x' }],
        mailbox: `o'neil&co@example.test`,
      };
      const mailbox =
        '<t:Mailbox><t:EmailAddress>o&apos;neil&amp;co@example.test</t:EmailAddress></t:Mailbox></t:DistinguishedFolderId>';
      assert.match(
        writeSubscribe({ ...pull, scope }),
        new RegExp(
          `<t:FolderIds><t:DistinguishedFolderId Id="inbox">${mailbox}` +
            '<t:FolderId Id="AAM&quot;k=" ChangeKey="CQ=="/>' +
            `<t:DistinguishedFolderId Id="calendar" ChangeKey="x">${mailbox}</t:FolderIds>`,
        ),
      );
    });

    it('with each event type once, in the order of the schema', () => {
      const all = writeSubscribe({ ...pull, events: [...EVENT_TYPES, ...EVENT_TYPES].reverse() });
      assert.deepEqual(
        [...all.matchAll(/<t:EventType>(\w+)Event</g)].map(([, type]) => type),
        [...EVENT_TYPES],
      );
    });

    it('within the limits of the schema only', () => {
      for (const timeoutMinutes of [1, 1440]) assert.ok(writeSubscribe({ ...pull, timeoutMinutes }));
      for (const timeoutMinutes of [0, 1441, 1.5, NaN, Infinity, -1]) {
        refusal(() => writeSubscribe({ ...pull, timeoutMinutes }), 'EWS_INVALID_REQUEST', /timeout.*from 1 to 1440/);
      }
      for (const statusFrequencyMinutes of [1, 1440]) assert.ok(writeSubscribe({ ...push, statusFrequencyMinutes }));
      for (const statusFrequencyMinutes of [0, 1441, 0.1, NaN]) {
        refusal(
          () => writeSubscribe({ ...push, statusFrequencyMinutes }),
          'EWS_INVALID_REQUEST',
          /frequency.*1 to 1440/,
        );
      }
    });

    it('with a push URL that a server takes only', () => {
      const longest = `http://h/${'x'.repeat(MAX_PUSH_URL_LENGTH - 9)}`;
      for (const url of [longest, 'http://[::1]:1880/a?b=c&d']) assert.ok(writeSubscribe({ ...push, url }));
      for (const url of ['', 'x', '/ews', 'ftp://h/', 'https://', ' http://h/', `${longest}x`]) {
        refusal(() => writeSubscribe({ ...push, url }), 'EWS_INVALID_REQUEST', /push URL/);
      }
    });

    it('with something to watch only', () => {
      refusal(() => writeSubscribe({ ...pull, events: [] }), 'EWS_INVALID_REQUEST', /event type/);
      refusal(() => writeSubscribe({ ...pull, scope: { folders: [] } }), 'EWS_INVALID_REQUEST', /folder/);
      refusal(
        () => writeSubscribe({ ...pull, scope: { folders: [{ id: '' }] } }),
        'EWS_INVALID_REQUEST',
        /id of a folder is empty/,
      );
      refusal(() => writeSubscribe({ ...pull, watermark: '' }), 'EWS_INVALID_REQUEST', /watermark is empty/);
      refusal(
        () => writeSubscribe({ ...pull, scope: { folders: [{ id: 'inbox' }], mailbox: '' } }),
        'EWS_INVALID_REQUEST',
        /mailbox/,
      );
    });
  });

  describe('read', () => {
    const subscription = (content: string) => read(subscribe, answer('Subscribe', success('Subscribe', content)));

    it('yields id and watermark as they were sent', () => {
      for (const value of ['0123', '1e5', '9'.repeat(30), '000', 'AQ==', 'true']) {
        assert.deepEqual(
          subscription(`<m:SubscriptionId>${value}</m:SubscriptionId><m:Watermark>${value}</m:Watermark>`),
          { subscriptionId: value, watermark: value },
        );
      }
      assert.deepEqual(subscription('<m:SubscriptionId>a&amp;b&#x2F;😀</m:SubscriptionId>'), {
        subscriptionId: 'a&b/😀',
      });
    });

    it('needs no watermark', () => {
      assert.deepEqual(subscription('<m:SubscriptionId>s</m:SubscriptionId><m:Watermark/>'), { subscriptionId: 's' });
    });

    it('refuses an answer without an id', () => {
      refusal(() => subscription('<m:Watermark>w</m:Watermark>'), 'EWS_MALFORMED', /no <SubscriptionId>/);
      refusal(() => subscription('<m:SubscriptionId/>'), 'EWS_MALFORMED', /<SubscriptionId>.*is empty/);
    });

    it('says what the server refused', () => {
      const refused = answer('Subscribe', failure('Subscribe', 'ErrorInvalidWatermark', 'The watermark is too old.'));
      const error = refusal(() => read(subscribe, refused), 'ErrorInvalidWatermark', /The watermark is too old/);
      assert.equal(error.action, 'forget-watermark');
    });
  });
});
