import { isEventType } from '../protocol/event-type.js';
import { areCounts } from './folder-counts.js';
import type { DetailsOrder } from './details-order.js';
import type { PositionProblem } from './engine-listener.js';
import type { Delivery, SubscriptionDescription } from './subscription-description.js';
import type { SavedTold } from './told-log.js';

/** The version of the record's form. A newer one is not touched. */
export const POSITION_FORMAT = 1;

/** Under what a position is kept: the node, the mailbox, and, where a node has several for a mailbox, which of them. */
export interface PositionKey {
  readonly node: string;
  readonly mailbox: string;
  readonly part: string;
}

/**
 * How far the events of one subscription have been sent, and what is needed to carry on from there; {@link SavedTold}:
 * what was told of items shortly before `upTo`, for catching up by time.
 */
export interface PositionRecord extends PositionKey, SavedTold {
  readonly format: typeof POSITION_FORMAT;
  /** The server it belongs to, and which start of it where that matters. */
  readonly server: string;
  readonly incarnation?: string;
  readonly about: SubscriptionDescription;
  /** Which kind of node watched: a node may get another type and keep its id. */
  readonly delivery?: Delivery;
  /** The subscription on the server, if there is one to use again. */
  readonly subscriptionId?: string;
  /** Where to resume; servers without watermarks give none. */
  readonly watermark?: string;
  /**
   * Streaming: what was sent since the watermark, so that catching up from it sends nothing twice (see sent-log.ts). Another
   * delivery would tell it again, and so does not begin at that watermark.
   */
  readonly sentSince?: readonly string[];
  /** Up to when everything was told, by the server's clock (ISO 8601; see answered-until.ts). */
  readonly upTo?: string;
  readonly paused?: boolean;
  /** Pull, without a watermark: nothing was under way when it was saved, as the node was being closed. */
  readonly closed?: boolean;
  /** Push: at which URL the server calls, and what it brought last. */
  readonly push?: PushAddress;
  /** The subscription lacks folders that were missing when it was made, so it is not used again. */
  readonly partial?: boolean;
  /** For an adopted subscription: everything needed to carry it on without being asked. */
  readonly adopted?: AdoptedSubscription;
}

/** Whether there is anything before. */
export function hasBegun(position: {
  readonly subscriptionId?: string | undefined;
  readonly watermark?: string | undefined;
  readonly upTo?: string | undefined;
}): boolean {
  return (position.subscriptionId ?? position.watermark ?? position.upTo) !== undefined;
}

/** What is kept of a push subscription beside its watermark. */
export interface PushAddress {
  /** The last part of its URL, which nobody but the server knows. */
  readonly token: string;
  /** The rest of its URL. */
  readonly base: string;
  /** Minutes between heartbeats, as they were asked for. */
  readonly statusFrequency: number;
  /** When the server last called, by this machine's clock (ms since 1970). */
  readonly heardAt: number;
  /** What was sent of the last notifications, so that one that comes again is known (see recent-events.ts). */
  readonly recent: readonly string[];
  /** To which watermarks the next notification may join (see push-continuity.ts). */
  readonly ends?: readonly string[];
}

/** What an adopter remembers of a subscription that another node made. */
export interface AdoptedSubscription extends DetailsOrder {
  /** The id of the account node whose credentials it runs with. */
  readonly account: string;
  /** The id of the node that made it. */
  readonly subscriber: string;
  /** Pull: minutes that the subscription lives without being asked. */
  readonly subscriptionTimeout?: number;
  /** Streaming: minutes that the server is to keep a stream open. */
  readonly connectionTimeout?: number;
  /** Push: minutes between heartbeats. */
  readonly statusFrequency?: number;
}

/** Where a subscription begins that another node has just made. */
export interface Beginning {
  readonly subscriptionId: string;
  readonly watermark?: string;
  /** Where the server holds all that happened since then for it: when that was, by its clock (ms since 1970). */
  readonly freshAt?: number;
}

