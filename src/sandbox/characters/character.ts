import type { EventStyle } from '../mailbox/action.js';
import type { JournalEvent } from '../mailbox/journal.js';
import type { ResponseMessage } from '../soap/response.js';
import type { EventStream, StreamSettings } from '../notifications/event-stream.js';
import type { Batch, Scope, Subscription } from '../notifications/subscription.js';

/** How a kind of server behaves, and how it writes. Everything else is the same for all. */
export interface Character {
  readonly name: 'exchange' | 'grommunio';
  /** What it raises for what is done in a mailbox. */
  readonly eventStyle: EventStyle;
  /** Whether a subscription is told of an event. */
  sees(scope: Scope, event: JournalEvent): boolean;
  /** Whether its events have watermarks from which one can resume. */
  readonly hasWatermarks: boolean;
  /** What it answers for a subscription that cannot be used. */
  readonly subscriptionErrors: SubscriptionErrors;
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
  writeStreamed(envelope: StreamEnvelope, isFirst: boolean): string;
  /** A SendNotification, with its envelope. */
  writePush(message: ResponseMessage): string;
  /** Starts a stream; it lives by itself from then on. */
  openStream(settings: StreamSettings): EventStream;
  /** Whether an id that is no good spoils a whole GetStreamingEvents. */
  readonly badIdSpoilsStream: boolean;
  /** Whether push subscriptions are ever delivered. */
  readonly pushes: boolean;
  /** The content of a Notification element. */
  writeNotification(subscription: Subscription, batch: Batch): string;
  /** A SOAP Fault, with its envelope. */
  writeFault(code: string, text: string, values: Readonly<Record<string, string>>): string;
  /** The HTTP status that carries a SOAP Fault. */
  readonly faultStatus: number;
  /** What goes out behind a SOAP Fault on the same connection, as bytes of HTTP; nothing on most servers. */
  strayAfterFault(operation: string): string;
}

/** EWS ResponseCodes, with the text where a server has one of its own. */
export interface SubscriptionErrors {
  /** There is none of that id. */
  readonly unknown: readonly [code: string, text?: string];
  /** It has ended by itself a short while ago. */
  readonly expired: readonly [code: string, text?: string];
  /** It belongs to somebody else. */
  readonly notYours: readonly [code: string, text?: string];
  /** Its events cannot be told any more. */
  readonly lost: readonly [code: string, text?: string];
  /** What an id looks like; others are answered with a fault. All ids are looked up, if left out. */
  readonly idForm?: RegExp;
}

/** What one envelope of a stream says. */
export interface StreamEnvelope {
  readonly error?: { readonly code: string; readonly text: string };
  /** The contents of its Notification elements. */
  readonly notifications?: readonly string[];
  readonly errorSubscriptionIds?: readonly string[];
  readonly connectionStatus?: 'OK' | 'Closed';
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
