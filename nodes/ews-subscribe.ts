import type { Node, NodeAPI, NodeDef, NodeMessage, NodeMessageInFlow, NodeStatus } from 'node-red';
import { systemClock } from '../src/clock.js';
import { NO_DETAILS, readDetailsSettings } from '../src/details/details-settings.js';
import { EwsError } from '../src/protocol/ews-error.js';
import {
  problemsOfDescription,
  problemsOfPull,
  problemsOfStatusFrequency,
  problemsOfStream,
  type ConfigurationProblem,
} from '../src/subscriptions/configuration-problem.js';
import { detailsOrderOf, type DetailsOrder } from '../src/subscriptions/details-order.js';
import type { LiveSubscription } from '../src/subscriptions/live-subscription.js';
import type { PushHost } from '../src/subscriptions/push-host.js';
import { readOrders, readPushIn, type SubscribeOrder } from '../src/subscriptions/subscribe-request.js';
import { Subscriber, type SubscribeProgress, type SubscriberOutput } from '../src/subscriptions/subscriber.js';
import type { Delivery } from '../src/subscriptions/subscription-description.js';
import { accountNode } from './runtime/account-node.js';
import type { Account } from './runtime/account.js';
import { Calm } from './runtime/calm.js';
import {
  DEFAULT_CONNECTION_TIMEOUT_MINUTES,
  DEFAULT_STATUS_FREQUENCY_MINUTES,
  DEFAULT_SUBSCRIPTION_TIMEOUT_MINUTES,
  numberOf,
  textOf,
  type RawConfig,
} from './runtime/config-values.js';
import { OrdersUnderWay } from './runtime/orders-under-way.js';
import { pushService } from './runtime/push-service.js';
import { refuse } from './runtime/refuse.js';
import { selectionOf } from './runtime/subscription-input.js';
import { sharesOf } from './runtime/shares.js';
import { Texts } from './runtime/texts.js';
import { readWatchConfig } from './runtime/watch-config.js';

/** So long lies between two statuses, in milliseconds: one message may ask for thousands of subscriptions. */
const STATUS_PAUSE_MS = 1_000;
/** And between two messages that tell how far an order has come. */
const PROGRESS_PAUSE_MS = 5_000;

/** What no message sets right. */
const LASTING_PROBLEMS: readonly ConfigurationProblem[] = ['bad-include', 'bad-calm', 'bad-filter', 'bad-share'];

type Send = (message: (NodeMessage | null)[]) => void;

