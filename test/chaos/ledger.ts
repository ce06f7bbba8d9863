import type { EventType } from '../../dist/src/protocol/event-type.js';
import { characterNamed } from '../../dist/src/sandbox/characters/index.js';
import type { JournalEvent } from '../../dist/src/sandbox/mailbox/journal.js';
import type { Mailbox } from '../../dist/src/sandbox/mailbox/mailbox.js';
import type { Sandbox } from '../../dist/src/sandbox/sandbox.js';
import { readEwsId } from '../../dist/src/sandbox/ids.js';
import type { ServerName } from './script.js';

/** What the nodes watch the inbox for: every kind that tells of an item, so that whatever cannot be told is a gap. */
export const WATCHED: readonly EventType[] = ['NewMail', 'Created', 'Deleted', 'Modified', 'Moved', 'Copied'];

/** An event of an item that has happened. */
export interface TrueEvent {
  /** By which an event that was sent is recognised. */
  readonly key: string;
  readonly type: EventType;
  /** The number of the item, which a move does not change. */
  readonly item: number;
  readonly position: number;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/** What names an event: its kind, the item, where that was, and when, to the second, as servers tell it. */
export function keyOf(type: string, id: string, old: string, time: number): string {
  return [type, id, old, Math.floor(time / 1000)].join(' ');
}

/** The number of the item that an id of the sandbox stands for. */
export function itemNumber(id: string): number {
  const key = readEwsId(id);
  return key && 'item' in key ? key.item : -1;
}

/**
 * What has happened in the inbox of a mailbox, from when it was made on. Only events of items are kept: a change of the
 * folder itself says how many items are unread, and is told again with the next one.
 */
export class Ledger {
  readonly events: TrueEvent[] = [];
  readonly #inbox: number;
  #seen: number;

  constructor(
    readonly server: ServerName,
    readonly sandbox: Sandbox,
    readonly mailbox: Mailbox,
  ) {
    this.#inbox = mailbox.folder('inbox').number;
    this.#seen = mailbox.journal.last;
  }

  /** Takes down what has happened since; to be called before the mailbox can forget it. */
  note(): void {
    for (const event of this.mailbox.journal.after(this.#seen)) {
      if (event.position <= this.#seen) continue;
      this.#seen = event.position;
      if (this.#isWatched(event)) this.events.push(this.#entry(event));
    }
  }

  /** Exchange is asked for the inbox; grommunio for all folders, of which what touches the inbox is kept. */
  #isWatched(event: JournalEvent): boolean {
    if (event.subject.item === undefined) return false;
    const types = new Set(WATCHED);
    const { mailbox } = this;
    if (this.server === 'exchange') {
      return characterNamed('exchange').sees({ mailbox, folders: new Set([this.#inbox]), types }, event);
    }
    const isNear = event.subject.parent === this.#inbox || event.old?.parent === this.#inbox;
    return isNear && characterNamed('grommunio').sees({ mailbox, types }, event);
  }

  #entry({ type, subject, old, position, time }: JournalEvent): TrueEvent {
    const { ids } = this.mailbox.store;
    const item = subject.item ?? 0;
    const oldId = old?.item === undefined ? '' : ids.itemId(old.parent, old.item);
    return { key: keyOf(type, ids.itemId(subject.parent, item), oldId, time), type, item, position, time };
  }
}
