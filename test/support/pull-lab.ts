import { unsubscribe } from '../../dist/src/protocol/unsubscribe.js';
import type { SandboxOptions } from '../../dist/src/sandbox/sandbox-options.js';
import { startSandbox, type Sandbox } from '../../dist/src/sandbox/sandbox.js';
import { contextOf, type AccountLink, type EndableSubscription } from '../../dist/src/subscriptions/account-link.js';
import { PositionKeeper } from '../../dist/src/subscriptions/position-keeper.js';
import { PullEngine, type PullEngineOptions } from '../../dist/src/subscriptions/pull-engine.js';
import type { SubscriptionDescription } from '../../dist/src/subscriptions/subscription-description.js';
import { EwsClient } from '../../dist/src/transport/ews-client.js';
import { ManualClock } from './manual-clock.js';
import { MemoryStore } from './memory-store.js';
import { Recorder } from './recorder.js';
import { until } from './wait.js';

export const INBOX: SubscriptionDescription = {
  mailbox: '',
  access: 'delegate',
  allFolders: false,
  folders: [{ id: 'inbox', name: 'Inbox' }],
  events: ['NewMail', 'Created', 'Modified', 'Moved', 'Copied', 'Deleted'],
};

/** Mail only: one event for each delivery. */
export const NEW_MAIL: SubscriptionDescription = { ...INBOX, events: ['NewMail'] };

/** A sandbox on a clock that stands still, an account on it, and what is needed to run pull engines. */
export class PullLab {
  readonly clock = new ManualClock();
  readonly store = new MemoryStore();
  /** The operations that the server was asked for, in order. */
  readonly requests: string[] = [];
  readonly ended: EndableSubscription[] = [];
  incarnation: string | undefined;
  password: string;
  readonly #clients: EwsClient[] = [];
  readonly #engines: PullEngine[] = [];

  private constructor(readonly sandbox: Sandbox) {
    this.password = sandbox.password;
    sandbox.onRequest(({ operation }) => this.requests.push(operation ?? '?'));
  }

  static async open(options: SandboxOptions = {}): Promise<PullLab> {
    const clock = new ManualClock();
    const lab = new PullLab(await startSandbox({ ...options, clock }));
    Object.assign(lab, { clock });
    return lab;
  }

  /** A new account, as after a restart or deploy; on another server than the sandbox where `url` names one. */
  account(url = this.sandbox.url): AccountLink {
    const { sandbox, clock } = this;
    const client = new EwsClient({
      url,
      credentials: { type: 'basic', username: sandbox.user, password: this.password },
      version: 'Exchange2010_SP2',
      timeoutMs: 5000,
      clock,
    });
    this.#clients.push(client);
    const traits = { watermarks: undefined };
    const server = { name: 'lab', ...(this.incarnation === undefined ? {} : { incarnation: this.incarnation }) };
    return {
      email: sandbox.user,
      clock,
      random: () => 0.5,
      connect: () => Promise.resolve({ client, server, traits }),
      endUnwanted: () => undefined,
      relocate: () => undefined,
      endSubscription: async (subscription) => {
        this.ended.push(subscription);
        const { subscriptionId } = subscription;
        await client
          .call(unsubscribe, { subscriptionId }, contextOf(subscription, sandbox.user))
          .catch(() => undefined);
      },
    };
  }

  /** An engine that has been started. */
  run(options: Partial<PullEngineOptions> = {}): { engine: PullEngine; told: Recorder } {
    const told = new Recorder();
    const description = options.description ?? NEW_MAIL;
    const key = { node: 'node', mailbox: description.mailbox, part: '' };
    const keeper = new PositionKeeper(this.store, key, (problem) => {
      told.positionProblem(problem);
    });
    const engine = new PullEngine({
      account: this.account(),
      description,
      interval: 60,
      subscriptionTimeout: 30,
      missed: 'recover',
      keeper,
      listener: told,
      ...options,
    });
    this.#engines.push(engine);
    engine.start();
    return { engine, told };
  }

  /** An engine that has polled once. */
  async connected(options: Partial<PullEngineOptions> = {}): Promise<{ engine: PullEngine; told: Recorder }> {
    const running = this.run(options);
    await until(() => running.told.current === 'connected');
    await this.clock.untilTimer();
    return running;
  }

  /** Lets the next poll or retry fall due, and waits until it is over. */
  async next(told: Recorder): Promise<void> {
    const seen = told.states.length;
    await this.clock.untilTimer();
    await this.clock.advanceToNext();
    await until(
      () => told.states.slice(seen).some(({ name }) => name !== 'subscribing') && this.clock.pending.length > 0,
    );
  }

  /** Delivers mails and returns their ids. */
  deliver(count = 1): string[] {
    return Array.from({ length: count }, (_, at) => this.sandbox.mailbox().deliver({ subject: `Mail ${at}` }).id);
  }

  async close(): Promise<void> {
    await Promise.all(this.#engines.map((engine) => engine.close(true)));
    await Promise.all(this.#clients.map((client) => client.close()));
    await this.sandbox.close();
  }
}
