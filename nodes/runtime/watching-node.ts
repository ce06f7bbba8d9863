import type { Node, NodeAPI, NodeDef, NodeMessageInFlow } from 'node-red';
import { readDetailsSettings } from '../../src/details/details-settings.js';
import { makeEngineWithDetails } from '../../src/details/make-engine.js';
import { toEwsError } from '../../src/protocol/ews-error.js';
import type { ConfigurationProblem } from '../../src/subscriptions/configuration-problem.js';
import type { Engine } from '../../src/subscriptions/engine.js';
import type { EngineListener } from '../../src/subscriptions/engine-listener.js';
import type { Missed } from '../../src/subscriptions/held-delivery.js';
import { detailsOrderOf, type DetailsOrder } from '../../src/subscriptions/details-order.js';
import { PositionKeeper } from '../../src/subscriptions/position-keeper.js';
import type { PositionKey, PositionRecord } from '../../src/subscriptions/position-record.js';
import type { PositionStore } from '../../src/subscriptions/position-store.js';
import { isInShare, type Share } from '../../src/subscriptions/share.js';
import { isSelected } from '../../src/subscriptions/subscriber.js';
import { SubscriptionAdopter, type EngineParts } from '../../src/subscriptions/subscription-adopter.js';
import type { Delivery, SubscriptionDescription } from '../../src/subscriptions/subscription-description.js';
import type { Account } from './account.js';
import { accountNode, type AccountNode } from './account-node.js';
import { textOf, type RawConfig } from './config-values.js';
import { isGoneForGood, whenFlowsStand } from './flow-life.js';
import { nodeListener } from './node-listener.js';
import { overviewOf } from './overview.js';
import { choosePositionStore } from './positions.js';
import { refuse } from './refuse.js';
import { sharesOf } from './shares.js';
import { StatusBoard } from './status-board.js';
import { handleInput, type SubscriptionInput } from './subscription-input.js';
import { Texts } from './texts.js';
import { tidyUp } from './tidy.js';
import { readWatchConfig, type WatchConfig } from './watch-config.js';
import { watchedAddress, WatchedMailbox, watchOf } from './watched-mailbox.js';

/** What an engine of a node is made of. */
export interface NodeEngineParts extends EngineParts {
  /** The id of the node. */
  readonly owner: string;
  readonly node: Node;
  readonly missed: Missed;
}

/** What tells the types of nodes that watch mailboxes apart. */
export interface WatchingType {
  readonly name: string;
  readonly delivery: Delivery;
  /** Whether one node may watch several mailboxes. */
  readonly severalMailboxes: boolean;
  /** What is wrong with the properties that only this type has. `self`: whether the node subscribes by itself. */
  problem(node: Node, config: RawConfig, self: boolean): ConfigurationProblem | undefined;
  makeEngine(config: RawConfig, parts: NodeEngineParts): Engine;
  /** Ends a subscription of which nothing but its position is left, where Unsubscribe does not. */
  end?(position: PositionRecord): Promise<void>;
  /** Called when the node runs. What it returns is called when it closes, before its engines do. */
  attach?(node: Node, config: RawConfig, input: SubscriptionInput): () => void;
}

/** Registers a type of node that watches mailboxes, or receives what ews-subscribe subscribed to. */
export function registerWatchingType(red: NodeAPI, type: WatchingType): void {
  const texts = new Texts(red);
  red.nodes.registerType(type.name, function (this: Node, config: NodeDef & RawConfig) {
    red.nodes.createNode(this, config);
    const input = new WatchingNode(red, this, config, type, texts).start();
    if (!input) return;
    const detach = type.attach?.(this, config, input);
    this.on('input', (message: NodeMessageInFlow, _send, done) => {
      handleInput(message, input, texts).then(() => {
        done();
      }, done);
    });
    this.on('close', (removed: boolean, done: () => void) => {
      detach?.();
      input
        .close(!isGoneForGood(red, this, removed))
        .catch((error: unknown) => {
          this.warn(texts.error(toEwsError(error)).message);
        })
        .finally(done);
    });
  });
}

/** Wires a node up: configuration in, engines started, events to messages, states to the status. */
class WatchingNode {
  readonly #red: NodeAPI;
  readonly #node: Node;
  readonly #config: RawConfig;
  readonly #type: WatchingType;
  readonly #texts: Texts;
  readonly #board: StatusBoard;

  constructor(red: NodeAPI, node: Node, config: RawConfig, type: WatchingType, texts: Texts) {
    this.#red = red;
    this.#node = node;
    this.#config = config;
    this.#type = type;
    this.#texts = texts;
    this.#board = new StatusBoard(node, texts);
  }

