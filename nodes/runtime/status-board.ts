import type { Node, NodeStatus } from 'node-red';
import { systemClock, type Clock } from '../../src/clock.js';
import type { SubscriptionState } from '../../src/subscriptions/subscription-state.js';
import { Calm } from './calm.js';
import { statusOf, statusOfMany } from './status.js';
import type { Texts } from './texts.js';

/** A time of the last event is shown at most so often, in milliseconds: every status is a message to every editor. */
const EVENTS_PAUSE_MS = 10_000;
/** So long lies between two statuses of a node that has several subscriptions, which come and go in crowds. */
const CROWD_PAUSE_MS = 1_000;

/** Shows the states of all subscriptions of a node as its one status; says nothing that is shown already. */
export class StatusBoard {
  readonly #node: Node;
  readonly #texts: Texts;
  readonly #clock: Clock;
  readonly #states = new Map<object, SubscriptionState>();
  /** How many are in each state: with thousands of mailboxes, all are not looked at for one that changes. */
  readonly #counts = new Map<SubscriptionState['name'], number>();
  readonly #calm: Calm;
  #shown = '';
  #closed = false;

  constructor(node: Node, texts: Texts, clock: Clock = systemClock) {
    this.#node = node;
    this.#texts = texts;
    this.#clock = clock;
    this.#calm = new Calm(clock, () => {
      this.#look();
    });
  }

  /** @param whose tells the subscriptions of the node apart */
  show(state: SubscriptionState, whose: object): void {
    const before = this.#states.get(whose);
    if (before) this.#count(before, -1);
    if (state.name !== 'closed') this.#count(state, 1);
    if (state.name === 'closed') this.#states.delete(whose);
    else this.#states.set(whose, state);
    if (state.name === 'connected' && before?.name === 'connected') this.#calm.ask(EVENTS_PAUSE_MS);
    else this.#calm.ask(this.#states.size > 1 ? CROWD_PAUSE_MS : 0);
  }

  /** There is nothing to show a state of: what the node is set to watch, other Node-REDs do. */
  nothingShared(): void {
    this.#node.status({ fill: 'grey', shape: 'ring', text: this.#texts.text('status.nothing-shared') });
  }

  refresh(): void {
    this.#calm.ask(0);
  }

  #count({ name }: SubscriptionState, change: number): void {
    this.#counts.set(name, this.#in(name) + change);
  }

  #in(name: SubscriptionState['name']): number {
    return this.#counts.get(name) ?? 0;
  }

  #status(): NodeStatus {
    const total = this.#states.size;
    const [only] = total === 1 ? this.#states.values() : [];
    if (only) return statusOf(only, this.#texts, this.#clock.now());
    return statusOfMany(
      { total, good: this.#in('connected') + this.#in('idle'), stopped: this.#in('stopped') },
      this.#texts,
    );
  }

  #look(): void {
    // A status that is set while the node closes would stay under it after it was disabled.
    if (this.#closed) return;
    const status = this.#status();
    const text = JSON.stringify(status);
    if (text === this.#shown) return;
    this.#shown = text;
    this.#node.status(status);
  }

  close(): void {
    this.#closed = true;
    this.#calm.stop();
    this.#node.status({});
  }
}
