import type { Node } from 'node-red';
import type { EngineListener } from '../../src/subscriptions/engine-listener.js';
import type { SubscriptionState } from '../../src/subscriptions/subscription-state.js';
import { FlowError } from './flow-error.js';
import { messagesOf, type EwsOrigin, type Output } from './messages.js';
import type { Texts } from './texts.js';

export interface NodeListenerOptions {
  readonly node: Node;
  readonly texts: Texts;
  readonly origin: Omit<EwsOrigin, 'subscriptionId' | 'recovered'>;
  readonly output: Output;
  /** Called with each state; the node makes its status from it. */
  readonly state: (state: SubscriptionState) => void;
}

/** Turns what an engine tells into messages, statuses and errors of a node. */
export function nodeListener({ node, texts, origin, output, state }: NodeListenerOptions): EngineListener {
  const mailbox = origin.mailbox || origin.accountName;
  return {
    events(batch) {
      for (const message of messagesOf(batch, origin, output)) node.send(message);
    },
    state,
    error(error) {
      node.error(texts.error(error), { topic: 'error', payload: { mailbox, code: error.code }, ews: origin });
    },
    gap(gap) {
      const sentence = texts.text(`gap.${gap.reason}`, { mailbox });
      const unknown = texts.text('gap.unknown-time');
      const from = gap.from ?? unknown;
      const error = new FlowError(
        'EWS_GAP',
        `${sentence} ${texts.text('gap.between', { from, until: gap.until ?? unknown })}`,
      );
      node.error(error, { topic: 'gap', payload: gap, ews: origin });
    },
    skipped(from, until) {
      const unknown = texts.text('gap.unknown-time');
      node.log(texts.text('skipped', { mailbox, from: from ?? unknown, until: until ?? unknown }));
    },
    positionProblem({ kind, detail }) {
      node.warn(texts.text(`position.${kind}`, { mailbox, detail }));
    },
  };
}
