import assert from 'node:assert/strict';
import { DISTINGUISHED_FOLDERS } from '../../dist/src/protocol/distinguished-folder.js';
import { writeEnvelope, type ConnectingSid } from '../../dist/src/protocol/envelope.js';
import { EVENT_TYPES, type EventType } from '../../dist/src/protocol/event-type.js';
import { REQUEST_VERSIONS } from '../../dist/src/protocol/server-version.js';
import { writeSubscribe, type SubscribeRequest, type SubscriptionScope } from '../../dist/src/protocol/subscribe.js';
import { schemaErrors } from '../support/schema.js';
import { needsXmllint } from './needs.js';
import { cycle, ODD_TEXTS } from './values.js';

const text = cycle(ODD_TEXTS);

function* scopes(): Generator<SubscriptionScope> {
  yield { allFolders: true };
  yield { folders: DISTINGUISHED_FOLDERS.map((id) => ({ id })) };
  yield { folders: [{ id: text() }, { id: text(), changeKey: text() }] };
  yield { folders: [{ id: 'inbox' }, { id: 'calendar', changeKey: text() }, { id: text() }], mailbox: text() };
}

function* deliveries(scope: SubscriptionScope, events: readonly EventType[]): Generator<SubscribeRequest> {
  const shared = { scope, events };
  const marks = [{}, { watermark: text() }];
  for (const mark of marks) {
    for (const timeoutMinutes of [1, 1440]) yield { delivery: 'pull', ...shared, ...mark, timeoutMinutes };
    for (const callerData of [{}, { callerData: '' }, { callerData: text() }]) {
      const url = 'http://[::1]:1880/ews/a?b=c&d=\'"<é>';
      yield { delivery: 'push', ...shared, ...mark, ...callerData, statusFrequencyMinutes: 1, url };
      yield { delivery: 'push', ...shared, ...mark, ...callerData, statusFrequencyMinutes: 1440, url };
    }
  }
  yield { delivery: 'streaming', ...shared };
}

const impersonations: readonly [() => ConnectingSid | undefined, ...(() => ConnectingSid | undefined)[]] = [
  () => undefined,
  () => ({ principalName: text() }),
  () => ({ sid: text() }),
  () => ({ primarySmtpAddress: text() }),
  () => ({ smtpAddress: text() }),
];

describe('Subscribe and the schema', () => {
  needsXmllint();

  it('is valid in every combination of delivery, scope, events, watermark, impersonation and version', () => {
    const eventSets: (readonly EventType[])[] = [EVENT_TYPES, ...EVENT_TYPES.map((type) => [type])];
    const envelopes: string[] = [];
    for (const version of REQUEST_VERSIONS) {
      for (const impersonation of impersonations) {
        const impersonate = impersonation();
        const header = impersonate === undefined ? { version } : { version, impersonate };
        for (const scope of scopes()) {
          // Each set of events with some of the rest: all with all would be ten times as many, and tell no more.
          const events = eventSets[envelopes.length % eventSets.length] ?? EVENT_TYPES;
          for (const request of deliveries(scope, events)) {
            envelopes.push(writeEnvelope(header, writeSubscribe(request)));
          }
        }
      }
    }
    assert.ok(envelopes.length > 2000);
    assert.deepEqual(schemaErrors(...envelopes), []);
  });
});