/** A subscription that another node made, and how it goes on without that node. */
export interface Adoption extends AdoptedSubscription {
  /** Counts where no position is kept. */
  readonly begins?: Beginning;
  /** Push: the watermark at which to begin, given by hand. Counts where no position is kept. */
  readonly from?: string;
}

/** What is kept of an adoption. */
export function rememberedOf({ begins: _begins, from: _from, ...adopted }: Adoption): AdoptedSubscription {
  return adopted;
}

/** A position that cannot be read or written. */
export class PositionError extends Error implements PositionProblem {
  override readonly name = 'PositionError';
  readonly kind: PositionProblem['kind'];
  readonly detail: string;

  constructor(kind: PositionProblem['kind'], detail: string, cause?: unknown) {
    super(`${kind}: ${detail}`, { cause });
    this.kind = kind;
    this.detail = detail;
  }
}

/** Checks what was kept. Throws a `PositionError` for what is no record, or one of a newer version. */
export function checkedRecord(value: unknown): PositionRecord {
  if (!isObject(value) || typeof value.format !== 'number') throw new PositionError('damaged', 'it is not a position');
  if (value.format > POSITION_FORMAT) {
    throw new PositionError('newer', `it has format ${value.format}, this version knows ${POSITION_FORMAT}`);
  }
  if (!isWhole(value)) throw new PositionError('damaged', 'parts of it are missing or are not what they should be');
  return value;
}

/** Every part is looked at: one of another type than it should be would fail wherever it is first used, at each start. */
function isWhole(
  record: Readonly<Record<string, unknown>>,
): record is Readonly<Record<string, unknown>> & PositionRecord {
  const { node, mailbox, part, server, subscriptionId, watermark, upTo, toldFrom, searchedAt, incarnation } = record;
  const { about, delivery, sentSince, told, paused, closed, partial, push, adopted, counts } = record;
  return (
    [node, mailbox, part, server].every(isText) &&
    [delivery, subscriptionId, watermark, upTo, toldFrom, searchedAt, incarnation].every(
      (text) => text === undefined || isText(text),
    ) &&
    isDescription(about) &&
    [sentSince, told].every((list) => list === undefined || isListOf(list, isText)) &&
    [paused, closed, partial].every((flag) => flag === undefined || typeof flag === 'boolean') &&
    (counts === undefined || areCounts(counts)) &&
    (push === undefined || isPushAddress(push)) &&
    (adopted === undefined || isAdopted(adopted))
  );
}

function isDescription(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { mailbox, access, allFolders, folders, events } = value;
  return (
    isText(mailbox) &&
    (access === 'delegate' || access === 'impersonate') &&
    typeof allFolders === 'boolean' &&
    isListOf(folders, (folder) => isObject(folder) && isText(folder.id) && isText(folder.name)) &&
    isListOf(events, isEventType)
  );
}

function isPushAddress(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { token, base, statusFrequency, heardAt, recent, ends = [] } = value;
  return (
    [token, base].every(isText) &&
    [statusFrequency, heardAt].every((number) => typeof number === 'number') &&
    [recent, ends].every((list) => isListOf(list, isText))
  );
}

function isAdopted(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { account, subscriber, subscriptionTimeout, connectionTimeout, statusFrequency } = value;
  return (
    [account, subscriber].every(isText) &&
    [subscriptionTimeout, connectionTimeout, statusFrequency].every(
      (minutes) => minutes === undefined || typeof minutes === 'number',
    )
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isListOf(value: unknown, fits: (entry: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(fits);
}

/** What `error` is about, as a `PositionError`. */
export function toPositionError(error: unknown): PositionError {
  return error instanceof PositionError ? error : new PositionError('unreadable', String(error), error);
}

/** Saving in place of a position that a newer version wrote would destroy it, for when that version comes back. */
export function newerInTheWay(): PositionError {
  return new PositionError('unwritable', 'a newer version of these nodes wrote the position that is kept there');
}
