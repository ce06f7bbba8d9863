import { EwsError } from '../../src/protocol/ews-error.js';
import type { LiveSubscription } from '../../src/subscriptions/live-subscription.js';
import type { PullAdopter } from '../../src/subscriptions/pull-adopter.js';
import type { PullEngine } from '../../src/subscriptions/pull-engine.js';
import { readOrders } from '../../src/subscriptions/subscribe-request.js';
import type { Selection } from '../../src/subscriptions/subscriber.js';
import type { Texts } from './texts.js';

/** A running ews-pull node, as its input and its closing see it. */
export interface PullInput {
  /** The engines that a message means. */
  select(selection: Selection): PullEngine[];
  /** Present where subscriptions come from ews-subscribe. */
  readonly adopter?: PullAdopter;
  /** @param keep whether subscriptions stay on the server */
  close(keep: boolean): Promise<void>;
}

/** Does what a message asks for. Rejects with a `FlowError` that says what is wrong with it. */
export async function handlePullInput(message: object, pull: PullInput, texts: Texts): Promise<void> {
  try {
    await obey(message, pull, texts);
  } catch (error) {
    throw error instanceof EwsError ? texts.error(error) : error;
  }
}

async function obey(
  { topic, action, payload }: { topic?: unknown; action?: unknown; payload?: unknown },
  pull: PullInput,
  texts: Texts,
): Promise<void> {
  const selection = selectionOf(payload);
  if (action === undefined && selection.subscriptionId !== undefined && topic === 'subscribed') {
    return adopt(payload as Record<string, unknown>, pull, texts);
  }
  if (action === undefined && selection.subscriptionId !== undefined && topic === 'unsubscribed') {
    return pull.adopter?.end(selection.subscriptionId);
  }
  const engines = pull.select(selection);
  const named = selection.subscriptionId ?? selection.mailbox;
  if (engines.length === 0 && named !== undefined) throw mistake(texts.text('input.not-here', { name: named }));
  switch (action ?? 'ask') {
    case 'ask':
      for (const engine of engines) engine.ask();
      return;
    case 'pause':
      await Promise.all(engines.map((engine) => engine.pause()));
      return;
    case 'resume':
      await Promise.all(engines.map((engine) => engine.resume()));
      return;
    case 'unsubscribe':
      await Promise.all(engines.map((engine) => end(engine, pull)));
      return;
    default:
      throw mistake(texts.text('input.unknown-action', { action: String(action).slice(0, 40) }));
  }
}

async function end(engine: PullEngine, pull: PullInput): Promise<void> {
  if (pull.adopter) await pull.adopter.drop(engine);
  else await engine.unsubscribe();
}

async function adopt(payload: Record<string, unknown>, pull: PullInput, texts: Texts): Promise<void> {
  if (!pull.adopter) throw mistake(texts.text('input.not-receiving'));
  const subscription = readSubscription(payload, texts);
  if (!(await pull.adopter.adopt(subscription))) throw mistake(texts.text('input.unknown-account'));
}

/** The subscription that a message of ews-subscribe holds; it may have gone through a file or a database. */
function readSubscription(payload: Record<string, unknown>, texts: Texts): LiveSubscription {
  const { subscriptionId, delivery, account, subscriber, watermark } = payload;
  if (delivery !== 'pull')
    throw mistake(texts.text('input.other-delivery', { delivery: String(delivery).slice(0, 40) }));
  if (typeof subscriptionId !== 'string' || typeof account !== 'string')
    throw mistake(texts.text('input.no-subscription'));
  const [order] = readOrders(payload, {
    mailbox: '',
    access: 'delegate',
    allFolders: false,
    folders: [],
    events: [],
    subscriptionTimeout: 30,
  });
  if (!order) throw mistake(texts.text('input.no-subscription'));
  return {
    ...order,
    delivery,
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
