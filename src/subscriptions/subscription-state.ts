import type { EwsError } from '../protocol/ews-error.js';

/** Where a subscription is in its life. Status texts are made from these. Times are in milliseconds since 1970. */
export type SubscriptionState =
  | { readonly name: 'starting' }
  | { readonly name: 'subscribing' }
  /** Push: subscribed, and the server has not called yet. */
  | { readonly name: 'awaiting' }
  /** Nothing is asked of the server until a message asks. */
  | { readonly name: 'idle' }
  | { readonly name: 'connected'; readonly lastEventAt: number | undefined }
  /** Passing trouble: tried again at `retryAt`. */
  | { readonly name: 'waiting'; readonly retryAt: number; readonly error: EwsError }
  | { readonly name: 'paused' }
  /** Trouble that only a change by a person ends. */
  | { readonly name: 'stopped'; readonly error: EwsError }
  | { readonly name: 'closed' };