  /** Says in the status and the log what is wrong with the configuration, if anything is. */
  start(): SubscriptionInput | undefined {
    const node = this.#node;
    const self = textOf(this.#config, 'source', 'self') !== 'input';
    const owner = accountNode(this.#red, textOf(this.#config, 'account'));
    const email = owner?.account?.email ?? '';
    const watched = readWatchConfig(this.#config, email, this.#type.severalMailboxes, owner?.account?.isApplication);
    const { problems, output, missed, store, details } = watched;
    const choice = choosePositionStore(this.#red, store, node.context().global);
    const problem: ConfigurationProblem | undefined =
      (self ? (owner ? owner.problem : 'no-account') : undefined) ??
      (self ? problems[0] : undefined) ??
      this.#type.problem(node, this.#config, self) ??
      ('missing' in choice ? 'no-store' : undefined);
    if (problem !== undefined || 'missing' in choice) {
      refuse(this.#red, node, this.#texts, problem ?? 'no-store');
      return undefined;
    }
    if (choice.memoryOnly) node.warn(this.#texts.text('position.memory-only', { store }));

    const { spools } = choice;
    const overview = overviewOf(this.#red);
    const makeEngine: MakeEngine = (parts, from, end) => {
      const { description, listener, keeper } = parts;
      const watch = watchOf(node, this.#type.delivery, from);
      const about = new WatchedMailbox(watch, description, watchedAddress(description, from));
      const settings = readDetailsSettings(detailsOrderOf(parts.adopted ?? {}), details);
      const make = (noting: EngineListener) =>
        makeEngineWithDetails(
          {
            ...{ description, account: parts.account.link, key: keeper.key, position: keeper },
            ...{ listener: noting, settings, spools },
          },
          (through) =>
            this.#type.makeEngine(this.#config, { ...parts, listener: through, node, owner: node.id, missed }),
        );
      return overview.add(keeper.key, about, listener, make, end);
    };
    const show = this.#board.show.bind(this.#board);
    const common = { node, texts: this.#texts, output, state: show };
    const listenerFor: ListenerFor = (description, from) =>
      nodeListener(common, watchOf(node, this.#type.delivery, from), watchedAddress(description, from));
    const checkDetails = (order: DetailsOrder): void => {
      readDetailsSettings(order, details);
    };
    return self && owner
      ? this.#watch(owner, watched, choice.store, listenerFor, makeEngine)
      : this.#receive(choice.store, watched, listenerFor, makeEngine, checkDetails);
  }

  /** `source` `self`: a subscription for each mailbox in its share, made by the node itself. */
  #watch(
    owner: AccountNode,
    { descriptions, share }: WatchConfig,
    store: PositionStore,
    listenerFor: ListenerFor,
    makeEngine: MakeEngine,
  ): SubscriptionInput | undefined {
    const node = this.#node;
    const account = owner.account;
    if (!account) return undefined;
    account.register(node.id);
    const keyOf = ({ mailbox }: SubscriptionDescription): PositionKey => ({ node: node.id, mailbox, part: '' });
    const { email } = account;
    const isOurs = (mailbox: string): boolean => isInShare(share, mailbox || email);
    const ours = descriptions.filter(({ mailbox }) => isOurs(mailbox));
    const unsubscribe = (engine: Engine) => engine.unsubscribe();
    const engines = ours.map((description) => {
      const listener = listenerFor(description, owner);
      const keeper = new PositionKeeper(store, keyOf(description), listener);
      return makeEngine({ account, description, keeper, listener }, owner, unsubscribe);
    });
    whenFlowsStand(this.#red, node, () => {
      for (const engine of engines) engine.start();
      if (engines.length === 0) this.#board.nothingShared();
    });
    const endTidying = this.#tidy(owner, store, () => descriptions.map(keyOf), share);
    return {
      delivery: this.#type.delivery,
      // The only mailbox is meant by any message, as there is nothing to tell apart.
      select: (selection) =>
        descriptions.length === 1
          ? engines
          : engines.filter((engine) => isSelected(selectable(engine, email), selection)),
      isElsewhere: ({ mailbox }) => mailbox !== undefined && !isOurs(mailbox),
      close: async (keep) => {
        this.#board.close();
        await Promise.all([endTidying(), ...engines.map((engine) => engine.close(keep))]);
        owner.account?.leave(node.id);
      },
    };
  }

  /** `source` `input`: subscriptions that ews-subscribe made. */
  #receive(
    store: PositionStore,
    { share }: WatchConfig,
    listenerFor: ListenerFor,
    makeEngine: MakeEngine,
    checkDetails: (order: DetailsOrder) => void,
  ): SubscriptionInput {
    const node = this.#node;
    const owners = new Map<string, AccountNode>();
    const owner = (id: string): AccountNode | undefined => {
      const found = owners.get(id) ?? accountNode(this.#red, id);
      if (found?.account && !owners.has(id)) {
        owners.set(id, found);
        const { account } = found;
        account.register(node.id, () => {
          // Where the node closes too, it is closed in this same turn, and then knows better what is to be kept.
          setImmediate(() => void letGo(id, account));
        });
      }
      return found;
    };
    /** An account that was changed closes without the nodes that do not name it; its successor is there in a moment. */
    const letGo = async (id: string, account: Account): Promise<void> => {
      if (adopter.isClosed() || closing) return;
      owners.delete(id);
      const stands = new Promise<void>((resolve) => {
        whenFlowsStand(this.#red, node, resolve);
      });
      await adopter.letGo(account);
      account.leave(node.id);
      await stands;
      if (!adopter.isClosed()) await resume();
    };
    let closing = false;
    const shares = sharesOf(this.#red);
    const drop = (engine: Engine) => adopter.drop(engine);
    const adopter: SubscriptionAdopter = new SubscriptionAdopter({
      id: node.id,
      delivery: this.#type.delivery,
      store,
      account: (id) => owner(id)?.account,
      listenerFor: (description, accountId) => {
        const found = owner(accountId);
        if (!found) throw new Error(`account ${accountId} is gone`);
        return listenerFor(description, found);
      },
      makeEngine: (parts) => makeEngine(parts, owner(parts.adopted?.account ?? ''), drop),
      checkDetails,
      isShared: (subscriber, mailbox) => shares.includes(subscriber, mailbox),
    });
    const stands = new Promise<void>((resolve) => {
      whenFlowsStand(this.#red, node, resolve);
      // Not `resolve` itself: Node-RED would wait for a handler that takes an argument to call it.
      node.on('close', () => {
        resolve();
      });
    });
    const warned = (work: Promise<void>): Promise<void> =>
      work.catch((error: unknown) => {
        node.warn(this.#texts.error(toEwsError(error)).message);
      });
    const resume = (when?: Promise<void>): Promise<void> => warned(adopter.resume(when));
    /** What ews-subscribe nodes are asked for waits until it is known what there is. */
    const loads = (work: Promise<void>): Promise<void> => {
      this.#red.nodes.eachNode((definition) => {
        if (definition.type === 'ews-account') accountNode(this.#red, definition.id)?.account?.registry.loads(work);
      });
      return work;
    };
    let resumed = loads(resume(stands));
    shares.receive(node, () => {
      resumed = loads(warned(adopter.shareAnew()));
    });
    whenFlowsStand(this.#red, node, () => {
      this.#board.refresh();
    });
    // While it watched by itself, it did so with the account that it may still name.
    const endTidying = this.#tidy(owner(textOf(this.#config, 'account')), store, () => [], share);
    return {
      delivery: this.#type.delivery,
      select: (selection) => adopter.select(selection),
      isElsewhere: ({ mailbox }) => mailbox !== undefined && shares.isElsewhere(mailbox),
      adopter,
      close: async (keep) => {
        closing = true;
        this.#board.close();
        await Promise.all([resumed, endTidying()]);
        await adopter.close(keep);
        for (const { account } of owners.values()) account?.leave(node.id);
      },
    };
  }

  #tidy(
    owner: AccountNode | undefined,
    store: PositionStore,
    watched: () => readonly PositionKey[],
    share: Share,
  ): () => Promise<void> {
    const { delivery } = this.#type;
    const end = (position: PositionRecord) => this.#type.end?.(position);
    return tidyUp({ red: this.#red, node: this.#node, delivery, store, owner, watched, share, end });
  }
}

/** Makes an engine that the overview shows. `end` does what a message with `action` `unsubscribe` asks for. */
type MakeEngine = (parts: EngineParts, from: AccountNode | undefined, end: (engine: Engine) => Promise<void>) => Engine;
type ListenerFor = (description: SubscriptionDescription, from: AccountNode) => EngineListener;

function selectable(
  { description, subscriptionId = '' }: Engine,
  email: string,
): { subscriptionId: string; mailbox: string } {
  return { subscriptionId, mailbox: description.mailbox || email };
}
