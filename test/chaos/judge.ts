import type { EventType } from '../../dist/src/protocol/event-type.js';
import type { NodeRedRecord } from '../support/node-red-record.js';
import { Comparison, type Fault, type Kill } from './comparison.js';
import { secondOf, type TrueEvent } from './ledger.js';
import { readTold, type Told, type ToldGap } from './told.js';

/** Servers tell times to the second, so a gap may reach up to a second further than it says. Milliseconds. */
const SECOND_MS = 1000;
/** Reasons for which nothing was looked for, or not everything. */
const NOT_SEARCHED: readonly string[] = ['position-lost', 'over-budget', 'catch-up-refused'];
/** Kinds of event that a search finds, where the item is still there. */
const FINDABLE: readonly EventType[] = ['NewMail', 'Created', 'Modified'];
const MOST_SHOWN = 20;

/** A node's watching of a mailbox. */
export interface Watch {
  readonly node: string;
  /** Its address. */
  readonly mailbox: string;
  readonly types: readonly EventType[];
  readonly isStream: boolean;
  /** How long it gathers events, in milliseconds; 0 for not at all. */
  readonly calmMs: number;
  /** Whether its events wait on disk before they are sent. */
  readonly isSpooled: boolean;
}

/** One thing that is wrong. */
export interface Finding {
  readonly what: 'lost' | Fault;
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
  /** Gaps in which nothing is missing: they were told to be on the safe side. */
  readonly emptyGaps: number;
  /** Happened and not sent, but said to be missing. */
  readonly inGaps: number;
}

/**
 * Compares what a node has sent of a mailbox with what has happened there.
 * @param happened all of it, in order, also of kinds that are not watched
 * @param kills when Node-RED was killed, in order
 */
export function judge(
  watch: Watch,
  happened: readonly TrueEvent[],
  records: readonly NodeRedRecord[],
  kills: readonly Kill[] = [],
): Verdict {
  const { node, mailbox, types, calmMs } = watch;
  const told = readTold(records, node, mailbox);
  const watched = happened.filter(({ type }) => types.includes(type));
  const came = happened.filter(({ type }) => type === 'Moved' || type === 'Copied');
  const run = new Comparison(watched, came, kills, watch);
  for (const event of told.events) run.take(event);
  const excuses = new Excuses(happened, told);
  const untold = run.missing();
  const missing = calmMs === 0 ? untold : withoutTransient(untold, run.afterKill);
  const lost = missing.filter((event) => !told.gaps.some((gap) => excuses.covers(gap, event)));
  const findings = [
    ...run.findings.map(({ what, told: { key, second, heardAt } }) => ({
      what,
      event: `${key} heard ${new Date(heardAt).toISOString()}`,
      time: second * SECOND_MS,
    })),
    ...lost.map(({ key, time }) => ({ what: 'lost' as const, event: key, time })),
  ];
  return {
    findings: findings.map((one) => ({ ...one, node, mailbox })),
    sent: told.events.length,
    repeated: run.repeated,
    gaps: told.gaps.length,
    emptyGaps: told.gaps.filter((gap) => !missing.some((event) => excuses.covers(gap, event))).length,
    inGaps: missing.length - lost.length,
  };
}

/** Of what came and went again while events were gathered, nothing is sent. */
function withoutTransient(missing: readonly TrueEvent[], afterKill: readonly TrueEvent[]): readonly TrueEvent[] {
  const of = (events: readonly TrueEvent[], ...types: readonly EventType[]) =>
    new Set(events.flatMap(({ type, subject }) => (types.includes(type) ? [subject] : [])));
  // That it is gone may be told after a kill, when nobody remembers that the rest need not be.
  const [born, gone] = [of(missing, 'NewMail', 'Created', 'Copied'), of([...missing, ...afterKill], 'Deleted')];
  return missing.filter(({ subject }) => !(born.has(subject) && gone.has(subject)));
}

/** What a gap excuses: what it reaches, and what could not have been found in spite of it. */
class Excuses {
  readonly #told: Told;
  readonly #takenAt: ReadonlyMap<string, number>;
  readonly #madeIn: ReadonlyMap<string, number>;

  constructor(happened: readonly TrueEvent[], told: Told) {
    this.#told = told;
    this.#takenAt = new Map(happened.flatMap(({ taken, time }) => (taken === undefined ? [] : [[taken, time]])));
    const made = happened.filter(({ type }) => type === 'Created');
    this.#madeIn = new Map(made.map(({ subject, time }) => [subject, secondOf(time)]));
  }

  covers(gap: ToldGap, event: TrueEvent): boolean {
    const { time } = event;
    if (time < (gap.from ?? this.#lastBefore(gap)) || time >= gap.until + SECOND_MS) return false;
    return !this.#isFindable(event, gap);
  }

  /** A gap that does not say since when reaches back to what was told last: that was told in order. */
  #lastBefore({ at }: ToldGap): number {
    const last = this.#told.events.filter((one) => !one.byTime && one.at < at).at(-1);
    return last === undefined ? Number.NEGATIVE_INFINITY : last.second * SECOND_MS;
  }

  #isFindable({ type, subject, isItem, time }: TrueEvent, { from, reason, heardAt }: ToldGap): boolean {
    if (!isItem || !FINDABLE.includes(type) || from === undefined || NOT_SEARCHED.includes(reason)) return false;
    if ((this.#takenAt.get(subject) ?? Number.POSITIVE_INFINITY) <= heardAt) return false;
    // A change in the second in which something was made does not show.
    return type !== 'Modified' || secondOf(time) !== this.#madeIn.get(subject);
  }
}

/** Ids differ near their ends. */
function short(event: string): string {
  return event.replace(/A[\w+/]{30,}=*/g, (id) => `…${id.slice(-14, -5)}`);
}

/** The first findings, one a line, each with what went wrong shortly before. */
export function describe(findings: readonly Finding[], faults: readonly { at: number; text: string }[]): string {
  const lines = findings.slice(0, MOST_SHOWN).map(({ what, node, mailbox, event, time }) => {
    const near = faults.filter(({ at }) => at > time - 6000 && at < time + 6000);
    const shown = near.map(({ at, text }) => `${text} (${at - time} ms)`).join(', ');
    return `${what}: ${node} ${mailbox} ${new Date(time).toISOString()} ${short(event)}\n    near it: ${shown || 'nothing'}`;
  });
  const more = findings.length - lines.length;
  return [...lines, ...(more > 0 ? [`and ${more} more`] : [])].join('\n');
}
