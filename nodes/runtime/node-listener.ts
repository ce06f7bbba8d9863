import type { Node } from 'node-red';
import type { EwsError } from '../../src/protocol/ews-error.js';
import type { EngineListener, EventBatch, Gap, PositionProblem } from '../../src/subscriptions/engine-listener.js';
import type { SubscriptionState } from '../../src/subscriptions/subscription-state.js';
import { FlowError } from './flow-error.js';
import { messagesOf, type EwsOrigin, type Output } from './messages.js';
import type { Texts } from './texts.js';
import type { Watch } from './watched-mailbox.js';

/** From where events are. */
type Origin = Omit<EwsOrigin, 'subscriptionId' | 'recovered'>;

/** What the listeners of a node have in common. */
export interface NodeListenerOptions {
  readonly node: Node;
  readonly texts: Texts;
  readonly output: Output;
  /** Called with each state, and whose it is; the node makes its status from it. */
  readonly state: (state: SubscriptionState, listener: object) => void;
}

/** Turns what an engine tells into messages, statuses and errors of a node. */
export function nodeListener(options: NodeListenerOptions, watch: Watch, address: string): EngineListener {
  return new NodeListener(options, watch, address);
}

/** A class and not an object with functions: there is one for each of thousands of mailboxes. */
class NodeListener implements EngineListener {
  readonly #options: NodeListenerOptions;
  readonly #watch: Watch;
  readonly #address: string;

  constructor(options: NodeListenerOptions, watch: Watch, address: string) {
    this.#options = options;
    this.#watch = watch;
    this.#address = address;
  }

  get #origin(): Origin {
    const { account, accountName, delivery } = this.#watch;
    return { account, accountName, mailbox: this.#address, delivery };
  }

  get #mailbox(): string {
    return this.#address || this.#watch.accountName;
  }

  events(batch: EventBatch): void {
    const { node, output } = this.#options;
    for (const message of messagesOf(batch, this.#origin, output)) node.send(message);
  }

  state(state: SubscriptionState): void {
    this.#options.state(state, this);
  }

  error(error: EwsError): void {
    const { node, texts } = this.#options;
    const payload = { mailbox: this.#mailbox, code: error.code };
    node.error(texts.error(error), { topic: 'error', payload, ews: this.#origin });
  }

  gap(gap: Gap): void {
    const { node, texts } = this.#options;
    const sentence = texts.text(`gap.${gap.reason}`, { mailbox: this.#mailbox });
    const unknown = texts.text('gap.unknown-time');
    const from = gap.from ?? unknown;
    const error = new FlowError(
      'EWS_GAP',
      `${sentence} ${texts.text('gap.between', { from, until: gap.until ?? unknown })}`,
    );
    node.error(error, { topic: 'gap', payload: gap, ews: this.#origin });
  }

  skipped(from: string | undefined, until: string | undefined): void {
    const { node, texts } = this.#options;
    const unknown = texts.text('gap.unknown-time');
    node.log(texts.text('skipped', { mailbox: this.#mailbox, from: from ?? unknown, until: until ?? unknown }));
  }

  positionProblem({ kind, detail }: PositionProblem): void {
    const { node, texts } = this.#options;
    node.warn(texts.text(`position.${kind}`, { mailbox: this.#mailbox, detail }));
  }
}
