import type { Node, NodeAPI, NodeDef, NodeMessageInFlow } from 'node-red';
import { toEwsError } from '../src/protocol/ews-error.js';
import { problemsOfPull, type ConfigurationProblem } from '../src/subscriptions/configuration-problem.js';
import type { EngineListener } from '../src/subscriptions/engine-listener.js';
import { PositionKeeper } from '../src/subscriptions/position-keeper.js';
import type { PositionStore } from '../src/subscriptions/position-store.js';
import { PullAdopter } from '../src/subscriptions/pull-adopter.js';
import { PullEngine } from '../src/subscriptions/pull-engine.js';
import type { SubscriptionDescription } from '../src/subscriptions/subscription-description.js';
import type { SubscriptionState } from '../src/subscriptions/subscription-state.js';
import { accountName, accountNode, type AccountNode } from './runtime/account-node.js';
import { numberOf, textOf, type RawConfig } from './runtime/config-values.js';
import { isGoneForGood, whenFlowsStand } from './runtime/flow-life.js';
import { nodeListener } from './runtime/node-listener.js';
import { choosePositionStore } from './runtime/positions.js';
import { handlePullInput, type PullInput } from './runtime/pull-input.js';
import { refuse } from './runtime/refuse.js';
import { StatusBoard } from './runtime/status-board.js';
import { Texts } from './runtime/texts.js';
import { readWatchConfig } from './runtime/watch-config.js';

const DEFAULT_INTERVAL_SECONDS = 60;
const DEFAULT_SUBSCRIPTION_TIMEOUT_MINUTES = 30;

module.exports = function (RED: NodeAPI): void {
  const texts = new Texts(RED);

  function EwsPullNode(this: Node, config: NodeDef & RawConfig): void {
    RED.nodes.createNode(this, config);
    const pull = startPull(this, config);
    if (!pull) return;
    this.on('input', (message: NodeMessageInFlow, _send, done) => {
      handlePullInput(message, pull, texts).then(() => {
        done();
      }, done);
    });
    this.on('close', (removed: boolean, done: () => void) => {
      void pull.close(!isGoneForGood(RED, this, removed)).finally(done);
    });
  }

  /** Wires a node up, or says in its status and the log what is wrong with its configuration. */
  function startPull(node: Node, config: RawConfig): PullInput | undefined {
    const account = accountNode(RED, textOf(config, 'account'));
    const self = textOf(config, 'source', 'self') !== 'input';
    const interval = numberOf(config, 'interval', DEFAULT_INTERVAL_SECONDS);
    const subscriptionTimeout = numberOf(config, 'subscriptionTimeout', DEFAULT_SUBSCRIPTION_TIMEOUT_MINUTES);
    const watch = readWatchConfig(config, account?.account?.email ?? '');
    const choice = choosePositionStore(RED, watch.store, node.context().global);
    const problem: ConfigurationProblem | undefined =
      (self ? (account ? account.problem : 'no-account') : undefined) ??
      (self ? watch.problems[0] : undefined) ??
      problemsOfPull(interval, subscriptionTimeout, !self || isWired(node))[0] ??
      ('missing' in choice ? 'no-store' : undefined);
    if (problem !== undefined || 'missing' in choice) {
      refuse(RED, node, texts, problem ?? 'no-store');
      return;
    }
    if (choice.memoryOnly) node.warn(texts.text('position.memory-only', { store: watch.store }));

    const board = new StatusBoard(node, texts);
    const listen = (description: SubscriptionDescription, owner: AccountNode, label: string): EngineListener =>
      nodeListener({
        node,
        texts,
        origin: {
          account: owner.id,
          accountName: accountName(owner),
          mailbox: description.mailbox || (owner.account?.email ?? ''),
          delivery: 'pull',
        },
        output: watch.output,
        state: (state: SubscriptionState) => {
          board.show(label, state);
        },
      });
    const common: Common = { interval, missed: watch.missed, store: choice.store, board };
    return self && account?.account
      ? watchOne(node, account, { ...common, description: watch.description, subscriptionTimeout }, listen)
      : receive(node, common, listen);
  }

  /** Whether any node is connected to the input of a node. Inside a subflow that cannot be told, and is taken for granted. */
  function isWired(node: Node): boolean {
    let wired = '_alias' in node && node._alias !== undefined;
    RED.nodes.eachNode((other) => {
      wired ||= ((other as { wires?: string[][] }).wires ?? []).flat().includes(node.id);
    });
    return wired;
  }

  type Listen = (description: SubscriptionDescription, owner: AccountNode, label: string) => EngineListener;
  interface Common {
    readonly interval: number;
    readonly missed: 'recover' | 'skip';
    readonly store: PositionStore;
    readonly board: StatusBoard;
  }

  /** `source` `self`: one subscription, made by the node itself. */
  function watchOne(
    node: Node,
    owner: AccountNode,
    options: Common & { description: SubscriptionDescription; subscriptionTimeout: number },
    listen: Listen,
  ): PullInput | undefined {
    const { account } = owner;
    if (!account) return undefined;
    account.register(node.id);
    const listener = listen(options.description, owner, '');
    const key = { node: node.id, mailbox: options.description.mailbox, part: '' };
    const keeper = new PositionKeeper(options.store, key, (problem) => {
      listener.positionProblem(problem);
    });
    const engine = new PullEngine({ ...options, account, keeper, listener });
    whenFlowsStand(RED, node, () => {
      engine.start();
    });
    return {
      select: () => [engine],
      close: async (keep) => {
        options.board.close();
        await engine.close(keep);
        account.leave(node.id);
      },
    };
  }

  /** `source` `input`: subscriptions that ews-subscribe made. */
  function receive(node: Node, options: Common, listen: Listen): PullInput {
    const owners = new Map<string, AccountNode>();
    const owner = (id: string): AccountNode | undefined => {
      const found = owners.get(id) ?? accountNode(RED, id);
      if (found?.account && !owners.has(id)) {
        owners.set(id, found);
        found.account.register(node.id);
      }
      return found;
    };
    const adopter = new PullAdopter({
      ...options,
      id: node.id,
      account: (id) => {
        const account = owner(id)?.account;
        return account && { link: account, registry: account.registry };
      },
      listenerFor: (description, accountId) => {
        const found = owner(accountId);
        if (!found) throw new Error(`account ${accountId} is gone`);
        return listen(description, found, JSON.stringify([accountId, description]));
      },
    });
    const stands = new Promise<void>((resolve) => {
      whenFlowsStand(RED, node, resolve);
      node.on('close', resolve);
    });
    const resumed = adopter.resume(stands).catch((error: unknown) => {
      node.warn(texts.error(toEwsError(error)).message);
    });
    RED.nodes.eachNode((definition) => {
      if (definition.type === 'ews-account') accountNode(RED, definition.id)?.account?.registry.loads(resumed);
    });
    whenFlowsStand(RED, node, () => {
      options.board.refresh();
    });
    return {
      select: (selection) => adopter.select(selection),
      adopter,
      close: async (keep) => {
        options.board.close();
        await resumed;
        await adopter.close(keep);
        for (const { account } of owners.values()) account?.leave(node.id);
      },
    };
  }

  RED.nodes.registerType('ews-pull', EwsPullNode);
};
