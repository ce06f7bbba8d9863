import { EwsError } from '../../src/protocol/ews-error.js';
import { actionsFor } from '../../src/subscriptions/overview-actions.js';
import type { OverviewEntry } from '../../src/subscriptions/overview.js';
import type { OverviewDetails, OverviewRow } from './overview-answer.js';
import type { Texts } from './texts.js';

/** Names come from flows and messages, sentences partly from servers: so long at most. */
const NAME_LENGTH = 320;
const SENTENCE_LENGTH = 2000;
/** So many folders are named at most. */
const FOLDERS_MOST = 50;
/** Ids of folders and subscriptions are some hundred characters long, and differ in the middle too. */
const ID_LENGTH = 512;

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
      .map(({ id, name }) => ({ id: id.slice(0, ID_LENGTH), name: name.slice(0, NAME_LENGTH) })),
    moreFolders: Math.max(0, folders.length - FOLDERS_MOST),
    subscriptionId: (engine.subscriptionId ?? '').slice(0, ID_LENGTH),
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
