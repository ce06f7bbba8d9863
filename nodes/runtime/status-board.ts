import type { Node } from 'node-red';
import { systemClock, type Clock } from '../../src/clock.js';
import type { SubscriptionState } from '../../src/subscriptions/subscription-state.js';
import { Calm } from './calm.js';
import { statusOfMany } from './status.js';
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
  readonly #states = new Map<string, SubscriptionState>();
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

  /** @param label tells the subscriptions of the node apart */
  show(label: string, state: SubscriptionState): void {
    const before = this.#states.get(label);
    if (state.name === 'closed') this.#states.delete(label);
    else this.#states.set(label, state);
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

  #look(): void {
    // A status that is set while the node closes would stay under it after it was disabled.
    if (this.#closed) return;
    const status = statusOfMany([...this.#states.values()], this.#texts, this.#clock.now());
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
