import type { EwsError } from '../protocol/ews-error.js';
import type { MailboxEvent } from '../protocol/mailbox-event.js';
import type { AccountLink } from './account-link.js';
import type { EngineListener } from './engine-listener.js';
import type { Missed } from './held-delivery.js';

/** What catching up goes by. */
export interface CatchUpOptions {
  readonly account: AccountLink;
  readonly missed: Missed;
  readonly listener: EngineListener;
}

/** How events came: on the stream, from a watermark, or by a search. */
export type HowCame = 'live' | 'replayed' | 'found';

/** What catching up has an engine do. */
export interface CatchUpSteps {
  /** Sends events; resolves when they were sent. */
  send(events: readonly MailboxEvent[], how: HowCame): Promise<void>;
  /** Everything was caught up. */
  caughtUp(): void;
  /** An error that waiting does not mend. */
  dropped(error: EwsError): void;
}
