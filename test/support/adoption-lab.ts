import assert from 'node:assert/strict';
import type { AccountLink } from '../../dist/src/subscriptions/account-link.js';
import { AdoptionRegistry } from '../../dist/src/subscriptions/adoption-registry.js';
import type { LiveSubscription } from '../../dist/src/subscriptions/live-subscription.js';
import { Overview } from '../../dist/src/subscriptions/overview.js';
import { PullEngine } from '../../dist/src/subscriptions/pull-engine.js';
import type { SubscribeOrder } from '../../dist/src/subscriptions/subscribe-request.js';
import { rememberedOf } from '../../dist/src/subscriptions/position-record.js';
import { shared } from '../../dist/src/subscriptions/shared.js';
import { StreamEngine } from '../../dist/src/subscriptions/stream-engine.js';
import { StreamHub } from '../../dist/src/subscriptions/stream-hub.js';
import { Subscriber } from '../../dist/src/subscriptions/subscriber.js';
import { SubscriptionAdopter } from '../../dist/src/subscriptions/subscription-adopter.js';
import { NO_PUSH, noPushHost } from './no-push.js';
import { INBOX } from './pull-lab.js';
import { Recorder } from './recorder.js';
import { StreamLab } from './stream-lab.js';

type AdoptedDelivery = 'streaming' | 'pull';

/** Runs of a node that subscribes for others, and of nodes that receive: one after the other, with the same positions. */
export class AdoptionLab {
  adopter!: SubscriptionAdopter;
  /** Another node of the same kind. */
  other!: SubscriptionAdopter;
  subscriber!: Subscriber;
  overview!: Overview;
  told!: Recorder;
  /** Whether the server is being looked for, without an end. */
  isAway = false;

  private constructor(
    readonly streams: StreamLab,
    readonly delivery: AdoptedDelivery,
  ) {
    this.run();
  }

  static async open(
    delivery: AdoptedDelivery,
    options: Parameters<typeof StreamLab.open>[0] = {},
  ): Promise<AdoptionLab> {
    return new AdoptionLab(await StreamLab.open(options), delivery);
  }

  get sandbox() {
    return this.streams.sandbox;
  }

  get store() {
    return this.streams.base.store;
  }

  /** What is running was closed, or forgotten: everything begins again. */
  run(): void {
    const base = this.streams.base.account();
    const connect: AccountLink['connect'] = (mailbox) =>
      this.isAway ? new Promise(() => undefined) : base.connect(mailbox);
    const link: AccountLink = { ...base, connect };
    const hub = new StreamHub(link);
    const registry = new AdoptionRegistry(this.streams.clock, () => undefined);
    const names = { id: 'subscribe-node', accountId: 'account' };
    this.subscriber = new Subscriber({ ...names, account: link, hub, registry, pushHost: noPushHost });
    this.overview = new Overview(this.streams.clock);
    this.told = new Recorder();
    const { told, overview, delivery } = this;
    const adopterOf = (id: string) =>
      new SubscriptionAdopter({
        ...{ id, delivery, store: this.store, clock: this.streams.clock },
        account: () => ({ link, hub, registry }),
        listenerFor: () => told,
        makeEngine: ({ account, adopted, ...parts }) => {
          const { description, keeper } = parts;
          const common = { ...parts, account: account.link, missed: 'recover' as const };
          const pull = { interval: 10, subscriptionTimeout: 30, ...(adopted ? { adopted } : {}) };
          const stream = { hub: account.hub, owner: id, connectionTimeout: adopted?.connectionTimeout ?? 30 };
          const kept = adopted && shared(rememberedOf(adopted));
          const about = { description, delivery, node: id, flow: '', account: '', accountName: '', mailbox: '' };
          return overview.add(
            keeper.key,
            about,
            parts.listener,
            (listener) =>
              delivery === 'pull'
                ? new PullEngine({ ...common, ...pull, listener })
                : new StreamEngine({ ...common, ...stream, listener, adopted: kept }, adopted?.begins),
            () => Promise.resolve(),
          );
        },
      });
    this.adopter = adopterOf('node');
    this.other = adopterOf('other');
  }

  /** Closes what runs, as a deploy does, and begins again. */
  async restart(): Promise<void> {
    await this.over(this.adopter.close(true));
    this.run();
  }

  /** Has ews-subscribe make a subscription. */
  async order(more: Partial<SubscribeOrder> = {}): Promise<LiveSubscription> {
    const made: LiveSubscription[] = [];
    const { delivery } = this;
    const wish = { ...INBOX, ...NO_PUSH, events: ['NewMail'] as const, delivery };
    await this.over(
      this.subscriber.subscribe([{ ...wish, subscriptionTimeout: 30, connectionTimeout: 7, ...more }], {
        subscribed: (one) => void made.push(one),
        unsubscribed: () => undefined,
        failed: (error) => assert.fail(error),
        finished: () => undefined,
      }),
    );
    const [subscription] = made;
    assert.ok(subscription);
    return subscription;
  }

  /** Has it end all. */
  async unsubscribe(): Promise<void> {
    const output = { subscribed: () => undefined, unsubscribed: () => undefined, finished: () => undefined };
    await this.over(this.subscriber.unsubscribe({}, { ...output, failed: (error) => assert.fail(error) }));
  }

  /** One that is ordered, adopted and connected. */
  async adopted(): Promise<LiveSubscription> {
    const subscription = await this.order();
    await this.adopter.adopt(subscription);
    await this.connected();
    return subscription;
  }

  async connected(): Promise<void> {
    await this.streams.untilAfter(() => this.told.current === 'connected', 50);
  }

  /** What `work` comes to, while time goes by. */
  async over<T>(work: Promise<T>): Promise<T> {
    let isOver = false;
    const noted = work.finally(() => (isOver = true));
    noted.catch(() => undefined);
    await this.streams.untilAfter(() => isOver, 100);
    return noted;
  }

  async close(): Promise<void> {
    this.sandbox.behave();
    await this.over(Promise.all([this.adopter.close(true), this.other.close(true)]));
    await this.streams.close();
  }
}
