import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { getEvents } from '../../dist/src/protocol/get-events.js';
import { readStreamedEnvelope } from '../../dist/src/protocol/get-streaming-events.js';
import { readPushRequest } from '../../dist/src/protocol/send-notification.js';
import { Random } from '../../dist/src/sandbox/random.js';
import { compare, KINDS, type Kind } from '../reader/compare.js';
import { randomDocument } from '../reader/documents.js';
import { compareMany } from '../reader/run.js';
import { fixturePath, readFixture } from '../support/fixture.js';
import { answer, failure, success } from './envelopes.js';
import { refusal } from './refusal.js';

const sample = (name: string) => readFixture('samples', `${name}.xml`);
const event = (content = '') =>
  `<t:MovedEvent><t:TimeStamp>2026-01-02T03:04:05Z</t:TimeStamp><t:ItemId Id="i"/><t:ParentFolderId Id="p"/>` +
  `<t:OldItemId Id="o"/><t:OldParentFolderId Id="q"/>${content}</t:MovedEvent>`;
const streamed = (content: string) =>
  answer(
    'GetStreamingEvents',
    success(
      'GetStreamingEvents',
      `<m:Notifications><m:Notification><t:SubscriptionId>one</t:SubscriptionId>${content}</m:Notification></m:Notifications>`,
    ),
  );
/** Small enough to be tried with every one of its characters changed. */
const small = (kind: Kind) => {
  for (let seed = 1; ; seed += 1) {
    const document = randomDocument(new Random(seed), kind);
    if (document.includes('TimeStamp') && document.length < 1600) return document;
  }
};