module.exports = function (RED: NodeAPI): void {
  const texts = new Texts(RED);

  function EwsSubscribeNode(this: Node, config: NodeDef & RawConfig): void {
    RED.nodes.createNode(this, config);
    const owner = accountNode(RED, textOf(config, 'account'));
    const { descriptions, problems, share } = readWatchConfig(
      config,
      owner?.account?.email ?? '',
      false,
      owner?.account?.isApplication,
    );
    const [description] = descriptions;
    const delivery = deliveryOf(config);
    sharesOf(RED).announce(RED, this, problems.includes('bad-share') ? undefined : share);
    // What is wrong with the mailbox and its folders a message may set right.
    const lasting = problems.find((one) => LASTING_PROBLEMS.includes(one));
    const problem = owner ? (owner.problem ?? lasting) : 'no-account';
    if (problem !== undefined || !owner?.account || !delivery) {
      refuse(RED, this, texts, problem ?? 'delivery-not-supported');
      return;
    }
    const defaults: SubscribeOrder = {
      ...description,
      delivery,
      subscriptionTimeout: numberOf(config, 'subscriptionTimeout', DEFAULT_SUBSCRIPTION_TIMEOUT_MINUTES),
      connectionTimeout: numberOf(config, 'connectionTimeout', DEFAULT_CONNECTION_TIMEOUT_MINUTES),
      statusFrequency: numberOf(config, 'statusFrequency', DEFAULT_STATUS_FREQUENCY_MINUTES),
      pushIn: readPushIn(config.pushIn ?? []),
      ...detailsOf(config),
    };
    const [wrong] = problemsOfDelivery(defaults);
    if (wrong) {
      refuse(RED, this, texts, wrong);
      return;
    }
    const { account } = owner;
    account.register(this.id);
    const { registry, hub } = account;
    const subscriber = new Subscriber({ id: this.id, accountId: owner.id, account, registry, hub, share, pushHost });
    let status = (): NodeStatus => ({});
    const calm = new Calm(systemClock, () => {
      this.status(status());
    });
    const show = (next: () => NodeStatus): void => {
      status = next;
      calm.ask(STATUS_PAUSE_MS);
    };
    const orders = new OrdersUnderWay();
    this.on('input', (message: NodeMessageInFlow, send: Send, done) => {
      obey(this, message, { subscriber, account, defaults, send, show, orders }).then(
        () => {
          done();
        },
        (error: unknown) => {
          done(error instanceof EwsError ? texts.error(error) : (error as Error));
        },
      );
    });
    this.on('close', (done: () => void) => {
      void subscriber.close().finally(() => {
        calm.stop();
        account.leave(this.id);
        done();
      });
    });
  }

  function deliveryOf(config: RawConfig): Delivery | undefined {
    const delivery = textOf(config, 'delivery', 'pull');
    return delivery === 'pull' || delivery === 'streaming' || delivery === 'push' ? delivery : undefined;
  }

  /** What the configuration leaves empty is as the node that receives is set, and so are rules where there are none. */
  function detailsOf({ include, bodyType, calm, filter }: RawConfig): DetailsOrder {
    const rules = Array.isArray(filter) && filter.length === 0 ? undefined : filter;
    return detailsOrderOf({ include, bodyType, calm, filter: rules });
  }

  /** What is wrong with what only one way of delivery has. */
  function problemsOfDelivery(order: SubscribeOrder): ConfigurationProblem[] {
    switch (order.delivery) {
      case 'pull':
        return problemsOfPull(1, order.subscriptionTimeout, true);
      case 'streaming':
        return problemsOfStream(order.connectionTimeout);
      case 'push':
        return [
          ...problemsOfStatusFrequency(order.statusFrequency),
          ...(order.pushIn.length === 0 ? (['no-push-in'] as const) : []),
        ];
    }
  }

  /** The first of these nodes that receives what ews-subscribe makes. */
  function pushHost(ids: readonly string[]): PushHost {
    const { hosts } = pushService(RED);
    const host = ids.map((id) => hosts.get(id)).find((one) => one !== undefined);
    if (!host) throw new EwsError('EWS_CONFIGURATION', texts.text('input.no-push-in'));
    return host;
  }

  interface Work {
    readonly subscriber: Subscriber;
    readonly account: Account;
    readonly defaults: SubscribeOrder;
    readonly send: Send;
    /** How far all orders have come that are being worked on. */
    readonly orders: OrdersUnderWay;
    readonly show: (status: () => NodeStatus) => void;
  }

  async function obey(node: Node, message: NodeMessageInFlow, work: Work): Promise<void> {
    const { subscriber, defaults, send } = work;
    const { action = 'subscribe', payload } = message as { action?: unknown; payload?: unknown };
    const output = outputOf(node, message, work);
    switch (action) {
      case 'subscribe':
        return subscriber.subscribe(checkedOrders(payload, work), output);
      case 'set':
        return subscriber.set(checkedOrders(payload, work), output);
      case 'unsubscribe': {
        const selections = (Array.isArray(payload) ? (payload as unknown[]) : [payload]).map((one) =>
          typeof one === 'string' && one !== '' ? { mailbox: one } : selectionOf(one),
        );
        for (const selection of selections) await subscriber.unsubscribe(selection, output);
        return;
      }
      case 'list':
        send([null, { ...message, topic: 'list', payload: structuredClone(subscriber.list()) }]);
        return;
      default:
        throw new EwsError(
          'EWS_CONFIGURATION',
          texts.text('input.unknown-action', { action: String(action).slice(0, 40) }),
        );
    }

    function checkedOrders(value: unknown, { account }: Work): SubscribeOrder[] {
      const orders = readOrders(value, defaults);
      for (const order of orders) {
        const [problem] = [...problemsOfDescription(order, account.email), ...problemsOfDelivery(order)];
        if (problem) throw new EwsError('EWS_CONFIGURATION', texts.problem(problem));
        readDetailsSettings(detailsOrderOf(order), NO_DETAILS);
      }
      return orders;
    }
  }

  /** Output 1: a message for each subscription made or ended. Output 2: how far an order has come. */
  function outputOf(
    node: Node,
    message: NodeMessageInFlow,
    { subscriber, send, show, orders }: Work,
  ): SubscriberOutput {
    // What the message ordered is done; a node behind this one must not take it for an order of its own.
    const rest: NodeMessageInFlow & { action?: unknown } = { ...message };
    delete rest.action;
    const one = {};
    let told = systemClock.now();
    const tell = (topic: string, subscription: LiveSubscription): void => {
      // Subscriptions share what they have in common, and flows may change what they get.
      send([{ ...rest, topic, payload: structuredClone(subscription) }, null]);
      show(statusNow);
    };
    const progress = (payload: SubscribeProgress): void => {
      told = systemClock.now();
      send([null, { ...rest, topic: 'progress', payload }]);
    };
    const statusNow = (): NodeStatus => {
      const { wanted, subscribed } = orders.all;
      if (wanted > 1) {
        const numbers = { good: texts.number(subscribed), total: texts.number(wanted) };
        return { fill: 'yellow', shape: 'dot', text: texts.text('status.subscribing', numbers) };
      }
      const { count } = subscriber;
      const text = texts.text('status.count', { count, number: texts.number(count) });
      return { fill: count > 0 ? 'green' : 'grey', shape: 'dot', text };
    };
    return {
      begun: (wanted) => {
        orders.set(one, { wanted, subscribed: 0, failed: 0 });
        show(statusNow);
      },
      subscribed: (subscription) => {
        tell('subscribed', subscription);
      },
      unsubscribed: (subscription) => {
        tell('unsubscribed', subscription);
      },
      failed: (error, mailbox) => {
        show(() => ({ fill: 'red', shape: 'ring', text: texts.reason(error) }));
        node.error(texts.error(error), { ...rest, topic: 'error', payload: { mailbox, code: error.code } });
      },
      progressed: (now) => {
        orders.set(one, now);
        if (systemClock.now() - told >= PROGRESS_PAUSE_MS && now.subscribed + now.failed < now.wanted) progress(now);
      },
      finished: (end) => {
        orders.over(one);
        // The failure of a single one stays to be seen until something else is ordered.
        if (end.failed < end.wanted || end.wanted > 1) show(statusNow);
        progress(end);
      },
    };
  }

  RED.nodes.registerType('ews-subscribe', EwsSubscribeNode);
};
