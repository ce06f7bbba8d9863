import { NO_DETAILS, readCalm, readContentSettings, type DetailsSettings } from '../../src/details/details-settings.js';
import { readFilter } from '../../src/details/filter.js';
import { EwsError } from '../../src/protocol/ews-error.js';
import { problemsOfDescriptions, type ConfigurationProblem } from '../../src/subscriptions/configuration-problem.js';
import type { Missed } from '../../src/subscriptions/held-delivery.js';
import { EVERYTHING, readShare, type Share } from '../../src/subscriptions/share.js';
import type { SubscriptionDescription } from '../../src/subscriptions/subscription-description.js';
import { readEvents, readFolders } from '../../src/subscriptions/subscribe-request.js';
import { booleanOf, textOf, type RawConfig } from './config-values.js';
import type { Output } from './messages.js';

/** What the nodes that watch mailboxes have in common. */
export interface WatchConfig {
  /** One for each mailbox; there is always one. */
  readonly descriptions: readonly [SubscriptionDescription, ...SubscriptionDescription[]];
  readonly output: Output;
  readonly missed: Missed;
  /** The name of a context store; empty for files. */
  readonly store: string;
  /** What messages hold of items. */
  readonly details: DetailsSettings;
  /** Which of the mailboxes are this Node-RED's; the descriptions are of all of them. */
  readonly share: Share;
  readonly problems: readonly ConfigurationProblem[];
}

/**
 * Reads the shared part of a configuration. `email` is the account's own address.
 * @param several whether `mailbox` may hold several addresses
 * @param application whether the account is an application's, which opens every mailbox in its owner's name
 */
export function readWatchConfig(config: RawConfig, email: string, several = false, application = false): WatchConfig {
  const problems: ConfigurationProblem[] = [];
  const text = textOf(config, 'mailbox');
  const [first = '', ...others] = several ? splitMailboxes(text) : [text];
  const common = {
    access: application || config.access === 'impersonate' ? ('impersonate' as const) : ('delegate' as const),
    allFolders: booleanOf(config, 'allFolders'),
    folders: readable(() => readFolders(config.folders ?? []), [], 'unknown-folder', problems),
    events: readable(() => readEvents(config.events ?? []), [], 'unknown-event', problems),
  };
  const descriptions: WatchConfig['descriptions'] = [
    { mailbox: first, ...common },
    ...others.map((mailbox) => ({ mailbox, ...common })),
  ];
  const details = {
    ...readable(() => readContentSettings(config, NO_DETAILS), NO_DETAILS, 'bad-include', problems),
    calm: readable(() => readCalm(config.calm), 0, 'bad-calm', problems),
    filter: readable(() => readFilter(config.filter), [], 'bad-filter', problems),
  };
  const share = readShare(textOf(config, 'share'));
  if (!share) problems.push('bad-share');
  return {
    descriptions,
    output: config.output === 'notification' ? 'notification' : 'event',
    missed: config.missed === 'skip' ? 'skip' : 'recover',
    store: textOf(config, 'store'),
    details,
    share: share ?? EVERYTHING,
    problems: problems.length > 0 ? problems : problemsOfDescriptions(descriptions, email),
  };
}

/** Addresses separated by commas or new lines, each once. */
function splitMailboxes(text: string): string[] {
  const byName = new Map<string, string>();
  for (const one of text.split(/[,\n]/)) {
    const mailbox = one.trim();
    if (mailbox !== '' && !byName.has(mailbox.toLowerCase())) byName.set(mailbox.toLowerCase(), mailbox);
  }
  return [...byName.values()];
}

function readable<T>(read: () => T, fallback: T, problem: ConfigurationProblem, problems: ConfigurationProblem[]): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof EwsError)) throw error;
    problems.push(problem);
    return fallback;
  }
}
