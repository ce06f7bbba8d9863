import { EwsError } from '../../src/protocol/ews-error.js';
import { actionsFor, type OverviewAction } from '../../src/subscriptions/overview-actions.js';
import type { OverviewEntry } from '../../src/subscriptions/overview.js';
import type { CountedMinutes } from '../../src/subscriptions/minute-counts.js';
import type { Delivery, NamedFolder } from '../../src/subscriptions/subscription-description.js';
import type { SubscriptionState } from '../../src/subscriptions/subscription-state.js';
import type { Texts } from './texts.js';

/** Names come from flows and messages, sentences partly from servers: so long at most. */
const NAME_LENGTH = 320;
const SENTENCE_LENGTH = 2000;
/** So many folders are named at most. */
const FOLDERS_MOST = 50;
/** Ids of subscriptions are long, and differ at both ends. */
const ID_LENGTH = 24;

/** A subscription as the table in the editor shows it. Times are in milliseconds since 1970. */
export interface OverviewRow {
  readonly id: number;
  readonly node: string;
  readonly flow: string;
  readonly account: string;
  readonly accountName: string;
  readonly mailbox: string;
  readonly delivery: Delivery;
  readonly state: SubscriptionState['name'];
  readonly since: number;
  readonly lastEventAt?: number;
  /** Two or three words for what is wrong, where something is. */
  readonly reason?: string;
  /** Events of the last hour, minute by minute. */
  readonly hour?: CountedMinutes;
}

/** What is shown of the one that is looked at. */
export interface OverviewDetails extends OverviewRow {
  readonly access: 'delegate' | 'impersonate';
  readonly allFolders: boolean;
  readonly folders: readonly NamedFolder[];
  /** How many folders are not among these. */
  readonly moreFolders: number;
  readonly kinds: readonly string[];
  /** Shortened. */
  readonly subscriptionId: string;
  readonly heardAt?: number;
  readonly retryAt?: number;
  readonly events: number;
  readonly recovered: number;
  readonly reconnects: number;
  readonly gaps: number;
  /** The last trouble, also if it is over. */
  readonly error?: { readonly code: string; readonly text: string; readonly at: number };
  readonly actions: readonly OverviewAction[];
}

export function rowOf({ id, about, facts }: OverviewEntry, texts: Texts): OverviewRow {
  const { lastEventAt, lastHour, state, error } = facts;
  const isTroubled = state === 'waiting' || state === 'stopped';
  return {
    id,
    ...{ node: about.node, flow: about.flow, account: about.account, delivery: about.delivery },
    accountName: about.accountName.slice(0, NAME_LENGTH),
    mailbox: about.mailbox.slice(0, NAME_LENGTH),
    ...{ state, since: facts.since },
    ...(lastEventAt === undefined ? {} : { lastEventAt }),
    ...(isTroubled && error ? { reason: texts.reason(new EwsError(error.code, '')) } : {}),
    ...(lastHour ? { hour: lastHour } : {}),
  };
}

export function detailsOf(entry: OverviewEntry, texts: Texts): OverviewDetails {
  const { about, facts, engine } = entry;
  const { access, allFolders, folders, events } = about.description;
  const { heardAt, retryAt, error } = facts;
  return {
    ...rowOf(entry, texts),
    ...{ access, allFolders, kinds: events },
    folders: folders
      .slice(0, FOLDERS_MOST)
      .map(({ id, name }) => ({ id: shortened(id), name: name.slice(0, NAME_LENGTH) })),
    moreFolders: Math.max(0, folders.length - FOLDERS_MOST),
    subscriptionId: shortened(engine.subscriptionId ?? ''),
    ...(heardAt === undefined ? {} : { heardAt }),
    ...(retryAt === undefined ? {} : { retryAt }),
    ...{ events: facts.events, recovered: facts.recovered, reconnects: facts.reconnects, gaps: facts.gaps },
    ...(error ? { error: { code: error.code, text: sentenceOf(error, texts), at: error.at } } : {}),
    actions: actionsFor(entry),
  };
}

function sentenceOf({ code, message }: { code: string; message: string }, texts: Texts): string {
  return texts.error(new EwsError(code, message)).message.slice(0, SENTENCE_LENGTH);
}

function shortened(id: string): string {
  return id.length <= ID_LENGTH ? id : `${id.slice(0, ID_LENGTH / 2 - 1)}…${id.slice(-ID_LENGTH / 2)}`;
}
