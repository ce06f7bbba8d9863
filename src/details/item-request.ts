import { EwsError } from '../protocol/ews-error.js';

/** What a message asks for: items or folders, or what is in attachments. */
export interface ItemRequest {
  readonly kind: 'item' | 'folder' | 'attachment';
  readonly ids: readonly string[];
  /** Whether the message names a list, so that it is answered with one. */
  readonly several: boolean;
}

/** So many ids of one message are looked up, at most. */
export const MOST_IDS = 1000;

/** A message as it is read here. */
export interface AskingMessage {
  readonly payload?: unknown;
  readonly itemId?: unknown;
  readonly attachmentId?: unknown;
}

/**
 * Reads what a message asks for: `msg.attachmentId`, else `msg.itemId`, else what `msg.payload` is about, an event, an
 * item or an array of them. Throws `EWS_CONFIGURATION` with a sentence where it names nothing.
 */
export function readItemRequest({ payload, itemId, attachmentId }: AskingMessage): ItemRequest {
  if (attachmentId !== undefined) return request('attachment', attachmentId);
  if (itemId !== undefined) return request('item', itemId);
  const folders = listOf(payload).flatMap((one) => idsOf(field(one, 'folderId')));
  return folders.length > 0 && folders.length === listOf(payload).length
    ? { kind: 'folder', ids: bounded(folders), several: Array.isArray(payload) }
    : request('item', payload);
}

function request(kind: ItemRequest['kind'], value: unknown): ItemRequest {
  const ids = listOf(value).flatMap((one) => {
    const found = idsOf(kind === 'attachment' ? (field(one, 'attachmentId') ?? one) : (field(one, 'itemId') ?? one));
    // A notification may tell of folders among items: they have none.
    if (found.length === 0 && !Array.isArray(value)) throw nothingNamed();
    return found;
  });
  if (ids.length === 0) throw nothingNamed();
  return { kind, ids: bounded(ids), several: Array.isArray(value) };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [value];
}

/** An id as a text, or in an object as events hold it. */
function idsOf(value: unknown): string[] {
  const id = typeof value === 'object' ? field(value, 'id') : value;
  return typeof id === 'string' && id.trim() !== '' ? [id.trim()] : [];
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function bounded(ids: readonly string[]): readonly string[] {
  if (ids.length > MOST_IDS) throw mistake(`A message may name ${MOST_IDS} items at once, not ${ids.length}.`);
  return ids;
}

function nothingNamed(): EwsError {
  return mistake('The message names no item: send it an event, or an id in msg.itemId or msg.attachmentId.');
}

function mistake(sentence: string): EwsError {
  return new EwsError('EWS_CONFIGURATION', sentence);
}
