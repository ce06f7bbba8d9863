import type { Node, NodeAPI } from 'node-red';
import { EVERYTHING, isInShare, type Share } from '../../src/subscriptions/share.js';
import { whenFlowsStand } from './flow-life.js';

/**
 * Which share of what is ordered each ews-subscribe node has, for those that receive it: they take up by themselves what
 * an earlier run had, and some of that may be another Node-RED's now.
 */
export class Shares {
  /** By the id of the ews-subscribe node; `undefined` where its share cannot be told, and so nothing is ours. */
  readonly #shares = new Map<string, Share | undefined>();
  readonly #receivers = new Set<() => void>();

  /** Whether a mailbox is ours, of what a node subscribes to. Of a node that there is not, all are. */
  includes(subscriber: string, mailbox: string): boolean {
    const share = this.#shares.has(subscriber) ? this.#shares.get(subscriber) : EVERYTHING;
    return share !== undefined && isInShare(share, mailbox);
  }

  /** Whether a mailbox is another Node-RED's, whichever node subscribes to it. */
  isElsewhere(mailbox: string): boolean {
    return this.#shares.size > 0 && ![...this.#shares.keys()].some((subscriber) => this.includes(subscriber, mailbox));
  }

  /** An ews-subscribe node starts. Where its share is another than before, receivers hear of it when all flows stand. */
  announce(red: NodeAPI, node: Node, share: Share | undefined): void {
    const isKnown = this.#shares.has(node.id);
    const before = this.#shares.get(node.id);
    this.#shares.set(node.id, share);
    if (isKnown && (before?.index !== share?.index || before?.count !== share?.count)) {
      whenFlowsStand(red, node, () => {
        for (const changed of this.#receivers) changed();
      });
    }
    node.on('close', (removed: boolean, done: () => void) => {
      if (removed) this.#shares.set(node.id, EVERYTHING);
      done();
    });
  }

  /** Has `changed` called for as long as `node` runs. */
  receive(node: Node, changed: () => void): void {
    this.#receivers.add(changed);
    node.on('close', () => {
      this.#receivers.delete(changed);
    });
  }
}

/** By what all interface objects of one Node-RED share. */
const known = new WeakMap<object, Shares>();

export function sharesOf({ events }: NodeAPI): Shares {
  const shares = known.get(events) ?? new Shares();
  known.set(events, shares);
  return shares;
}
