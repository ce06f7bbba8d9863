import assert from 'node:assert/strict';
import { DISTINGUISHED_FOLDERS } from '../../dist/src/protocol/distinguished-folder.js';
import { EVENT_TYPES } from '../../dist/src/protocol/event-type.js';
import { CONNECTION_TIMEOUT_MINUTES } from '../../dist/src/protocol/get-streaming-events.js';
import { RECOVERY_TABLE } from '../../dist/src/protocol/recovery-table.js';
import { REQUEST_VERSIONS } from '../../dist/src/protocol/server-version.js';
import { PULL_TIMEOUT_MINUTES, STATUS_FREQUENCY_MINUTES } from '../../dist/src/protocol/subscribe.js';
import { enumeration, needsXmllint, schemaFile, simpleType } from './needs.js';

/** Codes that documentation pages spell otherwise than the schema; a server may have followed either. */
const MISSPELT = ['ErrorSubscriptionUnsubsribed'];

describe('names and limits of the schema', () => {
  needsXmllint();

  it('every code in the recovery table is one that a server can answer', () => {
    const known = new Set([...enumeration(schemaFile('messages.xsd'), 'ResponseCodeType'), ...MISSPELT]);
    const codes = RECOVERY_TABLE.flatMap((row) => row.codes).filter((code) => !code.startsWith('EWS_'));
    assert.deepEqual(
      codes.filter((code) => !known.has(code)),
      [],
    );
  });

  it('the distinguished folders are those of the schema', () => {
    const names = enumeration(schemaFile('types.xsd'), 'DistinguishedFolderIdNameType');
    assert.deepEqual([...DISTINGUISHED_FOLDERS].sort(), names.sort());
  });

  it('the event types are those of the schema', () => {
    const names = enumeration(schemaFile('types.xsd'), 'NotificationEventTypeType');
    assert.deepEqual([...EVENT_TYPES].map((type) => `${type}Event`).sort(), names.sort());
  });

  it('the request versions are in the schema, in its order', () => {
    const names = enumeration(schemaFile('types.xsd'), 'ExchangeVersionType');
    assert.deepEqual(
      [...REQUEST_VERSIONS],
      names.filter((name) => (REQUEST_VERSIONS as readonly string[]).includes(name)),
    );
  });

  it('the limits are those of the schema', () => {
    for (const [name, { min, max }] of [
      ['SubscriptionTimeoutType', PULL_TIMEOUT_MINUTES],
      ['SubscriptionStatusFrequencyType', STATUS_FREQUENCY_MINUTES],
      ['StreamingSubscriptionConnectionTimeoutType', CONNECTION_TIMEOUT_MINUTES],
    ] as const) {
      const definition = simpleType(schemaFile('types.xsd'), name);
      assert.match(definition, new RegExp(`<xs:minInclusive value="${min}"`));
      assert.match(definition, new RegExp(`<xs:maxInclusive value="${max}"`));
    }
  });
});
