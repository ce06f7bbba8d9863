import { EwsError } from '../../src/protocol/ews-error.js';
import { problemsOfDescription, type ConfigurationProblem } from '../../src/subscriptions/configuration-problem.js';
import type { Missed } from '../../src/subscriptions/held-subscription.js';
import type { SubscriptionDescription } from '../../src/subscriptions/subscription-description.js';
import { readEvents, readFolders } from '../../src/subscriptions/subscribe-request.js';
import { booleanOf, textOf, type RawConfig } from './config-values.js';
import type { Output } from './messages.js';

/** What the nodes that watch mailboxes have in common. */
export interface WatchConfig {
  readonly description: SubscriptionDescription;
  readonly output: Output;
  readonly missed: Missed;
  /** The name of a context store; empty for files. */
  readonly store: string;
  readonly problems: readonly ConfigurationProblem[];
}

/** Reads the shared part of a configuration. `email` is the account's own address. */
export function readWatchConfig(config: RawConfig, email: string): WatchConfig {
  const problems: ConfigurationProblem[] = [];
  const description: SubscriptionDescription = {
    mailbox: textOf(config, 'mailbox'),
    access: config.access === 'impersonate' ? 'impersonate' : 'delegate',
    allFolders: booleanOf(config, 'allFolders'),
    folders: readable(() => readFolders(config.folders ?? []), [], 'unknown-folder', problems),
    events: readable(() => readEvents(config.events ?? []), [], 'unknown-event', problems),
  };
  return {
    description,
    output: config.output === 'notification' ? 'notification' : 'event',
    missed: config.missed === 'skip' ? 'skip' : 'recover',
    store: textOf(config, 'store'),
    problems: problems.length > 0 ? problems : problemsOfDescription(description, email),
  };
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
