import { DAY, MINUTE } from '../units.js';

/** What a server allows. The defaults are those of the documentation, see each of them. */
export interface Limits {
  /** Events that a mailbox remembers for watermarks. */
  readonly historyEvents: number;
  /** How long it remembers them, in milliseconds: 30 days (docs: watermark). */
  readonly historyAge: number;
  /** Events in one notification: 50 (docs: GetStreamingEvents operation). */
  readonly eventsPerNotification: number;
  /** Subscriptions charged to one mailbox: 5000 in Exchange 2013, 20 in Exchange Online (docs: EWS throttling). */
  readonly subscriptionsPerMailbox: number;
  /** Open streaming connections charged to one account: 10 (docs: EWS throttling). */
  readonly streamingConnections: number;
  /** Other requests of one account at the same time: 27 (docs: EWS throttling). */
  readonly concurrentRequests: number;
  /** Milliseconds that a streaming subscription lives while nobody reads it: about 30 minutes. */
  readonly streamingIdle: number;
  /** Milliseconds between the heartbeats of a stream: 45 seconds. */
  readonly heartbeat: number;
  /** Results of one FindItem or FindFolder: 1000 (docs: EWS throttling). */
  readonly findResults: number;
  /** Results of one FindItem with a restriction: 250. */
  readonly restrictedResults: number;
  /** The longest request body that is read, in bytes. */
  readonly requestBytes: number;
}

export const DEFAULT_LIMITS: Limits = {
  historyEvents: 10_000,
  historyAge: 30 * DAY,
  eventsPerNotification: 50,
  subscriptionsPerMailbox: 5000,
  streamingConnections: 10,
  concurrentRequests: 27,
  streamingIdle: 30 * MINUTE,
  heartbeat: 45_000,
  findResults: 1000,
  restrictedResults: 250,
  requestBytes: 4 * 1024 * 1024,
};
