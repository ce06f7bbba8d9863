import type { NodeStatus } from 'node-red';
import type { SubscriptionState } from '../../src/subscriptions/subscription-state.js';
import type { Texts } from './texts.js';

/** Waits shorter than this are "reconnecting"; longer ones say why, in milliseconds. */
const SHORT_WAIT_MS = 60_000;
/** Shorter ones than this are over before anybody has read when they end. */
const MOMENT_MS = 10_000;

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
      return { fill: 'green', shape: 'dot', text: connectedText(state.lastEventAt, texts, now) };
    case 'waiting':
      return waitingStatus(state, texts, now);
    case 'paused':
      return { fill: 'grey', shape: 'dot', text: texts.text('status.paused') };
    case 'stopped':
      return { fill: 'red', shape: 'dot', text: texts.reason(state.error) };
    case 'closed':
      return {};
  }
}

function connectedText(lastEventAt: number | undefined, texts: Texts, now: number): string {
  if (lastEventAt === undefined) return 'node-red:common.status.connected';
  return texts.text('status.connected-last', { time: timeOf(lastEventAt, now) });
}

/** The time of the next attempt, and not the seconds until then: so it stays true without being told anew. */
function waitingStatus(
  { retryAt, error }: Extract<SubscriptionState, { name: 'waiting' }>,
  texts: Texts,
  now: number,
): NodeStatus {
  const wait = retryAt - now;
  if (wait >= SHORT_WAIT_MS || error.action !== 'retry') {
    const text = texts.text('status.again-at', { reason: texts.reason(error), time: timeOf(retryAt, now) });
    return { fill: 'red', shape: 'ring', text };
  }
  const text =
    wait < MOMENT_MS
      ? texts.text('status.reconnecting')
      : texts.text('status.reconnecting-at', { time: timeOf(retryAt, now, true) });
  return { fill: 'yellow', shape: 'ring', text };
}

/** A time of the machine's day, or the date if it is another day's: `12:04`, `12:04:30` or `2026-03-02`. */
function timeOf(at: number, now: number, seconds = false): string {
  const when = new Date(at);
  const two = (number: number): string => String(number).padStart(2, '0');
  if (when.toDateString() !== new Date(now).toDateString()) {
    return `${when.getFullYear()}-${two(when.getMonth() + 1)}-${two(when.getDate())}`;
  }
  return when.toTimeString().slice(0, seconds ? 8 : 5);
}

/** How the subscriptions of a node are doing. */
export interface Tally {
  readonly total: number;
  /** How many are as they should be. */
  readonly good: number;
  /** How many have stopped for good. */
  readonly stopped: number;
}

/** The status under a node that has several subscriptions, or none. */
export function statusOfMany({ total, good, stopped }: Tally, texts: Texts): NodeStatus {
  if (total === 0) return { fill: 'grey', shape: 'ring', text: texts.text('status.no-subscription') };
  const numbers = { good: texts.number(good), total: texts.number(total) };
  const text = good === total ? texts.text('status.all', numbers) : texts.text('status.some', numbers);
  const fill = good === total ? 'green' : stopped < total ? 'yellow' : 'red';
  return { fill, shape: good === total ? 'dot' : 'ring', text };
}
