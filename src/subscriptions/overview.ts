import type { Clock } from '../clock.js';
import type { Engine } from './engine.js';
import type { EngineListener } from './engine-listener.js';
import type { PositionKey } from './position-record.js';
import type { Delivery, SubscriptionDescription } from './subscription-description.js';
import { shortDigest } from './short-digest.js';
import { SubscriptionFacts, type FactsWatcher } from './subscription-facts.js';

/** What is known of a subscription that ended is kept so long for the one that takes its place, in milliseconds. */
const KEPT_MS = 60 * 60_000;
/** And of so many at most. */
const KEPT_MOST = 10_000;
/** Of so many that ended it is told that they did; who asks after longer begins from the start. */
const GONE_MOST = 1000;
/** How long a name is under which one is known, in characters. */
const NAME_LENGTH = 12;

/** Whose subscription it is. */
export interface WatchedSubscription {
  readonly description: SubscriptionDescription;
  readonly delivery: Delivery;
  /** The ids of the node, of what holds it (a flow, an instance of a subflow), and of its account. */
  readonly node: string;
  readonly flow: string;
  readonly account: string;
  readonly accountName: string;
  /** The address of the mailbox, also where it is the account's own. */
  readonly mailbox: string;
}

/** One subscription in the overview. */
export interface OverviewEntry {
  /** Stays through deploys, not through restarts. */
  readonly id: number;
  readonly about: WatchedSubscription;
  readonly facts: SubscriptionFacts;
  readonly engine: Engine;
  /** Ends the subscription as a message to its node would. */
  readonly end: (engine: Engine) => Promise<void>;
}

/** What changed since a revision. */
export interface OverviewChanges {
  /** To be asked with next time. */
  readonly revision: string;
  /** Whether all that was known before is void. */
  readonly reset: boolean;
  /** Whether there is more: to be asked for with `revision`. */
  readonly more: boolean;
  /** How many there are in all. */
  readonly total: number;
  /** Ids that ended; to be taken away before `entries` are put in. */
  readonly gone: readonly number[];
  readonly entries: readonly OverviewEntry[];
}

/** What a row tells the overview that it is in. */
interface RowWatcher {
  touched(row: Row): void;
  ended(row: Row): void;
}

/** One that runs, or has ended. What is shown of it is put together when somebody looks: there are thousands. */
class Row implements FactsWatcher {
  readonly id: number;
  /** The name under which it is known. */
  readonly name: string;
  readonly #facts: SubscriptionFacts;
  readonly #overview: RowWatcher;
  revision = 0;
  endedAt: number | undefined;
  #about: WatchedSubscription | undefined;
  #listener: EngineListener | undefined;
  #engine: Engine | undefined;
  #end: OverviewEntry['end'] | undefined;

  constructor(id: number, name: string, clock: Clock, overview: RowWatcher) {
    this.id = id;
    this.name = name;
    this.#overview = overview;
    this.#facts = new SubscriptionFacts(clock, this);
  }

  /** One that runs from now on, in the place of what was here before. */
  begin(
    about: WatchedSubscription,
    listener: EngineListener,
    makeEngine: (listener: EngineListener) => Engine,
    end: OverviewEntry['end'],
  ): Engine {
    const noting = this.#facts.listen(listener);
    const engine = makeEngine(noting);
    this.#listener = noting;
    this.#about = about;
    this.#engine = engine;
    this.#end = end;
    this.endedAt = undefined;
    return engine;
  }

