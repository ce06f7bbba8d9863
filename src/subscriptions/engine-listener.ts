import type { EwsError } from '../protocol/ews-error.js';
import type { MailboxEvent } from '../protocol/mailbox-event.js';
import type { SubscriptionState } from './subscription-state.js';

/** Events of one subscription that came together, in order. */
export interface EventBatch {
  readonly subscriptionId: string;
  readonly events: readonly MailboxEvent[];
  /** Whether catching up found them. */
  readonly recovered: boolean;
}

/** Why events may be missing: what was interrupted and how or, for the last two, what became of looking for them. */
export type GapReason =
  'position-lost' | 'watermark-refused' | 'no-watermark' | 'events-missed' | 'over-budget' | 'catch-up-refused';

/** A time in which events may have happened that could not be told. Times are ISO 8601, by the server's clock. */
export interface Gap {
  readonly mailbox: string;
  /** The last moment up to which everything was told; `undefined` when that is not known. */
  readonly from: string | undefined;
  readonly until: string | undefined;
  readonly reason: GapReason;
}

/** Trouble with positions that does not stop events. */
export interface PositionProblem {
  readonly kind: 'damaged' | 'newer' | 'unreadable' | 'unwritable';
  /** What the system said, for people; holds no secret. */
  readonly detail: string;
}

/** Whom an engine tells what happens. */
export interface EngineListener {
  /** Returns when the events were sent; only then does the position move past them. */
  events(batch: EventBatch): void | Promise<void>;
  state(state: SubscriptionState): void;
  /** Once for each outage. */
  error(error: EwsError): void;
  gap(gap: Gap): void;
  /** Events between these moments (ISO 8601, server's clock) were left out because `missed` is `skip`. */
  skipped(from: string | undefined, until: string | undefined): void;
  positionProblem(problem: PositionProblem): void;
  /** The server said that it is there, without an event. Not everybody wants to know. */
  heartbeat?(): void;
}
