import type { Node, NodeAPI } from 'node-red';
import { problemsOfPull } from '../src/subscriptions/configuration-problem.js';
import { PullEngine } from '../src/subscriptions/pull-engine.js';
import { DEFAULT_SUBSCRIPTION_TIMEOUT_MINUTES, numberOf, type RawConfig } from './runtime/config-values.js';
import { registerWatchingType } from './runtime/watching-node.js';

const DEFAULT_INTERVAL_SECONDS = 60;

module.exports = function (RED: NodeAPI): void {
  registerWatchingType(RED, {
    name: 'ews-pull',
    delivery: 'pull',
    severalMailboxes: false,
    problem: (node, config, self) => problemsOfPull(intervalOf(config), timeoutOf(config), !self || isWired(node))[0],
    makeEngine: (config, { account, adopted, ...parts }) =>
      new PullEngine({
        ...parts,
        account: account.link,
        interval: intervalOf(config),
        subscriptionTimeout: adopted?.subscriptionTimeout ?? timeoutOf(config),
        ...(adopted ? { adopted } : {}),
      }),
  });

  /** Whether any node is connected to the input of a node. Inside a subflow that cannot be told, and is taken for granted. */
  function isWired(node: Node): boolean {
    let wired = '_alias' in node && node._alias !== undefined;
    RED.nodes.eachNode((other) => {
      wired ||= ((other as { wires?: string[][] }).wires ?? []).flat().includes(node.id);
    });
    return wired;
  }
};

function intervalOf(config: RawConfig): number {
  return numberOf(config, 'interval', DEFAULT_INTERVAL_SECONDS);
}

function timeoutOf(config: RawConfig): number {
  return numberOf(config, 'subscriptionTimeout', DEFAULT_SUBSCRIPTION_TIMEOUT_MINUTES);
}