  get entry(): OverviewEntry | undefined {
    const about = this.#about;
    const engine = this.#engine;
    const end = this.#end;
    return about && engine && end && { id: this.id, about, facts: this.#facts, engine, end };
  }

  changed(): void {
    this.#overview.touched(this);
  }

  /** Takes it out when its engine is closed, unless another is in its place by then. */
  closed(listener: EngineListener): void {
    if (listener === this.#listener) this.#overview.ended(this);
  }

  /** Nothing of it runs any more. */
  ended(now: number): void {
    this.endedAt = now;
    this.#about = undefined;
    this.#listener = undefined;
    this.#engine = undefined;
    this.#end = undefined;
  }
}

/** All subscriptions that run, of all nodes, and what changed among them since somebody last looked. */
export class Overview {
  readonly #clock: Clock;
  readonly #rows = new Map<string, Row>();
  /** Those that ended, the longest ago first. */
  readonly #ended = new Map<string, Row>();
  #gone: { readonly id: number; readonly revision: number }[] = [];
  #forgottenUpTo = 0;
  #revision = 0;
  #lastId = 0;
  /** Tells this overview from the one of an earlier start. */
  readonly #epoch: string;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#epoch = clock.now().toString(36);
  }

  /**
   * Takes a subscription in until its engine is closed. One that takes the place of another goes on with what is known of that.
   * @param makeEngine is given the listener for the engine to tell
   */
  add(
    key: PositionKey,
    about: WatchedSubscription,
    listener: EngineListener,
    makeEngine: (listener: EngineListener) => Engine,
    end: (engine: Engine) => Promise<void>,
  ): Engine {
    const row = this.#rowOf(nameOf(key));
    const engine = row.begin(about, listener, makeEngine, end);
    this.#rows.set(row.name, row);
    this.touched(row);
    return engine;
  }

  /** All are looked at, for which one click of a person is no reason to keep them by id too. */
  find(id: number): OverviewEntry | undefined {
    for (const row of this.#rows.values()) if (row.id === id) return row.entry;
    return undefined;
  }

  /** @param since a revision that was given out earlier; anything else begins from the start */
  changes(since: string | undefined, most: number): OverviewChanges {
    const known = this.#parse(since);
    const from = known ?? 0;
    const changed = [...this.#rows.values()].filter(({ revision }) => revision > from);
    changed.sort((one, other) => one.revision - other.revision);
    const page = changed.slice(0, most);
    const more = page.length < changed.length;
    const upTo = more ? (page.at(-1)?.revision ?? from) : this.#revision;
    return {
      revision: `${this.#epoch}-${upTo}`,
      reset: known === undefined,
      more,
      total: this.#rows.size,
      gone:
        known === undefined
          ? []
          : this.#gone.filter((one) => one.revision > from && one.revision <= upTo).map(({ id }) => id),
      entries: page.flatMap(({ entry }) => (entry ? [entry] : [])),
    };
  }

  #parse(since: string | undefined): number | undefined {
    const [, epoch, digits] = /^([0-9a-z]+)-(\d{1,15})$/.exec(since ?? '') ?? [];
    const revision = Number(digits);
    const isKnown = epoch === this.#epoch && revision >= this.#forgottenUpTo && revision <= this.#revision;
    return isKnown ? revision : undefined;
  }

  /** The row of that name: of one that runs, of one that ended not long ago, or a new one. */
  #rowOf(name: string): Row {
    const known = this.#rows.get(name) ?? this.#ended.get(name);
    this.#ended.delete(name);
    if (known) return known;
    return new Row((this.#lastId += 1), name, this.#clock, this);
  }

  /** For its rows: something has changed. */
  touched(row: Row): void {
    row.revision = this.#revision += 1;
  }

  /** For its rows: nothing of it runs any more. */
  ended(row: Row): void {
    this.#rows.delete(row.name);
    row.ended(this.#clock.now());
    this.#ended.set(row.name, row);
    this.#gone.push({ id: row.id, revision: (this.#revision += 1) });
    this.#forget();
  }

  #forget(): void {
    const now = this.#clock.now();
    for (const [name, { endedAt = now }] of this.#ended) {
      if (this.#ended.size <= KEPT_MOST && now - endedAt < KEPT_MS) break;
      this.#ended.delete(name);
    }
    if (this.#gone.length <= 2 * GONE_MOST) return;
    const forgotten = this.#gone.splice(0, GONE_MOST);
    this.#forgottenUpTo = forgotten.at(-1)?.revision ?? this.#forgottenUpTo;
  }
}

/** Short, as there are many of them, and parts are long. */
function nameOf({ node, mailbox, part }: PositionKey): string {
  return shortDigest(JSON.stringify([node, mailbox, part]), NAME_LENGTH);
}
