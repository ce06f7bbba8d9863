import type { Clock } from '../clock.js';
import type { Engine } from './engine.js';
import type { EngineListener } from './engine-listener.js';
import { ForwardingListener } from './forwarding-listener.js';
import type { PositionKey } from './position-record.js';
import type { Delivery, SubscriptionDescription } from './subscription-description.js';
import { shortDigest } from './short-digest.js';
import type { SubscriptionState } from './subscription-state.js';
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

/** One that runs, or has ended. */
class Row implements FactsWatcher {
  readonly id: number;
  readonly facts: SubscriptionFacts;
  readonly #overview: { touched(row: Row): void };
  revision = 0;
  endedAt = 0;
  entry: OverviewEntry | undefined;

  constructor(id: number, clock: Clock, overview: { touched(row: Row): void }) {
    this.id = id;
    this.#overview = overview;
    this.facts = new SubscriptionFacts(clock, this);
  }

  changed(): void {
    this.#overview.touched(this);
  }
}

/** All subscriptions that run, of all nodes, and what changed among them since somebody last looked. */
export class Overview {
  readonly #clock: Clock;
  readonly #rows = new Map<string, Row>();
  readonly #byId = new Map<number, Row>();
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
    const name = nameOf(key);
    const row = this.#rowOf(name);
    const following = new Overview.#Following(listener, this, name);
    const engine = makeEngine(row.facts.listen(following));
    const entry: OverviewEntry = { id: row.id, about, facts: row.facts, engine, end };
    row.entry = entry;
    following.entry = entry;
    this.#rows.set(name, row);
    this.#byId.set(row.id, row);
    this.touched(row);
    return engine;
  }

  /** Takes an entry out when its engine is closed. */
  static readonly #Following = class extends ForwardingListener {
    readonly #overview: Overview;
    readonly #name: string;
    entry: OverviewEntry | undefined;

    constructor(next: EngineListener, overview: Overview, name: string) {
      super(next);
      this.#overview = overview;
      this.#name = name;
    }

    override state(state: SubscriptionState): void {
      super.state(state);
      if (state.name === 'closed') this.#overview.#closed(this.#name, this.entry);
    }
  };

  #closed(name: string, entry: OverviewEntry | undefined): void {
    const row = this.#rows.get(name);
    if (row && row.entry === entry) this.#remove(name, row);
  }

  find(id: number): OverviewEntry | undefined {
    return this.#byId.get(id)?.entry;
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
    return new Row((this.#lastId += 1), this.#clock, this);
  }

  /** For its rows: something has changed. */
  touched(row: Row): void {
    row.revision = this.#revision += 1;
  }

  #remove(name: string, row: Row): void {
    this.#rows.delete(name);
    this.#byId.delete(row.id);
    row.entry = undefined;
    row.endedAt = this.#clock.now();
    this.#ended.set(name, row);
    this.#gone.push({ id: row.id, revision: (this.#revision += 1) });
    this.#forget();
  }

  #forget(): void {
    const now = this.#clock.now();
    for (const [name, { endedAt }] of this.#ended) {
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
