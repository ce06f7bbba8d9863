import type { EwsError } from '../protocol/ews-error.js';

/** Stands for a round that goes on: see `park` in subscription-loop.ts. */
export const PARKED = Symbol('parked');

/** How long a subscription is wanted. */
export interface Life {
  /** Aborted when the loop is closed. */
  readonly signal: AbortSignal;
}

/** What an engine does at each point of a subscription's life; the loop decides when. */
export interface LoopSteps {
  /** One round of work. Returns when the next is due (ms since 1970), or `undefined` for when `wake` of the loop is called. */
  round(life: Life): Promise<number | undefined | typeof PARKED>;
  /** The subscription does not exist any more: the next round makes another. */
  subscriptionLost(error: EwsError): void;
  /** The server refuses the watermark to resume from. */
  watermarkRefused(error: EwsError): void;
  /** The server allows no more subscriptions: those of ours that nobody wants are to be ended. */
  makeRoom(): void;
  /** The mailbox is served elsewhere now. */
  mailboxMoved(error: EwsError): void;
}
