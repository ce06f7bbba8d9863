import { isDistinguishedFolder } from '../protocol/distinguished-folder.js';
import { CONNECTION_TIMEOUT_MINUTES } from '../protocol/get-streaming-events.js';
import { MAX_PUSH_URL_LENGTH, PULL_TIMEOUT_MINUTES, STATUS_FREQUENCY_MINUTES } from '../protocol/subscribe.js';
import type { SubscriptionDescription } from './subscription-description.js';

/**
 * A mistake in a configuration. Each has a sentence in the message catalogue under `problem`,
 * which the editor shows while one types and the runtime says when the flow starts.
 */
export type ConfigurationProblem =
  | 'no-account'
  | 'no-url'
  | 'bad-url'
  | 'no-username'
  | 'no-password'
  | 'server-not-supported'
  | 'auth-not-supported'
  | 'no-tenant'
  | 'no-client-id'
  | 'no-client-secret'
  | 'no-client-key'
  | 'bad-client-certificate'
  | 'bad-token-url'
  | 'bad-cloud'
  | 'no-token'
  | 'bad-token'
  | 'no-email'
  | 'bad-version'
  | 'bad-timeout'
  | 'bad-concurrency'
  | 'bad-mailbox'
  | 'no-folder'
  | 'unknown-folder'
  | 'folder-ids-of-many'
  | 'no-event'
  | 'unknown-event'
  | 'bad-include'
  | 'bad-calm'
  | 'bad-filter'
  | 'bad-max-size'
  | 'bad-interval'
  | 'no-interval'
  | 'bad-subscription-timeout'
  | 'bad-connection-timeout'
  | 'delegate-all-folders'
  | 'impersonate-nobody'
  | 'no-store'
  | 'bad-status-frequency'
  | 'bad-public-url'
  | 'bad-push-path'
  | 'push-path-taken'
  | 'no-http-node'
  | 'no-push-in'
  | 'bad-share'
  | 'delivery-not-supported';

/** The longest interval between two polls, in seconds: a day. */
export const MAX_INTERVAL_SECONDS = 86_400;

/** What is wrong with a description, first things first. `email` is the account's own address, if it has one. */
export function problemsOfDescription(description: SubscriptionDescription, email: string): ConfigurationProblem[] {
  const { mailbox, access, allFolders, folders, events } = description;
  const problems: ConfigurationProblem[] = [];
  if (mailbox !== '' && !isSmtpAddress(mailbox)) problems.push('bad-mailbox');
  if (access === 'impersonate' && mailbox === '' && email === '') problems.push('impersonate-nobody');
  if (allFolders && access === 'delegate' && mailbox !== '' && mailbox.toLowerCase() !== email.toLowerCase()) {
    problems.push('delegate-all-folders');
  }
  if (!allFolders && folders.length === 0) problems.push('no-folder');
  if (!allFolders && folders.some(({ id }) => !isFolderId(id))) problems.push('unknown-folder');
  if (events.length === 0) problems.push('no-event');
  return problems;
}

/** What is wrong where one node watches several mailboxes. `descriptions` differ in their mailboxes only. */
export function problemsOfDescriptions(
  descriptions: readonly SubscriptionDescription[],
  email: string,
): ConfigurationProblem[] {
  const problems = new Set(descriptions.flatMap((description) => problemsOfDescription(description, email)));
  const ids = descriptions.some(
    ({ allFolders, folders }) => !allFolders && folders.some(({ id }) => !isDistinguishedFolder(id)),
  );
  // A folder id belongs to one mailbox.
  if (descriptions.length > 1 && ids && !problems.has('unknown-folder')) problems.add('folder-ids-of-many');
  return [...problems];
}

/** What is wrong with the numbers of a pull subscription. `asked` says whether messages can ask for a poll. */
export function problemsOfPull(
  intervalSeconds: number,
  timeoutMinutes: number,
  asked: boolean,
): ConfigurationProblem[] {
  const problems: ConfigurationProblem[] = [];
  if (!(intervalSeconds >= 0 && intervalSeconds <= MAX_INTERVAL_SECONDS)) problems.push('bad-interval');
  if (intervalSeconds === 0 && !asked) problems.push('no-interval');
  const { min, max } = PULL_TIMEOUT_MINUTES;
  if (!Number.isInteger(timeoutMinutes) || timeoutMinutes < min || timeoutMinutes > max) {
    problems.push('bad-subscription-timeout');
  }
  return problems;
}

/** What is wrong with the numbers of a streaming subscription. */
export function problemsOfStream(connectionTimeoutMinutes: number): ConfigurationProblem[] {
  const { min, max } = CONNECTION_TIMEOUT_MINUTES;
  const fits =
    Number.isInteger(connectionTimeoutMinutes) && connectionTimeoutMinutes >= min && connectionTimeoutMinutes <= max;
  return fits ? [] : ['bad-connection-timeout'];
}

/** The longest that comes behind the public URL, in characters: Node-RED's own root, the path and the token. */
const REST_OF_PUSH_URL = 250;

/** What is wrong with the properties of a push subscription. @param publicUrl empty for this machine's own address */
export function problemsOfPush(
  statusFrequencyMinutes: number,
  publicUrl: string,
  path: string,
): ConfigurationProblem[] {
  const problems: ConfigurationProblem[] = [...problemsOfStatusFrequency(statusFrequencyMinutes)];
  if (publicUrl !== '' && !isPublicUrl(publicUrl)) problems.push('bad-public-url');
  if (path !== '' && !isPushPath(path)) problems.push('bad-push-path');
  return problems;
}

export function problemsOfStatusFrequency(minutes: number): ConfigurationProblem[] {
  const { min, max } = STATUS_FREQUENCY_MINUTES;
  return Number.isInteger(minutes) && minutes >= min && minutes <= max ? [] : ['bad-status-frequency'];
}

function isPublicUrl(text: string): boolean {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return false;
  const { search, hash, username, password } = new URL(text);
  return search + hash + username + password === '' && text.length + REST_OF_PUSH_URL <= MAX_PUSH_URL_LENGTH;
}

/** One part of a path, of characters that need no encoding in any URL. */
function isPushPath(path: string): boolean {
  return /^[A-Za-z0-9_-]{1,100}$/.test(path);
}

/** Whether a text looks like an SMTP address. Only the server knows whether it is one. */
export function isSmtpAddress(text: string): boolean {
  return /^[^\s@<>,;"]+@[^\s@<>,;"]+$/.test(text);
}

/** Folder ids are long base64; a short word that is no distinguished name is a slip of the hand. */
function isFolderId(id: string): boolean {
  return isDistinguishedFolder(id) || (id.length >= 24 && /^[A-Za-z0-9+/=_-]+$/.test(id));
}
