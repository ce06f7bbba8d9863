import assert from 'node:assert/strict';
import { readEnvelope } from '../../dist/src/protocol/envelope.js';
import { EwsError } from '../../dist/src/protocol/ews-error.js';
import { readGetEvents } from '../../dist/src/protocol/get-events.js';
import { readGetStreamingEvents } from '../../dist/src/protocol/get-streaming-events.js';
import type { OperationName } from '../../dist/src/protocol/operation.js';
import { readSendNotification } from '../../dist/src/protocol/send-notification.js';
import {
  readStrictGetEvents,
  readStrictPush,
  readStrictStreaming,
} from '../../dist/src/protocol/strict/strict-envelope.js';
import type { XmlElement } from '../../dist/src/protocol/xml-element.js';

/** What the readers are given: an envelope of a stream, an answer to GetEvents, a request of a server. */
export type Kind = 'streaming' | 'pull' | 'push';

export const KINDS: readonly Kind[] = ['streaming', 'pull', 'push'];

/** What became of a document: both readers took it, the strict one left it to the other, or there it was refused too. */
export type Outcome = 'taken' | 'left' | 'refused';

interface Readers {
  readonly strict: (document: string, maxLength?: number) => object | undefined;
  readonly operation: OperationName;
  readonly read: (response: XmlElement) => unknown;
}

const READERS: Record<Kind, Readers> = {
  streaming: { strict: readStrictStreaming, operation: 'GetStreamingEvents', read: readGetStreamingEvents },
  pull: { strict: readStrictGetEvents, operation: 'GetEvents', read: readGetEvents },
  push: { strict: readStrictPush, operation: 'SendNotification', read: readSendNotification },
};

/** What the general reader makes of a document, or the code of its refusal. Other errors are thrown. */
function generally(kind: Kind, document: string, maxLength?: number): object | string {
  const { operation, read } = READERS[kind];
  try {
    const { response, ...rest } = readEnvelope(document, operation, maxLength);
    return { content: read(response), ...rest };
  } catch (error) {
    if (error instanceof EwsError) return error.code;
    throw error;
  }
}

/** Throws an `AssertionError` unless the strict reader leaves the document alone or says of it what the general one says. */
export function compare(kind: Kind, document: string, maxLength?: number): Outcome {
  const general = generally(kind, document, maxLength);
  const strict = READERS[kind].strict(document, maxLength);
  if (strict === undefined) return typeof general === 'string' ? 'refused' : 'left';
  const message = `The readers differ on this ${kind} document: ${JSON.stringify(document)}`;
  assert.deepStrictEqual(strict, general, message);
  // The order of properties is what people see.
  assert.equal(JSON.stringify(strict), JSON.stringify(general), message);
  return 'taken';
}
