import assert from 'node:assert/strict';
import { writeEnvelope } from '../../dist/src/protocol/envelope.js';
import { writeGetEvents } from '../../dist/src/protocol/get-events.js';
import { writeGetFolder } from '../../dist/src/protocol/get-folder.js';
import { writeUnsubscribe } from '../../dist/src/protocol/unsubscribe.js';
import { schemaErrors } from '../support/schema.js';
import { needsXmllint } from './needs.js';
import { ODD_TEXTS } from './values.js';

function assertValid(bodies: readonly string[]): void {
  assert.deepEqual(schemaErrors(...bodies.map((body) => writeEnvelope({ version: 'Exchange2010_SP2' }, body))), []);
}

describe('operations and the schema', () => {
  needsXmllint();

  it('GetEvents is valid', () => {
    assertValid([
      writeGetEvents({ subscriptionId: 'without a watermark' }),
      ...ODD_TEXTS.map((text) => writeGetEvents({ subscriptionId: text, watermark: text })),
    ]);
  });

  it('Unsubscribe is valid', () => {
    assertValid(ODD_TEXTS.map((subscriptionId) => writeUnsubscribe({ subscriptionId })));
  });

  it('GetFolder is valid', () => {
    assertValid(
      (['IdOnly', 'Default', 'AllProperties'] as const).flatMap((shape) =>
        ODD_TEXTS.flatMap((text) => [
          writeGetFolder({ shape, folders: [{ id: text, changeKey: text }, { id: 'inbox' }] }),
          writeGetFolder({ shape, folders: [{ id: 'inbox' }, { id: text }], mailbox: text }),
        ]),
      ),
    );
  });
});
