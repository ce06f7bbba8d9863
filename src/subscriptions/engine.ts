import type { SubscriptionDescription } from './subscription-description.js';

/** What keeps one subscription alive and tells its events, whichever way they are delivered. */
export interface Engine {
  readonly description: SubscriptionDescription;
  /** Empty or `undefined` while there is none. */
  readonly subscriptionId: string | undefined;
  start(): void;
  /** Asks the server now; only where the server does not speak by itself. */
  ask?(): void;
  /** Stops until {@link resume}, across restarts too. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /**
   * Begins anew now, whatever it waits for, without losing an event: a stream on another connection, push with another
   * subscription, pull with another question. Nothing for one that is paused.
   */
  reopen(): Promise<void>;
  /** Ends the subscription on the server; {@link resume} begins anew from then on. */
  unsubscribe(): Promise<void>;
  /** @param keep whether the subscription stays on the server, to be used again after a restart */
  close(keep: boolean): Promise<void>;
  /** Ends the engine and forgets its position. */
  drop(): Promise<void>;
}
