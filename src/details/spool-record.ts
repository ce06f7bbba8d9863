import { isEventType } from '../protocol/event-type.js';
import type { MailboxEvent } from '../protocol/mailbox-event.js';
import type { EventBatch } from '../subscriptions/engine-listener.js';
import type { PositionKey } from '../subscriptions/position-record.js';
import type { Remembered } from './spool.js';

/** The form of what is kept; another number stands for one that this version does not know. */
export const SPOOL_FORMAT = 1;

/** What is kept of a notification. */
export function batchRecord(key: PositionKey, batch: EventBatch): object {
  return { format: SPOOL_FORMAT, ...key, batch };
}

/** The notification that was kept; `undefined` for what is none. */
export function readBatch(value: unknown): EventBatch | undefined {
  const { format, batch } = fieldsOf(value);
  return format === SPOOL_FORMAT && isBatch(batch) ? batch : undefined;
}

/** What is kept of the events that were left. */
export function rememberedRecord({ keys, since }: Remembered): object {
  return { format: SPOOL_FORMAT, keys, since };
}

/** The events that were left, as far as that was kept. */
export function readRemembered(value: unknown): Remembered | undefined {
  const { format, keys, since } = fieldsOf(value);
  const isWhole = format === SPOOL_FORMAT && typeof since === 'number' && Array.isArray(keys);
  return isWhole ? { keys: keys.filter((key) => typeof key === 'string'), since } : undefined;
}

/** What stands in JSON; `undefined` for what is none. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The properties of a value that may be anything. */
export function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function isBatch(value: unknown): value is EventBatch {
  const { subscriptionId, events, recovered } = fieldsOf(value);
  return (
    typeof subscriptionId === 'string' &&
    typeof recovered === 'boolean' &&
    Array.isArray(events) &&
    events.every((event) => isEvent(event))
  );
}

function isEvent(value: unknown): value is MailboxEvent {
  const { eventType, timeStamp, itemId, folderId } = fieldsOf(value);
  return isEventType(eventType) && typeof timeStamp === 'string' && (isId(itemId) || isId(folderId));
}

function isId(value: unknown): boolean {
  return typeof fieldsOf(value).id === 'string';
}
