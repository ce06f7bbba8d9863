import { inspect } from 'node:util';
import { isEventType, type EventType } from '../protocol/event-type.js';
import { EwsError } from '../protocol/ews-error.js';
import { isSmtpAddress } from './configuration-problem.js';
import { detailsOrderOf, type DetailsOrder } from './details-order.js';
import type { Delivery, NamedFolder, SubscriptionDescription } from './subscription-description.js';

/** What an ews-subscribe node is told to subscribe to: its own configuration with what a message overrides. */
export interface SubscribeOrder extends SubscriptionDescription, DetailsOrder {
  readonly delivery: Delivery;
  /** Pull: minutes that the subscription lives without a poll. */
  readonly subscriptionTimeout: number;
  /** Streaming: minutes that the server is to keep a stream open. */
  readonly connectionTimeout: number;
  /** Push: minutes between heartbeats. */
  readonly statusFrequency: number;
  /** Push: the ids of the nodes that may receive it; the first that does is taken. */
  readonly pushIn: readonly string[];
  /** Where to begin, given by hand. */
  readonly watermark?: string;
}

/**
 * Reads `msg.payload`: an address, an object that overrides properties, or an array of these. Anything else, such as
 * the time stamp of an inject node, asks for what the node is configured for.
 * Throws `EWS_CONFIGURATION` with a sentence for what cannot be meant.
 */
export function readOrders(payload: unknown, defaults: SubscribeOrder): SubscribeOrder[] {
  if (Array.isArray(payload)) return payload.flatMap((one: unknown) => readOrders(one, defaults));
  if (typeof payload === 'string' && payload.trim() !== '') return [{ ...defaults, mailbox: readMailbox(payload) }];
  if (typeof payload === 'object' && payload !== null && !Buffer.isBuffer(payload)) {
    return [overridden(payload as Record<string, unknown>, defaults)];
  }
  return [defaults];
}

function overridden(payload: Record<string, unknown>, defaults: SubscribeOrder): SubscribeOrder {
  const { mailbox } = payload;
  // Rows of a table have all columns; those that are empty say nothing.
  const said = Object.fromEntries(Object.entries(payload).filter(([, value]) => value !== '' && value !== null));
  const { access, allFolders, folders, events, subscriptionTimeout, connectionTimeout } = said;
  const { statusFrequency, pushIn, watermark } = said;
  return {
    mailbox: mailbox === undefined ? defaults.mailbox : readMailbox(mailbox),
    access: access === undefined ? defaults.access : readAccess(access),
    // Naming folders in a message means those folders, also where the node is set to all of them.
    allFolders:
      allFolders === undefined
        ? folders === undefined && defaults.allFolders
        : allFolders === true || allFolders === 'true',
    folders: folders === undefined ? defaults.folders : readFolders(folders),
    events: events === undefined ? defaults.events : readEvents(events),
    delivery: defaults.delivery,
    subscriptionTimeout: subscriptionTimeout === undefined ? defaults.subscriptionTimeout : Number(subscriptionTimeout),
    connectionTimeout: connectionTimeout === undefined ? defaults.connectionTimeout : Number(connectionTimeout),
    statusFrequency: statusFrequency === undefined ? defaults.statusFrequency : Number(statusFrequency),
    pushIn: pushIn === undefined ? defaults.pushIn : readPushIn(pushIn),
    ...detailsOrderOf(defaults),
    ...detailsOrderOf(said),
    ...(typeof watermark === 'string' ? { watermark } : {}),
  };
}

function readMailbox(value: unknown): string {
  const text = typeof value === 'string' ? value.trim() : undefined;
  if (text === '' || (text !== undefined && isSmtpAddress(text))) return text;
  throw mistake(`"${shown(value)}" is not the address of a mailbox.`);
}

function readAccess(value: unknown): 'delegate' | 'impersonate' {
  if (value === 'delegate' || value === 'impersonate') return value;
  throw mistake(`access must be "delegate" or "impersonate", not "${shown(value)}".`);
}

/** The ids of ews-push-in nodes: one, or an array of them. */
export function readPushIn(value: unknown): string[] {
  return (Array.isArray(value) ? (value as unknown[]) : [value]).filter(
    (id): id is string => typeof id === 'string' && id !== '',
  );
}

/** An array, or what a cell of a table holds: one, or several with commas between them. */
function listOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  return typeof value === 'string' ? value.split(',').map((part) => part.trim()) : [value];
}

/** Folders as the configuration or a message names them: objects with an id, or bare strings. */
export function readFolders(value: unknown): NamedFolder[] {
  return listOf(value).map((folder) => {
    if (typeof folder === 'string' && folder.trim() !== '') return { id: folder.trim(), name: folder.trim() };
    const { id, name } = (folder ?? {}) as { id?: unknown; name?: unknown };
    if (typeof id !== 'string' || id === '') throw mistake(`"${shown(folder)}" does not name a folder.`);
    return { id, name: typeof name === 'string' && name !== '' ? name : id };
  });
}

/** Event types as the configuration or a message names them. */
export function readEvents(value: unknown): EventType[] {
  return listOf(value).map((event) => {
    if (!isEventType(event)) throw mistake(`"${shown(event)}" is not an event type.`);
    return event;
  });
}

function shown(value: unknown): string {
  return (typeof value === 'string' ? value : inspect(value)).slice(0, 80);
}

function mistake(sentence: string): EwsError {
  return new EwsError('EWS_CONFIGURATION', sentence);
}
