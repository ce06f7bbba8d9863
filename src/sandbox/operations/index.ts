import { getEventsOperation } from './get-events.js';
import { getFolderOperation } from './get-folder.js';
import type { SandboxOperation } from './operation.js';
import { subscribeOperation } from './subscribe.js';
import { unsubscribeOperation } from './unsubscribe.js';

/** The operations that the sandbox has, by the name of their request element. */
export const OPERATIONS: ReadonlyMap<string, SandboxOperation> = new Map(
  [subscribeOperation, getEventsOperation, unsubscribeOperation, getFolderOperation].map((operation) => [
    operation.name,
    operation,
  ]),
);
