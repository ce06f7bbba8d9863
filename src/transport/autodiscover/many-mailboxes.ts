import type { AutodiscoverAnswer, EwsSettings } from '../../protocol/autodiscover/answer.js';
import {
  readUsersSettings,
  soapAutodiscover,
  writeGetUserSettings,
} from '../../protocol/autodiscover/get-user-settings.js';
import { EwsError } from '../../protocol/ews-error.js';
import { autodiscover, type AutodiscoverOptions } from './autodiscover.js';
import { notConfirmed } from './discovery.js';
import { MAX_ANSWER_BYTES, Questions } from './questions.js';
import { SearchRecord } from './search-record.js';
import { mailDomain, TrustedHosts, trustedUrl } from './trusted-hosts.js';

/** Where EWS is for a mailbox. Those with the same in both can share a stream. */
export interface MailboxPlace {
  readonly url: string;
  /** GroupingInformation; empty where the server gives none. */
  readonly grouping: string;
}

/** What is told of one mailbox: its place, why it cannot be gone to, or nothing that is of use. */
export type MailboxAnswer = MailboxPlace | EwsError | undefined;

/**
 * Asks one service for several mailboxes at once (docs: "GetUserSettings operation (SOAP)"); where it leads elsewhere for
 * one, its server is looked for. Hosts of the account's domain, and confirmed ones, are told who is calling, wherever the
 * mailboxes are. Throws an `EwsError` where there is no answer.
 */
export async function askForMailboxes(
  service: string,
  mailboxes: readonly string[],
  options: AutodiscoverOptions,
): Promise<readonly MailboxAnswer[]> {
  const trusted = new TrustedHosts(mailDomain(options.email) ?? '', options.confirmedHosts);
  const record = new SearchRecord(options.signal);
  const answer = await new Questions(options, trusted, record).ask({
    ...{ kind: 'soap', url: new URL(service), headers: soapAutodiscover.headers },
    body: writeGetUserSettings(mailboxes, service),
  });
  if (record.refusal) throw record.refusal;
  if (typeof answer === 'string' || answer.status !== 200) {
    const why = typeof answer === 'string' ? answer : `HTTP ${answer.status}`;
    throw new EwsError('EWS_AUTODISCOVER', `Autodiscover does not tell where mailboxes are: ${why}.`);
  }
  const answers = readUsersSettings(answer.text, mailboxes.length, MAX_ANSWER_BYTES);
  const told: MailboxAnswer[] = [];
  for (const [at, one] of answers.entries()) told.push(await toldOf(mailboxes[at] ?? '', one, trusted, options));
  return told;
}

async function toldOf(
  mailbox: string,
  answer: AutodiscoverAnswer,
  trusted: TrustedHosts,
  options: AutodiscoverOptions,
): Promise<MailboxAnswer> {
  switch (answer.kind) {
    case 'settings':
      return placeIn(mailbox, answer.settings, trusted, options.email);
    case 'redirect-url':
    case 'redirect-address':
      return lookFor(mailbox, answer.kind === 'redirect-address' ? answer.address : mailbox, options);
    case 'error':
      return undefined;
  }
}

function placeIn(mailbox: string, settings: EwsSettings, trusted: TrustedHosts, email: string): MailboxAnswer {
  const place = trustedUrl(settings, trusted);
  if ('url' in place) return { url: place.url.href, grouping: settings.grouping ?? '' };
  return 'unconfirmed' in place ? notConfirmed(mailbox, place.unconfirmed, email) : undefined;
}

async function lookFor(mailbox: string, address: string, options: AutodiscoverOptions): Promise<MailboxAnswer> {
  const { found, unconfirmed } = await autodiscover({ ...options, mailbox: address });
  if (found) return { url: found.url, grouping: found.grouping ?? '' };
  return unconfirmed[0] === undefined ? undefined : notConfirmed(mailbox, unconfirmed[0], options.email);
}
