import { EwsError } from '../../src/protocol/ews-error.js';
import type { Engine } from '../../src/subscriptions/engine.js';
import type { LiveSubscription } from '../../src/subscriptions/live-subscription.js';
import { readOrders } from '../../src/subscriptions/subscribe-request.js';
import type { Selection } from '../../src/subscriptions/subscriber.js';
import type { SubscriptionAdopter } from '../../src/subscriptions/subscription-adopter.js';
import type { Delivery } from '../../src/subscriptions/subscription-description.js';
import {
  DEFAULT_CONNECTION_TIMEOUT_MINUTES,
  DEFAULT_STATUS_FREQUENCY_MINUTES,
  DEFAULT_SUBSCRIPTION_TIMEOUT_MINUTES,
} from './config-values.js';
import type { Texts } from './texts.js';

/** A running node that receives events, as its input and its closing see it. */
export interface SubscriptionInput {
  readonly delivery: Delivery;
  /** The engines that a message means. */
  select(selection: Selection): Engine[];
  /** Whether what a message means is for another Node-RED. */
  isElsewhere?(selection: Selection): boolean;
  /** Present where subscriptions come from ews-subscribe. */
  readonly adopter?: SubscriptionAdopter;
  /** @param keep whether subscriptions stay on the server */
  close(keep: boolean): Promise<void>;
}

/** Does what a message asks for. Rejects with a `FlowError` that says what is wrong with it. */
export async function handleInput(message: object, input: SubscriptionInput, texts: Texts): Promise<void> {
  try {
    await obey(message, input, texts);
  } catch (error) {
    throw error instanceof EwsError ? texts.error(error) : error;
  }
}

async function obey(
  { topic, action, payload }: { topic?: unknown; action?: unknown; payload?: unknown },
  input: SubscriptionInput,
  texts: Texts,
): Promise<void> {
  const selection = selectionOf(payload);
  if (action === undefined && selection.subscriptionId !== undefined && topic === 'subscribed') {
    return adopt(payload as Record<string, unknown>, input, texts);
  }
  if (action === undefined && selection.subscriptionId !== undefined && topic === 'unsubscribed') {
    return input.adopter?.end(selection.subscriptionId);
  }
  const wanted = action ?? 'ask';
  // A stream has nothing to ask for: a message that comes by mistake shall not pass in silence.
  if (wanted === 'ask' && input.delivery !== 'pull') throw mistake(texts.text('input.nothing-to-ask'));
  const engines = input.select(selection);
  const named = selection.subscriptionId ?? selection.mailbox;
  if (engines.length === 0 && input.isElsewhere?.(selection)) return;
  if (engines.length === 0 && named !== undefined) throw mistake(texts.text('input.not-here', { name: named }));
  switch (wanted) {
    case 'ask':
      for (const engine of engines) engine.ask?.();
      return;
    case 'pause':
      await Promise.all(engines.map((engine) => engine.pause()));
      return;
    case 'resume':
      await Promise.all(engines.map((engine) => engine.resume()));
      return;
    case 'unsubscribe':
      await Promise.all(engines.map((engine) => end(engine, input)));
      return;
    default:
      throw mistake(texts.text('input.unknown-action', { action: String(action).slice(0, 40) }));
  }
}

async function end(engine: Engine, { adopter }: SubscriptionInput): Promise<void> {
  if (adopter) await adopter.drop(engine);
  else await engine.unsubscribe();
}

async function adopt(
  payload: Record<string, unknown>,
  { adopter, delivery }: SubscriptionInput,
  texts: Texts,
): Promise<void> {
  if (!adopter) throw mistake(texts.text('input.not-receiving'));
  const subscription = readSubscription(payload, delivery, texts);
  // What comes while the node closes is nobody's, and ended with the account or soon after.
  if (!(await adopter.adopt(subscription)) && !adopter.isClosed()) throw mistake(texts.text('input.unknown-account'));
}

/** The subscription that a message of ews-subscribe holds; it may have gone through a file or a database. */
function readSubscription(payload: Record<string, unknown>, expected: Delivery, texts: Texts): LiveSubscription {
  const { subscriptionId, delivery, account, subscriber, watermark } = payload;
  if (delivery !== expected)
    throw mistake(texts.text('input.other-delivery', { delivery: String(delivery).slice(0, 40) }));
  if (typeof subscriptionId !== 'string' || typeof account !== 'string')
    throw mistake(texts.text('input.no-subscription'));
  const [order] = readOrders(payload, {
    mailbox: '',
    access: 'delegate',
    allFolders: false,
    folders: [],
    events: [],
    delivery: expected,
    subscriptionTimeout: DEFAULT_SUBSCRIPTION_TIMEOUT_MINUTES,
    connectionTimeout: DEFAULT_CONNECTION_TIMEOUT_MINUTES,
    statusFrequency: DEFAULT_STATUS_FREQUENCY_MINUTES,
    pushIn: [],
  });
  if (!order) throw mistake(texts.text('input.no-subscription'));
  const { subscriptionTimeout, connectionTimeout, ...described } = order;
  return {
    ...described,
    ...(expected === 'pull' ? { subscriptionTimeout } : { connectionTimeout }),
    subscriptionId,
    account,
    subscriber: typeof subscriber === 'string' ? subscriber : '',
    ...(typeof watermark === 'string' ? { watermark } : {}),
  };
}

/** What `payload` selects: one subscription, those of a mailbox, or all. */
export function selectionOf(payload: unknown): Selection {
  const { subscriptionId, mailbox } = (typeof payload === 'object' && payload !== null ? payload : {}) as Record<
    string,
    unknown
  >;
  if (typeof subscriptionId === 'string' && subscriptionId !== '') return { subscriptionId };
  return typeof mailbox === 'string' && mailbox !== '' ? { mailbox } : {};
}

function mistake(sentence: string): EwsError {
  return new EwsError('EWS_CONFIGURATION', sentence);
}
