import { secondOf, type TrueEvent } from './ledger.js';
import { moveOn, type Taken } from './look-alikes.js';
import type { ToldEvent } from './told.js';

/** Events in one notification, at most. */
const NOTIFICATION = 50;
/** A search takes a while, and cannot tell of its own last second. Milliseconds. */
const SEARCH_MS = 2000;
/** How late a busy machine may send what was gathered, in milliseconds. */
const LATE_MS = 1000;

export type Fault = 'out of order' | 'repeated' | 'never happened';

/** That Node-RED was killed. */
export interface Kill {
  /** At how many records. */
  readonly at: number;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/** What matters of how a node sends. */
export interface Manner {
  /** Positions of streams are saved up to 50 ms later, in which several notifications may have come. */
  readonly isStream: boolean;
  /** How long it gathers events, in milliseconds; 0 for not at all. */
  readonly calmMs: number;
  /** Whether its events wait on disk before they are sent. */
  readonly isSpooled: boolean;
}

/**
 * Goes through what a node has told of a mailbox, in order, and ticks off what has happened.
 *
 * An event may be repeated only after a kill, and only if it belongs to the last notification before it: its position
 * may not have been saved.
 */
export class Comparison {
  readonly findings: { readonly what: Fault; readonly told: ToldEvent }[] = [];
  /** Repeated after a kill, as may be. */
  repeated = 0;
  readonly #all: readonly TrueEvent[];
  readonly #waiting: Set<TrueEvent>;
  readonly #byKey: ReadonlyMap<string, readonly TrueEvent[]>;
  readonly #byWatermark: ReadonlyMap<string, TrueEvent>;
  readonly #bySubject: ReadonlyMap<string, readonly TrueEvent[]>;
  readonly #came: ReadonlyMap<string, readonly TrueEvent[]>;
  readonly #taken: { readonly event: TrueEvent; readonly told: ToldEvent }[] = [];
  /** The same of what came as the server tells it, and what had been told of by a search before. */
  readonly #real: Taken<ToldEvent>[] = [];
  readonly #spare = new Set<TrueEvent>();
  readonly #tellers = new Map<TrueEvent, ToldEvent>();
  readonly #kills: readonly Kill[];
  readonly #manner: Manner;
  #killed = 0;
  /** What was repeated since the last kill because it had waited on disk. */
  readonly #resent = new Set<TrueEvent>();
  /** What was repeated since the last kill because its position may not have been saved. */
  readonly #forgiven = new Set<TrueEvent>();
  /** What may be repeated since the last kill. */
  #mayRepeat: TrueEvent[] = [];
  /** Up to where things came in order; what gathers events keeps that for each item and folder alone. */
  readonly #last = new Map<string, number>();
  #latestSecond = Number.NEGATIVE_INFINITY;
  /** The same when Node-RED was killed last: what waited on disk is sent before what was missed, and is no part of the position. */
  #killedSecond = Number.NaN;

  /**
   * @param events what has happened, as far as it is watched
   * @param came what was moved or copied to the mailbox's inbox, whether that is watched or not
   * @param kills when Node-RED was killed, in order
   */
  constructor(events: readonly TrueEvent[], came: readonly TrueEvent[], kills: readonly Kill[], manner: Manner) {
    this.#all = events;
    this.#waiting = new Set(events);
    this.#byKey = grouped(events, ({ key }) => key);
    this.#bySubject = grouped(events, ({ subject }) => subject);
    this.#byWatermark = new Map(events.map((event) => [event.watermark ?? '', event]));
    this.#came = grouped(came, ({ subject }) => subject);
    this.#kills = kills;
    this.#manner = manner;
  }

  /** What happened and was not told, when all has been gone through. */
  missing(): readonly TrueEvent[] {
    for (const event of this.#all.filter((one) => this.#waiting.has(one))) {
      const spare = moveOn(this.#real, event, (one) => this.#spare.has(one));
      if (spare === undefined) continue;
      this.#spare.delete(spare);
      this.#waiting.delete(event);
    }
    return this.#all.filter((event) => this.#waiting.has(event));
  }

  /** What happened before Node-RED was killed, and was told after that. */
  get afterKill(): readonly TrueEvent[] {
    return this.#taken.flatMap(({ event, told }) =>
      this.#kills.some(({ at, time }) => event.time <= time && told.at >= at) ? [event] : [],
    );
  }