describe('the strict reader', () => {
  describe('takes what servers send, and says of it what the general reader says:', () => {
    const captures = readdirSync(fixturePath('captures', 'grommunio')).filter((name) => name.endsWith('.response.xml'));

    it('grommunio, streams', () => {
      const envelopes = captures
        .filter((name) => /-stream-/.test(name))
        .flatMap((name) => readFixture('captures', 'grommunio', name).split(/(?<=<\/SOAP:Envelope>)/));
      const outcomes = envelopes.map((envelope) => [compare('streaming', envelope), /Error"/.test(envelope)]);
      assert.ok(outcomes.length > 30);
      // An envelope that tells of an error is for the general reader.
      for (const [outcome, isError] of outcomes) assert.equal(outcome, isError ? 'left' : 'taken');
    });

    it('grommunio, GetEvents', () => {
      const answers = captures
        .filter((name) => name.includes('getevents'))
        .map((name) => readFixture('captures', 'grommunio', name))
        .filter((text) => text.includes('NoError'));
      assert.ok(answers.length > 5);
      for (const text of answers) assert.equal(compare('pull', text), 'taken', text);
    });

    it('Amazon WorkMail, heartbeat and notification', () => {
      assert.equal(compare('push', sample('workmail.push-heartbeat')), 'taken');
      assert.equal(compare('push', sample('workmail.push-notification')), 'taken');
    });

    it('any server, with any prefixes, white space, quotes and values', () => {
      const { sound } = compareMany(1, 300, 0);
      assert.deepEqual(sound, { taken: 300, left: 0, refused: 0 });
    });
  });

  describe('never says anything else than the general reader:', () => {
    it('of documents that were spoilt by chance', () => {
      const { mutated } = compareMany(20_261_124, 2000);
      // Each has to occur often, or nothing is shown.
      assert.ok(mutated.taken > 200 && mutated.left > 100 && mutated.refused > 500, JSON.stringify(mutated));
    });

    for (const kind of KINDS) {
      it(`of a document that ends anywhere (${kind})`, () => {
        const document = small(kind).trimEnd();
        for (let length = 0; length < document.length; length += 1) {
          assert.equal(compare(kind, document.slice(0, length)), 'refused');
        }
      });

      it(`of a document in which any one character is missing, doubled or another (${kind})`, () => {
        const document = small(kind);
        const random = new Random(3);
        for (let at = 0; at < document.length; at += 1) {
          const [before, after] = [document.slice(0, at), document.slice(at + 1)];
          const other = random.pick(['<', '>', '/', '"', "'", '&', ' ', '=', ':', '!', '?', 'x', '\r', '\n', '\u00e9']);
          for (const instead of ['', document.charAt(at).repeat(2), other]) compare(kind, before + instead + after);
        }
      });
    }
  });

  describe('leaves to the general reader', () => {
    for (const [what, content] of [
      ['a comment', `${event()}<!-- <t:StatusEvent/> -->`],
      ['a CDATA section', event('<![CDATA[<t:Watermark>w</t:Watermark>]]>')],
      ['a kind of event that is new', '<t:SnoozedEvent><t:Watermark>w</t:Watermark></t:SnoozedEvent>'],
      ['an element that is new', event('<t:Reason>x</t:Reason>')],
      ['an element twice', event('<t:OldItemId Id="other"/>')],
      ['text between elements', event('text')],
      ['an attribute that is new', event().replace('Id="i"', 'Id="i" Kind="x"')],
      ['an attribute with a prefix', event().replace('Id="i"', 'Id="i" a:Id="other"')],
      ['a line break in a value', event().replace('Id="i"', 'Id="i\nj"')],
      ['a carriage return in a text', event().replace('04:05Z', '04:05Z\r')],
      ['a name beyond ASCII', event().replaceAll('t:ItemId', 'é:ItemId')],
      ['another prefix inside', event().replaceAll('t:ItemId', 'u:ItemId')],
      ['white space in an end tag', event().replace('</t:MovedEvent>', '</t:MovedEvent >')],
      ['spaces around an equals sign', event().replace('Id="i"', 'Id = "i"')],
      ['another order of elements', event().replace(/(<t:ItemId.*?>)(<t:Par.*?>)/, '$2$1')],
    ] as const) {
      it(what, () => {
        assert.equal(compare('streaming', streamed(event())), 'taken');
        assert.equal(compare('streaming', streamed(content)), 'left');
      });
    }

    it('a stream with an error in it, of which nothing is lost', () => {
      const good = success('GetStreamingEvents', '<m:ConnectionStatus>OK</m:ConnectionStatus>');
      const bad = failure('GetStreamingEvents', 'ErrorSubscriptionNotFound', 'Gone.');
      for (const document of [answer('GetStreamingEvents', good, bad), answer('GetStreamingEvents', bad, good)]) {
        assert.equal(compare('streaming', document), 'left');
        assert.equal(readStreamedEnvelope(document).error?.code, 'ErrorSubscriptionNotFound');
      }
    });

    it('what is refused: a DOCTYPE, references to nothing, tags that do not match, a second document', () => {
      const document = streamed(event());
      for (const bad of [
        document.replace('?>', '?><!DOCTYPE x [<!ENTITY i "other">]>').replace('Id="i"', 'Id="&i;"'),
        document.replace('Id="i"', 'Id="&i;"'),
        document.replace('Id="i"', 'Id="&#x110000;"'),
        document.replace('Id="i"', 'Id="a<b"'),
        document.replace('Id="i"', 'Id="i" Id="j"'),
        document.replace('</t:MovedEvent>', '</t:CopiedEvent>'),
        document.replace('</t:MovedEvent>', '</m:MovedEvent>'),
        document + document,
        document + 'text',
        document.replaceAll('s:Envelope', 'html:Envelope'),
      ]) {
        assert.equal(compare('streaming', bad), 'refused', bad);
        refusal(() => readStreamedEnvelope(bad), 'EWS_MALFORMED');
      }
    });

    it('what is too long, by the bound that is given or by the number of its parts', () => {
      const document = streamed(event());
      assert.equal(compare('streaming', document, document.length), 'taken');
      assert.equal(compare('streaming', document, document.length - 1), 'refused');
      refusal(() => readStreamedEnvelope(document, document.length - 1), 'EWS_TOO_LARGE');
      const many = streamed('<t:StatusEvent/>'.repeat(500_000));
      refusal(() => readStreamedEnvelope(many), 'EWS_TOO_LARGE');
    });
  });

  it('reads a notification that is pushed and one that is pulled alike', () => {
    const push = sample('workmail.push-notification');
    assert.deepEqual(readPushRequest(push)[0], { notification: getEvents.readUsual?.(asAnswer(push))?.content });
  });
});

/** A pushed notification as it would be pulled. */
function asAnswer(push: string): string {
  return push
    .replaceAll('m:SendNotificationResponseMessage', 'm:GetEventsResponseMessage')
    .replaceAll('m:SendNotification', 'm:GetEventsResponse');
}
