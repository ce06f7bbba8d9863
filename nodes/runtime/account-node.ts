import type { Node, NodeAPI } from 'node-red';
import type { ConfigurationProblem } from '../../src/subscriptions/configuration-problem.js';
import type { Account } from './account.js';

/** An ews-account node as the other nodes see it. */
export interface AccountNode extends Node {
  /** `undefined` when the configuration has a mistake, which {@link problem} then names. */
  readonly account: Account | undefined;
  readonly problem: ConfigurationProblem | undefined;
}

/** The account node of that id, or `undefined` when there is none (deleted, disabled, of another type). */
export function accountNode(red: NodeAPI, id: string): AccountNode | undefined {
  const node = id === '' ? undefined : red.nodes.getNode(id);
  return node?.type === 'ews-account' ? (node as AccountNode) : undefined;
}

/** The name under which messages show an account. */
export function accountName(node: AccountNode): string {
  return node.name ?? node.account?.email ?? '';
}
