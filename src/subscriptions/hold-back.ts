import type { MailboxEvent } from '../protocol/mailbox-event.js';
import { SentLog } from './sent-log.js';

/** Events held back, at most; then the stream itself waits. */
const MAX_HELD = 5000;

/** Keeps live events in order behind what is being caught up, and knows which of them catching up has brought already. */
export class HoldBack {
  #held: MailboxEvent[] = [];
  #holding: Promise<void> | undefined;
  #replayed = new SentLog();

  get isHolding(): boolean {
    return this.#holding !== undefined;
  }

  /** Holds events back until `over` is resolved. */
  hold(over: Promise<void>): void {
    this.#holding = over;
  }

  /** Takes live events while holding. Where it gets too much, resolves only when no more are held back. */
  async keep(events: readonly MailboxEvent[]): Promise<void> {
    this.#held.push(...events);
    if (this.#held.length > MAX_HELD) await this.#holding;
  }

  /** Catching up has brought these; the stream may bring them too. */
  replayed(events: readonly MailboxEvent[]): void {
    this.#replayed.add(events);
  }

  /** Forgets what catching up has brought: what of it the stream brings has come. */
  settled(): void {
    if (this.#replayed.size > 0) this.#replayed = new SentLog();
  }

  /** Those of the events that catching up has not brought. */
  unseen(events: readonly MailboxEvent[]): readonly MailboxEvent[] {
    return this.#replayed.size === 0 ? events : events.filter((event) => !this.#replayed.take(event));
  }

  /** What was held back so far, in order; empty when there is nothing more. */
  takeHeld(): readonly MailboxEvent[] {
    const held = this.#held;
    this.#held = [];
    return held;
  }

  /** Holds back no longer, and forgets what was not taken: it is caught up later. */
  release(): void {
    this.#holding = undefined;
    this.#held = [];
  }
}
