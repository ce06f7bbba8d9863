import { convertIdOperation } from './convert-id.js';
import { findFolderOperation } from './find-folder.js';
import { findItemOperation } from './find-item.js';
import { getAttachmentOperation } from './get-attachment.js';
import { getItemOperation } from './get-item.js';
import { getEventsOperation } from './get-events.js';
import { getFolderOperation } from './get-folder.js';
import { getStreamingEventsOperation } from './get-streaming-events.js';
import type { SandboxOperation, StreamingOperation } from './operation.js';
import { subscribeOperation } from './subscribe.js';
import { unsubscribeOperation } from './unsubscribe.js';

/** The operations that the sandbox has, by the name of their request element. */
export const OPERATIONS: ReadonlyMap<string, SandboxOperation | StreamingOperation> = new Map(
  [
    subscribeOperation,
    unsubscribeOperation,
    getEventsOperation,
    getStreamingEventsOperation,
    getFolderOperation,
    findFolderOperation,
    findItemOperation,
    getItemOperation,
    getAttachmentOperation,
    convertIdOperation,
  ].map((operation) => [operation.name, operation]),
);
