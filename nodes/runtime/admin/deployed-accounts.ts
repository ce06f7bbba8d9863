import type { Node } from 'node-red';
import type { RawConfig } from '../config-values.js';

/** An account as it was deployed, with what it signs in with: for the editor's questions, and told to nobody. */
export interface DeployedAccount {
  readonly config: RawConfig;
  readonly credentials: RawConfig;
}

/** By the node. Not on the node, where every function node of the flows could read it. */
const deployed = new WeakMap<Node, DeployedAccount>();

export function rememberDeployed(node: Node, account: DeployedAccount): void {
  deployed.set(node, account);
}

export function deployedAccount(node: Node): DeployedAccount | undefined {
  return deployed.get(node);
}
