import type { NodeStatus } from 'node-red';
import type { SubscriptionState } from '../../src/subscriptions/subscription-state.js';
import type { Texts } from './texts.js';

/** Waits shorter than this are "reconnecting"; longer ones say why, in milliseconds. */
const SHORT_WAIT_MS = 60_000;

/** The status under a node that watches one mailbox. */
export function statusOf(state: SubscriptionState, texts: Texts, now: number): NodeStatus {
  switch (state.name) {
    case 'starting':
    case 'subscribing':
      return { fill: 'yellow', shape: 'ring', text: 'node-red:common.status.connecting' };
    case 'awaiting':
      return { fill: 'yellow', shape: 'ring', text: texts.text('status.awaiting') };
    case 'idle':
      return { fill: 'grey', shape: 'ring', text: texts.text('status.idle') };
    case 'connected':
      return { fill: 'green', shape: 'dot', text: 'node-red:common.status.connected' };
    case 'waiting':
      return state.retryAt - now < SHORT_WAIT_MS && state.error.action === 'retry'
        ? { fill: 'yellow', shape: 'ring', text: texts.text('status.reconnecting') }
        : { fill: 'red', shape: 'ring', text: texts.reason(state.error) };
    case 'paused':
      return { fill: 'grey', shape: 'dot', text: texts.text('status.paused') };
    case 'stopped':
      return { fill: 'red', shape: 'dot', text: texts.reason(state.error) };
    case 'closed':
      return {};
  }
}

/** The status under a node that receives several subscriptions. */
export function statusOfMany(states: readonly SubscriptionState[], texts: Texts, now: number): NodeStatus {
  const [first] = states;
  if (!first) return { fill: 'grey', shape: 'ring', text: texts.text('status.no-subscription') };
  if (states.length === 1) return statusOf(first, texts, now);
  const good = states.filter(({ name }) => name === 'connected' || name === 'idle').length;
  const total = states.length;
  const text = good === total ? texts.text('status.all', { total }) : texts.text('status.some', { good, total });
  const fill = good === total ? 'green' : good > 0 || states.some(({ name }) => name !== 'stopped') ? 'yellow' : 'red';
  return { fill, shape: good === total ? 'dot' : 'ring', text };
}
