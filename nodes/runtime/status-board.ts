import type { Node } from 'node-red';
import { systemClock } from '../../src/clock.js';
import type { SubscriptionState } from '../../src/subscriptions/subscription-state.js';
import { statusOfMany } from './status.js';
import type { Texts } from './texts.js';

/** Shows the states of all subscriptions of a node as its one status; says nothing that is shown already. */
export class StatusBoard {
  readonly #node: Node;
  readonly #texts: Texts;
  readonly #states = new Map<string, SubscriptionState>();
  #shown = '';
  #closed = false;

  constructor(node: Node, texts: Texts) {
    this.#node = node;
    this.#texts = texts;
  }

  /** @param label tells the subscriptions of the node apart */
  show(label: string, state: SubscriptionState): void {
    if (state.name === 'closed') this.#states.delete(label);
    else this.#states.set(label, state);
    this.refresh();
  }

  refresh(): void {
    // A status that is set while the node closes would stay under it after it was disabled.
    if (this.#closed) return;
    const status = statusOfMany([...this.#states.values()], this.#texts, systemClock.now());
    const text = JSON.stringify(status);
    if (text === this.#shown) return;
    this.#shown = text;
    this.#node.status(status);
  }

  close(): void {
    this.#closed = true;
    this.#node.status({});
  }
}
