import type { NodeMessage } from 'node-red';
import type { EventBatch } from '../../src/subscriptions/engine-listener.js';
import type { Delivery } from '../../src/subscriptions/subscription-description.js';

/** `msg.ews`: where a message comes from. */
export interface EwsOrigin {
  /** The id of the account node. */
  readonly account: string;
  readonly accountName: string;
  readonly mailbox: string;
  readonly delivery: Delivery;
  readonly subscriptionId: string;
  readonly recovered: boolean;
}

export type Output = 'event' | 'notification';

/** The messages for events that came together: one for each, or one for all. */
export function messagesOf(
  batch: EventBatch,
  origin: Omit<EwsOrigin, 'subscriptionId' | 'recovered'>,
  output: Output,
): NodeMessage[] {
  const { account, accountName, mailbox, delivery } = origin;
  const { subscriptionId, recovered } = batch;
  // Each message has an origin of its own: flows change what they are given. Spelt out, as to spread one costs more.
  const ews = (): EwsOrigin => ({ account, accountName, mailbox, delivery, subscriptionId, recovered });
  if (output === 'notification') return [message('notification', batch.events, ews())];
  return batch.events.map((event) => message(event.eventType, event, ews()));
}

function message(topic: string, payload: unknown, ews: EwsOrigin): NodeMessage {
  return { topic, payload, ews };
}
