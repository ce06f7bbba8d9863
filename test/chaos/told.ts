import type { NodeRedRecord, SentMessage } from '../support/node-red-record.js';
import { keyOf, secondOf } from './ledger.js';

/** An event that a node has sent. */
export interface ToldEvent {
  readonly key: string;
  readonly watermark: string | undefined;
  readonly type: string;
  /** The id of the item or folder. */
  readonly subject: string;
  /** When it happened, in seconds since 1970. */
  readonly second: number;
  /** Its place among all records. */
  readonly at: number;
  /** Milliseconds since 1970. */
  readonly heardAt: number;
  /** Found by a search: not in order, and for a whole row of changes one. */
  readonly byTime: boolean;
  /** Events of one number were told with nothing else in between: what comes together, comes so. */
  readonly run: number;
}

/** What a node said it could not tell. Times in milliseconds since 1970. */
export interface ToldGap {
  /** `undefined` where the node did not know. */
  readonly from: number | undefined;
  readonly until: number;
  readonly reason: string;
  readonly at: number;
  readonly heardAt: number;
}

export interface Told {
  readonly events: readonly ToldEvent[];
  readonly gaps: readonly ToldGap[];
}

/** What a node has told of a mailbox, in order. */
export function readTold(records: readonly NodeRedRecord[], node: string, mailbox: string): Told {
  const events: ToldEvent[] = [];
  const gaps: ToldGap[] = [];
  let run = 0;
  records.forEach((record, at) => {
    if (record.kind !== 'message' || record.node !== node || record.msg.ews?.mailbox !== mailbox) run += 1;
    if (record.kind !== 'message') return;
    if (record.node === node && record.msg.ews?.mailbox === mailbox) events.push(...readEvents(record, at, run));
    else if (isGap(record, node, mailbox)) gaps.push(readGap(record, at));
  });
  return { events, gaps };
}

function readEvents({ msg, heardAt }: SentMessage, at: number, run: number): ToldEvent[] {
  const payloads = Array.isArray(msg.payload) ? msg.payload : [msg.payload];
  // What was gathered lists each thing that happened.
  const happened = payloads.flatMap((payload) => payload.events ?? payload);
  return happened.flatMap((payload) => {
    const { eventType, itemId, folderId, oldItemId, oldFolderId, timeStamp, watermark, unreadCount } = payload;
    if (timeStamp === undefined) return [];
    const subject = (itemId ?? folderId).id;
    const time = Date.parse(timeStamp);
    return {
      key: keyOf(eventType, subject, (oldItemId ?? oldFolderId)?.id ?? '', unreadCount, time),
      ...{ watermark, type: eventType, subject, second: secondOf(time), at, heardAt, run },
      // grommunio has no watermarks, but tells of its own events to the nanosecond, and of items to the second.
      byTime: msg.ews.recovered && watermark === undefined && !timeStamp.includes('.'),
    };
  });
}

function isGap({ type, msg }: SentMessage, node: string, mailbox: string): boolean {
  return type === 'catch' && msg.topic === 'gap' && msg.error?.source?.id === node && msg.payload.mailbox === mailbox;
}

function readGap({ msg, heardAt }: SentMessage, at: number): ToldGap {
  const { from, until, reason } = msg.payload;
  return {
    from: from === undefined ? undefined : Date.parse(from),
    until: until === undefined ? heardAt : Date.parse(until),
    ...{ reason, at, heardAt },
  };
}
