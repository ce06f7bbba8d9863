import type { MailboxEvent } from '../protocol/mailbox-event.js';
import { eventKey, SentLog } from './sent-log.js';
import { foundLog } from './told-log.js';

/** Events held back, at most. */
const MAX_HELD = 5000;
/**
 * Events that catching up has brought and the stream has not, at most. A stream brings what is queued as soon as it is
 * opened, so the older ones do not come any more.
 */
const MAX_REPLAYED = 20_000;

interface Held {
  readonly event: MailboxEvent;
  readonly key: string;
}

/**
 * Keeps live events in order behind what is being caught up, and each only once: what one of the two has brought is
 * left out of the other. In bounded memory, however much either brings.
 */
export class HoldBack {
  #held: Held[] = [];
  #holding: Promise<void> | undefined;
  #dropped = false;
  #replayed = newReplayed();
  #found = foundLog();
  /** When the search began that found them, by the server's clock (ms since 1970). */
  #foundAt: number | undefined;

  get isHolding(): boolean {
    return this.#holding !== undefined;
  }

  /** Holds events back until `over` is resolved. */
  hold(over: Promise<void>): void {
    this.#holding = over;
  }

  /**
   * Takes live events while holding. When it gets too much they are dropped, all of them, where catching up can bring
   * them again; else this resolves only when no more are held back, and until then the stream waits.
   */
  async keep(events: readonly MailboxEvent[], canBeCaughtUp: boolean): Promise<void> {
    for (const event of this.unseen(events)) this.#held.push({ event, key: eventKey(event) });
    if (this.#held.length <= MAX_HELD) return;
    if (canBeCaughtUp) {
      this.#held = [];
      this.#dropped = true;
    } else await this.#holding;
  }

  /** Whether events were dropped since this was last asked: then there is more to catch up. */
  takeDropped(): boolean {
    const dropped = this.#dropped;
    this.#dropped = false;
    return dropped;
  }

  /** Catching up has brought these; the stream has brought them too, or may yet. */
  replayed(events: readonly MailboxEvent[]): void {
    const brought = new SentLog();
    brought.add(events);
    this.#held = this.#held.filter(({ key }) => !brought.takeKey(key));
    for (const key of brought.keys()) this.#replayed.addKey(key);
  }

  /** Catching up by time has found these, which have no equals among what the stream brings: they may stand for several. */
  found(events: readonly MailboxEvent[], serverTime: number | undefined): void {
    this.#found.add(events);
    this.#foundAt = serverTime;
    this.#held = this.#held.filter(({ event }) => !this.#found.covers(event, serverTime));
  }

  /** Forgets what catching up has brought: what of it the stream brings has come. */
  settled(): void {
    if (this.#replayed.size > 0) this.#replayed = newReplayed();
    if (this.#found.size > 0) this.#found = foundLog();
  }

  /** Those of the events that catching up has not brought. */
  unseen(events: readonly MailboxEvent[]): readonly MailboxEvent[] {
    if (this.#replayed.size === 0 && this.#found.size === 0) return events;
    return events.filter((event) => !this.#replayed.take(event) && !this.#found.covers(event, this.#foundAt));
  }

  /** What was held back so far, in order; empty when there is nothing more. */
  takeHeld(): readonly MailboxEvent[] {
    const held = this.#held.map(({ event }) => event);
    this.#held = [];
    return held;
  }

  /** Holds back no longer, and forgets what was not taken: it is caught up later. */
  release(): void {
    this.#holding = undefined;
    this.#held = [];
    this.#dropped = false;
  }
}

function newReplayed(): SentLog {
  return new SentLog([], MAX_REPLAYED);
}
