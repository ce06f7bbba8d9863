import type { NodeAPI } from 'node-red';
import type { ConfigurationProblem } from '../../../src/subscriptions/configuration-problem.js';
import { accountNode, type AccountNode } from '../account-node.js';
import { textOf, type RawConfig } from '../config-values.js';
import type { AccountParts, ReadAccount } from './account-parts.js';
import { AdminRefusal, type AdminQuestion } from './admin-route.js';
import { deployedAccount, type DeployedAccount } from './deployed-accounts.js';
import { withVariables } from './environment.js';

/** What the editor shows, and sends, in place of a password that only the runtime knows. */
const STORED = '__PWRD__';

/**
 * Properties that have no say in where a password goes. All others count, also those that are not thought of here: with
 * one of them changed, a stored password stays where it is.
 */
const HARMLESS = new Set([
  ...[
    'id',
    'type',
    'z',
    'd',
    'g',
    'x',
    'y',
    'wires',
    'users',
    'name',
    'info',
    'version',
    'timeout',
    'concurrency',
    'credentials',
  ],
  // Autodiscover goes by it, and so it counts there.
  'email',
]);

/** What is meant where a property is not set. */
const DEFAULTS: Readonly<Record<string, string>> = { server: 'url', auth: 'basic', cloud: 'global' };

/** What each way to sign in takes from the credentials, beside a name. */
const SECRETS: Readonly<Record<string, readonly string[]>> = {
  oauth2: ['clientSecret', 'clientKey'],
  bearer: ['token'],
};
const PASSWORD = ['password'];

/** An account as a dialog shows it, with credentials that may be used with it. */
export interface AskedAccount {
  readonly config: RawConfig;
  readonly parts: AccountParts | ConfigurationProblem;
  /** The account that is deployed, if it is the same in all that counts for reaching the server. */
  readonly same?: AccountNode;
}

/**
 * The account that a question is about: the one that is deployed, or what stands in a dialog. Passwords that are stored
 * go with it only to where the deployed account sends them. Throws an `AdminRefusal` for one that may not be used.
 */
export function askedAccount(red: NodeAPI, { body }: AdminQuestion, read: ReadAccount): AskedAccount {
  const id = textOf(body, 'id');
  const node = accountNode(red, id);
  const stored = node && deployedAccount(node);
  if (!isObject(body.config)) {
    if (!node || !stored) throw new AdminRefusal(404, 'not-deployed');
    return { config: stored.config, parts: read(stored.config, stored.credentials), same: node };
  }
  const config = withVariables(red, body.config, id);
  const kept = stored && isSameDestination(config, stored.config) ? stored : undefined;
  const typed = isObject(body.credentials) ? body.credentials : undefined;
  const usable = usableCredentials(config, typed, kept);
  if (!usable) {
    // Where more is wrong than that, it is said first. Read only: nothing is ever sent with these.
    const withPassword = SECRETS[textOf(config, 'auth')] === undefined;
    const parts = withPassword ? read(config, typed ?? { username: STORED, password: STORED }) : undefined;
    if (typeof parts === 'string') return { config, parts };
    throw new AdminRefusal(409, 'type-password');
  }
  const credentials = withVariables(red, usable, id);
  const unchanged = node && kept && isUnchanged({ config, credentials }, kept);
  return { config, parts: read(config, credentials), ...(unchanged ? { same: node } : {}) };
}

/**
 * The account that stands in a dialog, as if its server were found by e-mail address, with the credentials that may be
 * used for that; without any where what is stored may not.
 */
export function askedFinding(
  red: NodeAPI,
  { body }: AdminQuestion,
): { readonly config: RawConfig; readonly credentials: RawConfig } {
  if (!isObject(body.config)) throw new AdminRefusal(404, 'not-deployed');
  const id = textOf(body, 'id');
  const node = accountNode(red, id);
  const stored = node && deployedAccount(node);
  const config = withVariables(red, { ...body.config, server: 'autodiscover' }, id);
  const kept = stored && isSameDestination(config, stored.config) ? stored : undefined;
  const typed = isObject(body.credentials) ? body.credentials : undefined;
  // A name is no secret, and may be the address.
  const usable = usableCredentials(config, typed, kept) ?? { username: textOf(typed ?? {}, 'username') };
  return { config, credentials: withVariables(red, usable, id) };
}

/** What is typed, and what is stored where only that is there; `undefined` where something stored is needed elsewhere. */
function usableCredentials(
  config: RawConfig,
  typed: RawConfig | undefined,
  kept: DeployedAccount | undefined,
): RawConfig | undefined {
  if (textOf(config, 'server') === 'sandbox') return {};
  // The dialog of the account was not opened: the editor itself does not know what there is.
  if (!typed) return kept?.credentials;
  const needed = SECRETS[textOf(config, 'auth')] ?? PASSWORD;
  const credentials: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(typed)) {
    if (value !== STORED) credentials[name] = value;
    else if (typeof kept?.credentials[name] === 'string') credentials[name] = kept.credentials[name];
    else if (needed.includes(name)) return undefined;
  }
  return credentials;
}

/** Whether a password would take the same way to the same place. */
function isSameDestination(one: RawConfig, other: RawConfig): boolean {
  const kind = textOf(one, 'server') || 'url';
  // Node-RED's own notes on a node begin with "_".
  const counts = (name: string) =>
    !(HARMLESS.has(name) || name.startsWith('_')) || (name === 'email' && kind !== 'url');
  const names = new Set([...Object.keys(one), ...Object.keys(other)].filter(counts));
  return [...names].every((name) => comparable(one, name) === comparable(other, name));
}

function comparable(config: RawConfig, name: string): string {
  const value = config[name];
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'object' && value !== null && Object.keys(value).length > 0) return JSON.stringify(value);
  return textOf(config, name) || (DEFAULTS[name] ?? '');
}

function isUnchanged(asked: DeployedAccount, stored: DeployedAccount): boolean {
  const names = new Set([...Object.keys(asked.credentials), ...Object.keys(stored.credentials)]);
  const same = [...names].every((name) => (asked.credentials[name] ?? '') === (stored.credentials[name] ?? ''));
  return (
    same && ['email', 'version'].every((name) => comparable(asked.config, name) === comparable(stored.config, name))
  );
}

function isObject(value: unknown): value is RawConfig {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
