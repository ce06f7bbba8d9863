import type { Clock } from '../../clock.js';
import type { EventType } from '../../protocol/event-type.js';

/** Where the item or folder of an event is or was, by numbers. */
export interface Place {
  /** The number of the item; without one the folder itself is meant. */
  readonly item?: number;
  /** The number of the folder, for events about folders. */
  readonly folder?: number;
  /** The number of the folder that holds it. */
  readonly parent: number;
  /** Whether the item is one of a calendar, which shows in the change keys of notifications. */
  readonly calendar?: boolean;
}

/** What an action in a mailbox raises. */
export interface RaisedEvent {
  readonly type: EventType;
  readonly subject: Place;
  /** Moved and Copied: where it was. */
  readonly old?: Place;
  /** Modified folders: how many items in it are unread. */
  readonly unreadCount?: number;
  /** Whether only subscriptions to all folders see it, or only those to named ones; both, if left out. */
  readonly seenBy?: 'all' | 'named';
}

export interface JournalEvent extends RaisedEvent {
  /** Its place in the mailbox's history: each event has a higher one than the event before. */
  readonly position: number;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/** How much of its history a mailbox keeps. */
export interface JournalLimits {
  /** How many events. */
  readonly events: number;
  /** Milliseconds. */
  readonly age: number;
}

/** The history of a mailbox's events, which subscriptions and watermarks are positions in. */
export class Journal {
  readonly #events: JournalEvent[] = [];
  /** Events before this index are forgotten; they are cut off now and then, not one by one. */
  #head = 0;
  /** The position of the newest event. */
  #last: number;
  /** The newest position whose event is forgotten. */
  #forgotten: number;

  /** @param start the position before the first event */
  constructor(
    readonly clock: Clock,
    readonly limits: JournalLimits,
    start: number,
  ) {
    this.#last = start;
    this.#forgotten = start;
  }

  get last(): number {
    return this.#last;
  }

  append({ type, subject, old, unreadCount, seenBy }: RaisedEvent): void {
    // Every event has the same fields in the same order, which keeps reading them fast.
    const event = { position: ++this.#last, time: this.clock.now(), type, subject, old, unreadCount, seenBy };
    this.#events.push(event);
    this.#forget();
  }

  /** Whether every event after `position` is still known, so that one can resume there. */
  reachesBack(position: number): boolean {
    this.#forget();
    return position >= this.#forgotten && position <= this.#last;
  }

  /** The known events after `position`, in order. */
  *after(position: number): Generator<JournalEvent> {
    for (let at = Math.max(this.#head, this.#head + position - this.#forgotten); at < this.#events.length; at++) {
      const event = this.#events[at];
      if (event) yield event;
    }
  }

  /** Forgets everything: no earlier position can be resumed from. */
  clear(): void {
    this.#events.length = 0;
    this.#head = 0;
    this.#forgotten = this.#last;
  }

  #forget(): void {
    const oldest = this.clock.now() - this.limits.age;
    for (let event = this.#events[this.#head]; event; event = this.#events[this.#head]) {
      if (this.#events.length - this.#head <= this.limits.events && event.time >= oldest) break;
      this.#forgotten = event.position;
      this.#head += 1;
    }
    if (this.#head < 1024 || this.#head * 2 < this.#events.length) return;
    this.#events.splice(0, this.#head);
    this.#head = 0;
  }
}