  take(told: ToldEvent): void {
    this.#passKills(told.at);
    if (told.byTime) this.#takeFound(told);
    else this.#takeReal(told);
  }

  /** One that came as the server tells it. */
  #takeReal(told: ToldEvent): void {
    const same =
      told.watermark === undefined
        ? (this.#byKey.get(told.key) ?? [])
        : [this.#byWatermark.get(told.watermark)].filter((event) => event !== undefined);
    // A search may have told of a change in its own last second; the server then tells of it too.
    const open = same.filter((event) => this.#waiting.has(event) || this.#isLoose(event));
    const row = this.#manner.calmMs === 0 ? '' : told.subject;
    const last = this.#last.get(row) ?? Number.NEGATIVE_INFINITY;
    const next = open.find(({ position }) => position > last) ?? open[0];
    if (same.every(({ key }) => key !== told.key)) this.#add('never happened', told);
    else if (next === undefined) this.#again(same, told);
    else {
      if (next.position < last) this.#add('out of order', told);
      if (!this.#waiting.has(next)) this.#spare.add(next);
      this.#real.push({ event: next, told, row });
      this.#tick(next, told);
      this.#last.set(row, Math.max(last, next.position));
      this.#latestSecond = Math.max(this.#latestSecond, told.second);
    }
  }

  /** One that a search found: an item or folder as it is, whatever was done to it before. */
  #takeFound(told: ToldEvent): void {
    const about = (this.#bySubject.get(told.subject) ?? []).filter(({ time }) => time <= told.heardAt);
    const alike = about.filter(({ type }) => type === told.type);
    const exact = alike.filter(({ time }) => secondOf(time) === told.second);
    // An item says when it was changed, which may be in the last moment of the second before that in which it was told.
    const same = exact.length > 0 ? exact : alike.filter(({ time }) => secondOf(time) === told.second + 1);
    const open = same.filter((event) => this.#waiting.has(event));
    // A search finds what was moved or copied here as well, and takes it for new or changed.
    const came = this.#came.get(told.subject)?.find(({ time }) => time <= told.heardAt);
    const isUntold = came !== undefined && this.#mayNotKnow(came, told);
    // A folder says of its last change that it was in another second than its event did, or that it was just made.
    const isFolder = this.#bySubject.get(told.subject)?.some(({ isItem }) => !isItem) ?? false;
    if (open.length > 0) for (const event of open) this.#tick(event, told);
    else if (same.length > 0) this.#again(same, told);
    else if (!isUntold && !isFolder) this.#add('never happened', told);
    for (const event of about) {
      if (event.type === 'Modified' && this.#waiting.has(event) && isIn(event, told)) this.#tick(event, told);
    }
  }

  /** Whether a search may come upon what this event brought: it was not told, or the position had no time to say so. */
  #mayNotKnow(event: TrueEvent, { type, heardAt }: ToldEvent): boolean {
    if (!this.#tellers.has(event) || this.#mayRepeat.includes(event)) return true;
    const kill = this.#kills[this.#killed - 1];
    // It was on disk when Node-RED was killed, and was sent from there.
    if (kill && this.#manner.isSpooled && event.time <= kill.time && this.#isTold(event, kill)) return true;
    return type === 'Modified' && this.#isLastSecond({ second: secondOf(event.time), heardAt });
  }

  /** Whether the position may not say of a second that it was over, when a search found something of it. */
  #isLastSecond({ second, heardAt }: Pick<ToldEvent, 'second' | 'heardAt'>): boolean {
    const { isSpooled, calmMs } = this.#manner;
    if (second >= this.#latestSecond || (isSpooled && second === this.#killedSecond)) return true;
    // What is gathered comes in no order: what has happened since the search may be told before what that found.
    const before = heardAt - calmMs - LATE_MS;
    return calmMs > 0 && this.#real.every(({ told }) => told.heardAt >= before || told.second <= second);
  }

  #isLoose(event: TrueEvent): boolean {
    const teller = this.#tellers.get(event);
    if (!teller?.byTime) return false;
    // What a search found does not stand for what happened while it was under way, or waited to be sent.
    const isFresh = this.#manner.isSpooled || event.time > teller.heardAt - SEARCH_MS;
    if (isFresh && event.type === 'Modified' && teller.second <= secondOf(event.time)) return true;
    return teller.type === 'Modified' && teller.second === secondOf(event.time);
  }

  #tick(event: TrueEvent, told: ToldEvent): void {
    this.#waiting.delete(event);
    this.#taken.push({ event, told });
    this.#tellers.set(event, told);
  }

  #again(same: readonly TrueEvent[], told: ToldEvent): void {
    if (this.#isForgiven(same, told)) return;
    // Changes within a second cannot be told apart by a search: it may tell again of what was told in the last one.
    if (told.byTime && told.type === 'Modified' && this.#isLastSecond(told)) return;
    this.#add('repeated', told);
  }

  #isForgiven(same: readonly TrueEvent[], told: ToldEvent): boolean {
    const at = this.#mayRepeat.findIndex((event) => same.includes(event));
    const event = this.#mayRepeat[at];
    if (!event) return this.#wasSpooled(same, told);
    this.#forgiven.add(event);
    // In order: what it leaves out does not come any more.
    if (told.byTime || this.#manner.calmMs > 0) this.#mayRepeat.splice(at, 1);
    else this.#mayRepeat.splice(0, at + 1);
    this.repeated += 1;
    return true;
  }

  /**
   * Whether it was on disk when Node-RED was killed, and so is sent in any case, while the position did not say so yet.
   * What has a watermark is recognised then; on a stream that is known only when it is caught up, so that what was sent
   * at the moment of the kill may come both from disk and as what was missed.
   */
  #wasSpooled(same: readonly TrueEvent[], { watermark }: ToldEvent): boolean {
    const kill = this.#kills[this.#killed - 1];
    if (!kill || !this.#manner.isSpooled || (watermark !== undefined && !this.#manner.isStream)) return false;
    const event = same.find((one) => one.time <= kill.time && this.#isTold(one, kill) && !this.#resent.has(one));
    if (event === undefined || this.#resent.size === NOTIFICATION) return false;
    this.#resent.add(event);
    this.repeated += 1;
    return true;
  }

  #isTold(event: TrueEvent, { at }: Kill): boolean {
    return (this.#tellers.get(event)?.at ?? 0) >= at || this.#forgiven.has(event);
  }

  #passKills(at: number): void {
    let isAnother = false;
    for (let kill = this.#kills[this.#killed]; kill && kill.at <= at; kill = this.#kills[this.#killed]) {
      this.#killed += 1;
      this.#resent.clear();
      this.#forgiven.clear();
      // A run that has told nothing has remembered nothing either.
      if (isAnother) continue;
      isAnother = true;
      this.#mayRepeat = this.#unfinished(kill).map(({ event }) => event);
      // Nor may the position say that these were told.
      this.#latestSecond = Math.min(this.#latestSecond, ...this.#mayRepeat.map(({ time }) => secondOf(time)));
      this.#killedSecond = this.#latestSecond;
    }
  }

  /** What a kill may have kept from being remembered as sent. */
  #unfinished({ time }: Kill): readonly { readonly event: TrueEvent }[] {
    const { isStream, calmMs } = this.#manner;
    // A notification is done with when all in it was sent; what it holds is gathered for so long.
    if (calmMs > 0) return this.#taken.filter(({ told }) => told.heardAt >= time - calmMs - LATE_MS);
    const last = this.#taken.at(-1)?.told.run;
    return this.#taken.filter(({ told }) => isStream || told.run === last).slice(-NOTIFICATION);
  }

  #add(what: Fault, told: ToldEvent): void {
    this.findings.push({ what, told });
  }
}

/** Whether a change is part of what was found: of something new, or a change at least as late. */
function isIn({ time }: TrueEvent, { type, second }: ToldEvent): boolean {
  return type !== 'Modified' || secondOf(time) <= second;
}

function grouped(events: readonly TrueEvent[], by: (event: TrueEvent) => string): Map<string, TrueEvent[]> {
  const groups = new Map<string, TrueEvent[]>();
  for (const event of events) {
    const group = groups.get(by(event));
    if (group) group.push(event);
    else groups.set(by(event), [event]);
  }
  return groups;
}
