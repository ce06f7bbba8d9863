import type { SandboxOptions } from '../../dist/src/sandbox/sandbox-options.js';
import { PositionKeeper } from '../../dist/src/subscriptions/position-keeper.js';
import { StreamEngine } from '../../dist/src/subscriptions/stream-engine.js';
import type { StreamEngineOptions } from '../../dist/src/subscriptions/stream-engine-options.js';
import { StreamHub } from '../../dist/src/subscriptions/stream-hub.js';
import { PullLab, NEW_MAIL } from './pull-lab.js';
import { Recorder } from './recorder.js';
import { until } from './wait.js';

export interface Running {
  readonly engine: StreamEngine;
  readonly told: Recorder;
  /** A keeper for another position of the same node. */
  readonly keeperFor: (part: string) => PositionKeeper;
}

/** A sandbox on a clock that stands still, and what is needed to run stream engines against it. */
export class StreamLab {
  readonly #engines: StreamEngine[] = [];

  private constructor(readonly base: PullLab) {}

  static async open(options: SandboxOptions = {}): Promise<StreamLab> {
    return new StreamLab(await PullLab.open(options));
  }

  get sandbox() {
    return this.base.sandbox;
  }

  get clock() {
    return this.base.clock;
  }

  /** Several engines of one account, as in one run of Node-RED. */
  session(account = this.base.account()): { run: (options?: Partial<StreamEngineOptions>) => Running } {
    const hub = new StreamHub(account);
    return {
      run: (options = {}) => {
        const told = new Recorder();
        const description = options.description ?? NEW_MAIL;
        const keeperFor = (part: string) =>
          new PositionKeeper(this.base.store, { node: 'node', mailbox: description.mailbox, part }, (problem) => {
            told.positionProblem(problem);
          });
        const engine = new StreamEngine({
          account,
          hub,
          owner: 'node',
          description,
          connectionTimeout: 30,
          missed: 'recover',
          keeper: keeperFor(''),
          listener: told,
          ...options,
        });
        this.#engines.push(engine);
        engine.start();
        return { engine, told, keeperFor };
      },
    };
  }

  /** One engine that is connected. */
  async connected(options: Partial<StreamEngineOptions> = {}): Promise<Running> {
    const running = this.session().run(options);
    await this.untilConnected(running);
    return running;
  }

  /** Lets the time in which subscriptions are gathered pass, and waits for the stream. */
  async untilConnected({ told }: Running): Promise<void> {
    await until(() => {
      void this.clock.advance(10);
      return told.current === 'connected';
    });
  }

  /** Waits for `condition` while time goes by, a second a turn. */
  async untilAfter(condition: () => boolean, step = 1000): Promise<void> {
    while (!condition()) {
      await this.clock.advance(step);
    }
  }

  deliver(count = 1, mailbox = this.sandbox.user): string[] {
    return Array.from(
      { length: count },
      (_, at) => this.sandbox.mailbox(mailbox).deliver({ subject: `Mail ${at}` }).id,
    );
  }

  async close(): Promise<void> {
    this.sandbox.behave();
    const closing = Promise.all(this.#engines.map((engine) => engine.close(true)));
    let closed = false;
    void closing.then(() => (closed = true));
    // A polite goodbye waits on the clock.
    await this.untilAfter(() => closed, 500);
    await this.base.close();
  }
}
