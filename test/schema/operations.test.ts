import assert from 'node:assert/strict';
import { writeAnswerEnvelope, writeEnvelope } from '../../dist/src/protocol/envelope.js';
import { writeFindFolder } from '../../dist/src/protocol/find-folder.js';
import { writeFindItem } from '../../dist/src/protocol/find-item.js';
import { shapeOf, plainShapeOf } from '../../dist/src/details/shape-of.js';
import { writeGetAttachment } from '../../dist/src/protocol/get-attachment.js';
import { REQUEST_VERSIONS } from '../../dist/src/protocol/server-version.js';
import { writeGetEvents } from '../../dist/src/protocol/get-events.js';
import { writeGetFolder } from '../../dist/src/protocol/get-folder.js';
import { writeGetItem } from '../../dist/src/protocol/get-item.js';
import { MAX_STREAM_SUBSCRIPTIONS, writeGetStreamingEvents } from '../../dist/src/protocol/get-streaming-events.js';
import type { ItemShape } from '../../dist/src/protocol/item-shape.js';
import {
  DELETED_COUNT_TOTAL,
  FIELD_URIS,
  LOCAL_COMMIT_TIME_MAX,
  type PropertyPath,
} from '../../dist/src/protocol/property-path.js';
import { writeSendNotificationResult } from '../../dist/src/protocol/send-notification.js';
import { writeUnsubscribe } from '../../dist/src/protocol/unsubscribe.js';
import { schemaErrors } from '../support/schema.js';
import { needsXmllint } from './needs.js';
import { ODD_TEXTS } from './values.js';

const PROPERTIES: readonly PropertyPath[] = [...FIELD_URIS, LOCAL_COMMIT_TIME_MAX, DELETED_COUNT_TOTAL];
const properties = [{}, { properties: [] }, { properties: PROPERTIES }];
const pages = [{}, { page: { offset: 0, maxEntries: 1 } }, { page: { offset: 0x7fffffff, maxEntries: 1000 } }];

const shapes: readonly ItemShape[] = (['IdOnly', 'Default', 'AllProperties'] as const).flatMap((base) =>
  [undefined, true, false].flatMap((includeMimeContent) =>
    ([undefined, 'Text', 'HTML', 'Best'] as const).flatMap((bodyType) =>
      properties.map((some) => ({ base, includeMimeContent, bodyType, ...some })),
    ),
  ),
);

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

  it('GetFolder with properties is valid', () => {
    assertValid([writeGetFolder({ shape: 'IdOnly', folders: [{ id: 'inbox' }], properties: PROPERTIES })]);
  });

  it('GetStreamingEvents is valid', () => {
    assertValid([
      writeGetStreamingEvents({ subscriptionIds: ODD_TEXTS, connectionTimeoutMinutes: 1 }),
      ...ODD_TEXTS.map((id) => writeGetStreamingEvents({ subscriptionIds: [id], connectionTimeoutMinutes: 30 })),
      writeGetStreamingEvents({
        subscriptionIds: Array.from({ length: MAX_STREAM_SUBSCRIPTIONS }, (_, n) => `s${n}`),
        connectionTimeoutMinutes: 15,
      }),
    ]);
  });

  it('FindFolder is valid', () => {
    assertValid(
      (['Shallow', 'Deep', 'SoftDeleted'] as const).flatMap((traversal) =>
        pages.flatMap((page) =>
          properties.flatMap((some) =>
            ODD_TEXTS.map((text) =>
              writeFindFolder({ parent: { id: text }, mailbox: text, traversal, shape: 'Default', ...page, ...some }),
            ),
          ),
        ),
      ),
    );
  });

  it('FindItem is valid', () => {
    const orders = ['Ascending', 'Descending'] as const;
    const sorts = [
      {},
      { sort: [] },
      { sort: PROPERTIES.map((property, n) => ({ property, order: orders[n % 2] ?? 'Ascending' })) },
    ];
    const fewShapes = shapes.filter((_, n) => n % 5 === 0);
    const restrictions = [{}, { modifiedAfter: '2026-01-02T03:04:05.123456789Z' }];
    assertValid(
      (['Shallow', 'SoftDeleted', 'Associated'] as const).flatMap((traversal) =>
        pages.flatMap((page) =>
          sorts.flatMap((sort) =>
            restrictions.flatMap((restriction) =>
              fewShapes.map((shape, n) => {
                const parent = { id: n % 2 === 0 ? 'inbox' : (ODD_TEXTS[n % ODD_TEXTS.length] ?? 'x') };
                const mailbox = ODD_TEXTS[n % ODD_TEXTS.length] ?? 'x';
                return writeFindItem({ parent, mailbox, traversal, shape, ...page, ...sort, ...restriction });
              }),
            ),
          ),
        ),
      ),
    );
  });

  it('GetItem is valid', () => {
    assertValid(
      shapes.flatMap((shape) => [
        writeGetItem({ shape, items: ODD_TEXTS.map((text) => ({ id: text, changeKey: text })) }),
        writeGetItem({ shape, items: [{ id: 'one' }] }),
      ]),
    );
  });

  it('GetItem as it is asked for what messages hold is valid, in every version', () => {
    const bodies = (['summary', 'body', 'mime'] as const).flatMap((include) =>
      (['text', 'html'] as const).flatMap((bodyType) =>
        REQUEST_VERSIONS.flatMap((version) => [
          writeGetItem({ shape: shapeOf({ include, bodyType }, version), items: [{ id: 'one' }] }),
          writeGetItem({ shape: plainShapeOf({ include, bodyType }), items: [{ id: 'one' }] }),
        ]),
      ),
    );
    assertValid(bodies);
  });

  it('GetAttachment is valid', () => {
    assertValid([
      writeGetAttachment({ attachments: ODD_TEXTS }),
      ...(['Text', 'HTML', 'Best'] as const).map((bodyType) => writeGetAttachment({ attachments: ['1'], bodyType })),
    ]);
  });

  it('the answer to SendNotification is valid', () => {
    const answers = (['OK', 'Unsubscribe'] as const).map((status) =>
      writeAnswerEnvelope(writeSendNotificationResult(status)),
    );
    assert.deepEqual(schemaErrors(...answers), []);
  });
});
