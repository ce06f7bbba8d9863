import { setImmediate as nextTurn } from 'node:timers/promises';
import { EwsError } from '../../dist/src/protocol/ews-error.js';
import type { MailboxEvent } from '../../dist/src/protocol/mailbox-event.js';
import type { AccountConnection, AccountLink } from '../../dist/src/subscriptions/account-link.js';
import { CatchUp } from '../../dist/src/subscriptions/catch-up.js';
import { PositionKeeper } from '../../dist/src/subscriptions/position-keeper.js';
import type { PositionStore } from '../../dist/src/subscriptions/position-store.js';
import { renewBookmark } from '../../dist/src/subscriptions/renew-bookmark.js';
import { Ride } from '../../dist/src/subscriptions/ride.js';
import { eventKey } from '../../dist/src/subscriptions/sent-log.js';
import { StreamPosition } from '../../dist/src/subscriptions/stream-position.js';
import { ManualClock } from './manual-clock.js';
import { MemoryStore } from './memory-store.js';
import { NEW_MAIL } from './pull-lab.js';
import { Recorder } from './recorder.js';

/** What can be done to a stream and to the server that it is read from. */
export const ACTIONS = [
  'change a',
  'change b',
  'create',
  'delete',
  'let a second pass',
  'bring one',
  'bring three',
  'bring all',
  'answer',
  'answer late',
  'refuse',
  'let one be sent',
  'beat',
  'cut',
  'cut and lose',
  'open',
  'subscribe anew',
  'renew the bookmark',
  'restart',
  'crash',
] as const;
export type Action = (typeof ACTIONS)[number];

/** Events in one answer of the server, at most: few, so that there is more than one page. */
const PAGE = 3;
const START = Date.parse('2026-03-02T08:00:00Z');
const HEARTBEAT = 'heartbeat';

interface Question {
  readonly name: string;
  readonly from: string | undefined;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
  answer?: unknown;
}

/**
 * One mailbox on a server with watermarks and a stream that is read from it, in which every step is taken when it is asked
 * for: what happens, what arrives, what is answered, what is sent, and what breaks.
 */
