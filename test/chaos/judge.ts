import type { SentMessage } from '../support/node-red-record.js';
import type { Watcher } from './flows.js';
import { itemNumber, keyOf, type Ledger, type TrueEvent } from './ledger.js';

/** Times are told to the second, and a journal is written a little after the action: milliseconds. */
const SLACK_MS = 2000;
/** Events in one notification, which is what may be repeated for each subscription and kill. */
const NOTIFICATION = 50;
const MOST_SHOWN = 20;

/** What a node said it could not tell. In milliseconds since 1970. */
export interface ToldGap {
  readonly from: number;
  readonly until: number;
}

/** One thing that is wrong. */
export interface Finding {
  readonly what: 'lost' | 'out of order' | 'repeated' | 'never happened';
  readonly node: string;
  readonly mailbox: string;
  readonly event: string;
  /** Milliseconds since 1970. */
  readonly time: number;
}

export interface Verdict {
  readonly findings: readonly Finding[];
  readonly sent: number;
  /** Repeated around a kill, as promised. */
  readonly repeated: number;
  readonly gaps: number;
  /** Happened and not sent, but said to be missing. */
  readonly inGaps: number;
}

interface SentEvent {
  readonly key: string;
  readonly type: string;
  readonly item: number;
  readonly time: number;
  readonly heardAt: number;
  /** Found by time: not in order, and for a whole row of changes one. */
  readonly byTime: boolean;
}

/** Compares what a node has sent of a mailbox with what has happened there. `kills`: when, in ms since 1970, in order. */
export function judge(
  watcher: Watcher,
  ledger: Ledger,
  messages: readonly SentMessage[],
  kills: readonly number[],
): Verdict {
  const { address } = ledger.mailbox;
  const sent = messages.filter((one) => isOf(one, watcher.id, address)).map(readSent);
  const gaps = messages.flatMap((one) => readGap(one, watcher.id, address));
  const run = new Comparison(ledger.events, kills);
  for (const event of sent) run.take(event);
  const missing = run.missing().filter((event) => !isFoundByTime(event, sent));
  const lost = missing.filter(({ time }) => !gaps.some((gap) => isWithin(time, gap)));
  const findings = [
    ...run.findings,
    ...lost.map((event) => ({ what: 'lost' as const, event: event.key, time: event.time })),
  ];
  return {
    findings: findings.map((one) => ({ ...one, node: watcher.id, mailbox: address })),
    sent: sent.length,
    repeated: run.repeated,
    gaps: gaps.length,
    inGaps: missing.length - lost.length,
  };
}

/** The first findings, one a line, each with what went wrong shortly before. */
export function describe(findings: readonly Finding[], faults: readonly { at: number; text: string }[]): string {
  const lines = findings.slice(0, MOST_SHOWN).map(({ what, node, mailbox, event, time }) => {
    const near = faults.filter(({ at }) => at > time - 6000 && at < time + 6000);
    const shown = near.map(({ at, text }) => `${text} (${at - time} ms)`).join(', ');
    return `${what}: ${node} ${mailbox} ${new Date(time).toISOString()} ${event}\n    near it: ${shown || 'nothing'}`;
  });
  const more = findings.length - lines.length;
  return [...lines, ...(more > 0 ? [`and ${more} more`] : [])].join('\n');
}

class Comparison {
  readonly findings: Omit<Finding, 'node' | 'mailbox'>[] = [];
  repeated = 0;
  readonly #waiting = new Map<string, TrueEvent[]>();
  readonly #sentAt = new Map<string, number>();
  readonly #kills: readonly number[];
  readonly #repeatedSince = new Map<number, number>();
  #last = Number.NEGATIVE_INFINITY;

  constructor(events: readonly TrueEvent[], kills: readonly number[]) {
    this.#kills = kills;
    for (const event of events) this.#waiting.set(event.key, [...(this.#waiting.get(event.key) ?? []), event]);
  }

  take(sent: SentEvent): void {
    const waiting = this.#waiting.get(sent.key);
    if (waiting === undefined) {
      // One that was found by time may stand for several, and carry the time of the last.
      if (!sent.byTime) this.#add('never happened', sent);
      return;
    }
    const next = sent.byTime ? waiting[0] : (waiting.find(({ position }) => position > this.#last) ?? waiting[0]);
    if (next === undefined) this.#again(sent);
    else {
      waiting.splice(waiting.indexOf(next), 1);
      if (!sent.byTime && next.position < this.#last) this.#add('out of order', sent);
      if (!sent.byTime) this.#last = Math.max(this.#last, next.position);
    }
    this.#sentAt.set(sent.key, sent.heardAt);
  }

  missing(): TrueEvent[] {
    return [...this.#waiting.values()].flat();
  }

  #again(sent: SentEvent): void {
    // Changes to the same item at nearly the same time cannot be told apart by time.
    if (sent.byTime && sent.type === 'Modified') return;
    const before = this.#sentAt.get(sent.key) ?? 0;
    const kill = this.#kills.filter((at) => at >= before && at <= sent.heardAt).at(-1);
    const count = kill === undefined ? 0 : (this.#repeatedSince.get(kill) ?? 0) + 1;
    if (kill === undefined || count > NOTIFICATION) {
      this.#add('repeated', sent);
      return;
    }
    this.#repeatedSince.set(kill, count);
    this.repeated += 1;
  }

  #add(what: Finding['what'], { key, time, heardAt }: SentEvent): void {
    this.findings.push({ what, event: `${key} heard ${new Date(heardAt).toISOString()}`, time });
  }
}

/** An item that was found by time, after the event, was told with all that had been done to it until then. */
function isFoundByTime(event: TrueEvent, sent: readonly SentEvent[]): boolean {
  return sent.some((one) => one.byTime && one.item === event.item && one.heardAt >= event.time);
}

function isWithin(time: number, { from, until }: ToldGap): boolean {
  return time >= from - SLACK_MS && time <= until + SLACK_MS;
}

function isOf({ node, msg }: SentMessage, id: string, mailbox: string): boolean {
  return node === id && msg.ews?.mailbox === mailbox && msg.payload?.itemId !== undefined;
}

function readSent({ msg, heardAt }: SentMessage): SentEvent {
  const { eventType, itemId, oldItemId, timeStamp, watermark } = msg.payload;
  const time = Date.parse(timeStamp);
  return {
    key: keyOf(eventType, itemId.id, oldItemId?.id ?? '', time),
    type: eventType,
    item: itemNumber(itemId.id),
    time,
    heardAt,
    byTime: msg.ews.recovered && watermark === undefined,
  };
}

function readGap({ type, msg, heardAt }: SentMessage, id: string, mailbox: string): ToldGap[] {
  if (type !== 'catch' || msg.topic !== 'gap' || msg.error?.source?.id !== id || msg.payload.mailbox !== mailbox)
    return [];
  const { from, until } = msg.payload;
  return [
    { from: from === undefined ? 0 : Date.parse(from), until: until === undefined ? heardAt : Date.parse(until) },
  ];
}
