import type { EventStyle } from '../mailbox/action.js';
import type { JournalEvent } from '../mailbox/journal.js';
import type { ResponseMessage } from '../soap/response.js';
import type { Batch, Scope, Subscription } from '../subscriptions/subscription.js';

/** How a kind of server behaves, and how it writes. Everything else is the same for all. */
export interface Character {
  readonly name: 'exchange' | 'grommunio';
  /** What it raises for what is done in a mailbox. */
  readonly eventStyle: EventStyle;
  /** Whether a subscription is told of an event. */
  sees(scope: Scope, event: JournalEvent): boolean;
  /** Whether its events have watermarks from which one can resume. */
  readonly hasWatermarks: boolean;
  /** Whether a subscription belongs to the account that was impersonated, not to the one that made it. */
  readonly impersonatedOwns: boolean;
  /** Whether it says that a subscription was made where the rights for it are missing, and then never notifies. */
  readonly hidesMissingRights: boolean;
  /** How many wrong passwords in a row block an account for a minute; 0 for no such limit. */
  readonly wrongPasswords: number;
  /** How many events may wait for a reader before the subscription is ended for good. */
  readonly maxBacklog: number;
  /** Milliseconds that a streaming subscription lives while nobody reads it; that of the limits, if left out. */
  readonly streamingIdle?: number;
  subscriptionId(place: SubscriptionIdPlace): string;
  /** The answer to an operation, from its envelope inwards. */
  writeResponse(operation: string, messages: readonly ResponseMessage[]): string;
  /** One envelope of a stream. */
  writeStreamed(message: ResponseMessage, isFirst: boolean): string;
  /** The content of a Notification element. */
  writeNotification(subscription: Subscription, batch: Batch): string;
  /** A SOAP Fault, with its envelope. */
  writeFault(code: string, text: string, values: Readonly<Record<string, string>>): string;
  /** The HTTP status that carries a SOAP Fault. */
  readonly faultStatus: number;
}

/** What a new subscription's id is made from. */
export interface SubscriptionIdPlace {
  /** How many subscriptions this server has made since it started, this one included. */
  readonly count: number;
  readonly delivery: Subscription['delivery'];
  readonly mailboxGuid: string;
  /** 16 bytes. */
  readonly unique: Buffer;
  /** Milliseconds since 1970. */
  readonly now: number;
}
