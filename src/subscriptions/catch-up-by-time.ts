import { EwsError, toEwsError } from '../protocol/ews-error.js';
import type { MailboxEvent } from '../protocol/mailbox-event.js';
import type { GapReason } from './engine-listener.js';
import { findByTime } from './find-by-time.js';
import { isoTime } from './iso-time.js';
import type { Ask } from './modified-items.js';
import type { ToldLog } from './told-log.js';

/** Events that are sent together. */
const BATCH = 50;
/** What an error asks for that no waiting mends. */
const REFUSED: readonly string[] = ['stop', 'stop-target', 'authenticate'];

/** What is missing, and how it is told. */
export interface Missing {
  /** Why there may be something. */
  readonly reason: GapReason;
  /** Up to when everything was told, by the server's clock (ISO 8601); `undefined` where that is not known. */
  readonly upTo: string | undefined;
  /** What was told shortly before that. */
  readonly told: ToldLog;
  /** Called with all that was found, before any of it is sent. `serverTime`: when the search began (ms since 1970). */
  found(events: readonly MailboxEvent[], serverTime: number | undefined): void;
  /** Sends events; resolves when they were sent and are known as told, also after a crash. */
  send(events: readonly MailboxEvent[]): Promise<void>;
  /** Whether the log of what was told is held beyond the search: see {@link ToldLog.hold}. */
  readonly holds?: boolean;
  /** Called at the end, if something may be missing for good. `until`: ISO 8601, by the server's clock. */
  gap(reason: GapReason, until: string | undefined): void;
}

/**
 * Catches up without a watermark: finds and sends what is new or was changed, and says what cannot be found. Returns the
 * server's clock up to which everything was told then (ISO 8601), where it is known. Throws the `EwsError` of passing
 * trouble, to be tried again.
 */
export async function catchUpByTime(ask: Ask, missing: Missing): Promise<string | undefined> {
  const { reason, upTo, told } = missing;
  /** Whoever would be told closes at the same time and may not hear of it: it is found, and told, after the next start. */
  const unlessOver = (): void => {
    if (ask.signal.aborted) throw new EwsError('EWS_NETWORK', 'The search was given up.');
  };
  const tellGap: Missing['gap'] = (why, until) => {
    unlessOver();
    missing.gap(why, until);
  };
  if (upTo === undefined || reason === 'position-lost') {
    tellGap(reason, undefined);
    return undefined;
  }
  try {
    const { events, included, complete, untold, serverTime, counts } = await findByTime(ask, Date.parse(upTo), told);
    missing.found([...events, ...included], serverTime);
    told.hold(serverTime);
    for (let at = 0; at < events.length; at += BATCH) {
      unlessOver();
      await missing.send(events.slice(at, at + BATCH));
    }
    told.add(included);
    const until = isoTime(serverTime);
    if (!complete) tellGap('over-budget', until);
    else if (untold) tellGap(reason, until);
    told.counts = counts;
    if (!missing.holds) told.release();
    return until;
  } catch (thrown) {
    const error = toEwsError(thrown);
    if (!REFUSED.includes(error.action)) throw error;
    tellGap('catch-up-refused', undefined);
    told.release();
    return undefined;
  }
}