export class StreamModel {
  readonly #clock = new ManualClock(START);
  readonly #store = new MemoryStore();
  readonly #happened: MailboxEvent[] = [];
  /** What the subscription has not written anywhere yet, and what is on its way to the reader. */
  #queued: MailboxEvent[] = [];
  #underWay: (MailboxEvent | typeof HEARTBEAT)[] = [];
  #isOpen = false;
  #isReading = false;
  #questions: Question[] = [];
  #sends: (() => void)[] = [];
  #told: MailboxEvent[] = [];
  /** How many had been told when the position was saved last. */
  #toldAtSave = 0;
  #ride = new Ride();
  #generation = 0;
  #isRenewing = false;
  readonly #recorder = new Recorder();
  readonly #account: AccountLink;
  #position!: StreamPosition;
  #catchUp!: CatchUp;
  readonly #steps: Readonly<Record<Action, () => void | Promise<void>>> = {
    'change a': () => this.#happens('Modified', 'a'),
    'change b': () => this.#happens('Modified', 'b'),
    create: () => this.#happens('Created', `new ${this.#happened.length}`),
    delete: () => this.#happens('Deleted', `old ${this.#happened.length}`),
    'let a second pass': () => this.#clock.advance(1000),
    'bring one': () => this.#bring(1),
    'bring three': () => this.#bring(3),
    'bring all': () => this.#bring(Number.POSITIVE_INFINITY),
    answer: () => this.#answer(false),
    'answer late': () => this.#answer(true),
    refuse: () => this.#questions.shift()?.reject(new EwsError('EWS_NETWORK', 'The connection was reset.')),
    'let one be sent': () => this.#sends.shift()?.(),
    beat: () => this.#beat(),
    cut: () => this.#cut(false),
    'cut and lose': () => this.#cut(true),
    open: () => this.#open(),
    'subscribe anew': () => this.#subscribeAnew(),
    'renew the bookmark': () => this.#renew(),
    restart: () => this.#restart(),
    crash: () => this.#crash(),
  };

  private constructor(readonly sendsAtOnce: boolean) {
    const call = (operation: { readonly name: string }, request: { readonly watermark?: string }) =>
      this.#ask(operation.name, request.watermark);
    const connection = { client: { call }, server: { name: 'server' }, traits: { watermarks: true } };
    this.#account = {
      ...{ email: '', clock: this.#clock, random: () => 0.5, relocate: () => undefined, endUnwanted: () => undefined },
      connect: () => Promise.resolve(connection as unknown as AccountConnection),
      endSubscription: () => Promise.resolve(),
    };
  }

  /** @param sendsAtOnce whether events are sent as soon as that is asked for, or when the model is told to */
  static async begin(sendsAtOnce: boolean): Promise<StreamModel> {
    const model = new StreamModel(sendsAtOnce);
    model.#start();
    await model.#position.begin(await model.#account.connect(), { watermark: '0', serverTime: START });
    await model.do('open');
    return model;
  }

  get happened(): readonly string[] {
    return this.#happened.map(eventKey);
  }

  get told(): readonly string[] {
    return this.#told.map(eventKey);
  }

  get gaps(): number {
    return this.#recorder.gaps.length;
  }

  async do(action: Action): Promise<void> {
    await this.#steps[action]();
    await nextTurn();
    await nextTurn();
  }

  /** Nothing breaks any more, until everything has come. */
  async settle(): Promise<void> {
    for (let idle = 0; idle < 3;) {
      await this.do('open');
      const isBusy = this.#underWay.length + this.#queued.length + this.#questions.length + this.#sends.length > 0;
      for (const action of ['let one be sent', 'answer', 'bring all'] as const) await this.do(action);
      await this.#clock.advance(1000);
      if (isBusy || this.#isReading || this.#catchUp.isHolding) idle = 0;
      else {
        idle += 1;
        await this.do('beat');
        await this.do('bring one');
      }
    }
  }

  #happens(eventType: 'Modified' | 'Created' | 'Deleted', id: string): void {
    const timeStamp = `${new Date(this.#clock.now()).toISOString().slice(0, 19)}Z`;
    const event = { eventType, timeStamp, itemId: { id }, parentFolderId: { id: 'inbox' } } as MailboxEvent;
    this.#happened.push(event);
    this.#queued.push(event);
    this.#write();
  }

  /** The server writes at once what it has, where somebody reads. */
  #write(): void {
    if (!this.#isOpen) return;
    this.#underWay.push(...this.#queued.splice(0));
  }

  /** They are so far apart that one is read before the next is written. */
  #beat(): void {
    if (this.#isOpen && !this.#underWay.includes(HEARTBEAT)) this.#underWay.push(HEARTBEAT);
  }

  #bring(most: number): void {
    if (this.#isReading || this.#underWay.length === 0 || !this.#isOpen) return;
    const beat = this.#underWay.indexOf(HEARTBEAT);
    const end = Math.min(most, this.#underWay.length, beat < 0 ? most : Math.max(1, beat));
    const brought = this.#underWay.splice(0, end);
    if (brought[0] === HEARTBEAT) {
      this.#catchUp.quiet();
      return;
    }
    this.#isReading = true;
    const generation = this.#generation;
    void this.#catchUp.live(brought as MailboxEvent[], this.#ride).then(() => {
      if (generation === this.#generation) this.#isReading = false;
    });
  }

  /** What was under way arrives, or is lost; what was not written stays with the subscription. */
  #cut(loses: boolean): void {
    if (!this.#isOpen || this.#isReading) return;
    this.#isOpen = false;
    if (!loses) this.#queued.unshift(...this.#underWay.filter((one) => one !== HEARTBEAT));
    this.#underWay = [];
    this.#catchUp.cut();
  }

  #open(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    this.#write();
    if (!this.#catchUp.isIdle) this.#catchUp.opened(this.#ride.signal);
  }

  /** The server has lost the subscription; the next one begins with what happens then. */
  async #subscribeAnew(): Promise<void> {
    if (this.#isReading) return;
    this.#leave();
    this.#catchUp.needed('no-watermark');
    await this.#end();
    this.#queued = [];
    this.#ride = new Ride();
  }

  #leave(): void {
    this.#isOpen = false;
    this.#underWay = [];
    this.#ride.end();
    this.#giveUp();
  }

  #giveUp(): void {
    for (const { reject } of this.#questions.splice(0)) reject(new EwsError('EWS_NETWORK', 'Given up.'));
  }

  async #end(): Promise<void> {
    const over = this.#catchUp.over().then(() => true);
    while (!(await Promise.race([over, nextTurn(false)]))) {
      this.#sends.shift()?.();
      this.#giveUp();
    }
    this.#catchUp.giveUp();
  }

  async #restart(): Promise<void> {
    if (this.#isReading) return;
    this.#leave();
    await this.#end();
    await this.#position.close();
    await this.#resume();
  }

  /** What was told since the position was saved may be told again. */
  async #crash(): Promise<void> {
    this.#leave();
    this.#isReading = false;
    this.#sends = [];
    this.#told = this.#told.slice(0, this.#toldAtSave);
    await this.#resume();
  }

  async #resume(): Promise<void> {
    await this.#start().load();
    this.#position.restore(await this.#account.connect());
    this.#catchUp.needed('no-watermark');
  }

  /** A run of Node-RED. */
  #start(): PositionKeeper {
    const generation = (this.#generation += 1);
    const key = { node: 'node', mailbox: '', part: '' };
    this.#ride = new Ride();
    this.#isRenewing = false;
    const keeper = new PositionKeeper(this.#storeOf(generation), key, () => undefined, this.#clock);
    const position = new StreamPosition(keeper, NEW_MAIL, this.#account);
    this.#position = position;
    const options = { account: this.#account, missed: 'recover', listener: this.#recorder } as const;
    this.#catchUp = new CatchUp(
      options,
      position,
      { description: NEW_MAIL },
      {
        send: async (events, how) => {
          if (!this.sendsAtOnce) await new Promise<void>((resolve) => this.#sends.push(resolve));
          if (generation !== this.#generation) return new Promise(() => undefined);
          position.add(events);
          if (how !== 'found') position.upTo = events.at(-1)?.timeStamp ?? position.upTo;
          this.#told.push(...events);
        },
        caughtUp: () => undefined,
        dropped: (error) => {
          throw error;
        },
      },
    );
    return keeper;
  }

  /** What one run can save: nothing any more when it has crashed. */
  #storeOf(generation: number): PositionStore {
    const store = this.#store;
    const save: PositionStore['save'] = async (record) => {
      if (generation !== this.#generation) return;
      const { length } = this.#told;
      await store.save(record);
      this.#toldAtSave = length;
    };
    return {
      save,
      load: (key) => store.load(key),
      remove: (key) => store.remove(key),
      list: (node) => store.list(node),
    };
  }

  #renew(): void {
    if (this.#isRenewing || !this.#isOpen || this.#catchUp.isHolding) return;
    this.#isRenewing = true;
    const generation = this.#generation;
    void renewBookmark(this.#position, this.#account, NEW_MAIL, this.#ride.signal).then(() => {
      if (generation === this.#generation) this.#isRenewing = false;
    });
  }

  #ask(name: string, from: string | undefined): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#questions.push({ name, from, resolve, reject });
    });
  }

  /** Answers the oldest question, or writes down the answer, which arrives with the next. */
  #answer(late: boolean): void {
    const [question] = this.#questions;
    if (!question) return;
    question.answer ??= this.#answerTo(question);
    if (late) return;
    this.#questions.shift();
    question.resolve(question.answer);
  }

  #answerTo({ name, from }: Question): unknown {
    const serverTime = this.#clock.now();
    const at = from === undefined ? this.#happened.length : Number(from);
    if (name === 'Subscribe') return { response: { subscriptionId: 'pull', watermark: `${at}` }, serverTime };
    const events = this.#happened.slice(at, at + PAGE);
    const next = at + events.length;
    const response = { subscriptionId: 'pull', events, watermark: `${next}`, moreEvents: next < this.#happened.length };
    return { response, serverTime };
  }
}
