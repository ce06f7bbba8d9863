import type { EventType } from '../../dist/src/protocol/event-type.js';
import { characterNamed } from '../../dist/src/sandbox/characters/index.js';
import type { JournalEvent, Place } from '../../dist/src/sandbox/mailbox/journal.js';
import type { Mailbox } from '../../dist/src/sandbox/mailbox/mailbox.js';
import type { Sandbox } from '../../dist/src/sandbox/sandbox.js';
import type { ServerName } from './script.js';

/** What can be watched of an inbox that holds no appointments. */
export const WATCHED: readonly EventType[] = ['NewMail', 'Created', 'Deleted', 'Modified', 'Moved', 'Copied'];

/** An event that has happened. */
export interface TrueEvent {
  /** By which an event that was sent is recognised where it brings no watermark. */
  readonly key: string;
  /** Its own watermark, where the server gives any. */
  readonly watermark: string | undefined;
  readonly type: EventType;
  /** The id of the item or folder. */
  readonly subject: string;
  readonly isItem: boolean;
  /** The id of what is not in the inbox any more since then, whether moved or deleted. */
  readonly taken: string | undefined;
  readonly position: number;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/** What names an event: its kind, what it happened to, where that was, how many are unread, and the second. */
export function keyOf(type: string, subject: string, old: string, unread: number | undefined, time: number): string {
  return [type, subject, old, unread ?? '', secondOf(time)].join(' ');
}

/** Servers tell times to the second. @param time milliseconds since 1970 */
export function secondOf(time: number): number {
  return Math.floor(time / 1000);
}

/** What has happened in and to the inbox of a mailbox, from when it was made on. */
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
    const types = new Set(WATCHED);
    const { mailbox } = this;
    if (this.server === 'exchange') {
      return characterNamed('exchange').sees({ mailbox, folders: new Set([this.#inbox]), types }, event);
    }
    const { subject, old } = event;
    const isNear = [subject.parent, subject.folder, old?.parent].includes(this.#inbox);
    return isNear && characterNamed('grommunio').sees({ mailbox, types }, event);
  }

  #entry({ type, subject, old, unreadCount, position, time }: JournalEvent): TrueEvent {
    const id = this.#id(subject);
    const oldId = old && this.#id(old);
    const gone = type === 'Deleted' ? subject : type === 'Moved' ? old : undefined;
    return {
      key: keyOf(type, id, oldId ?? '', unreadCount, time),
      watermark: this.server === 'exchange' ? this.mailbox.watermark(position) : undefined,
      ...{ type, subject: id, isItem: subject.item !== undefined, position, time },
      taken: gone?.parent === this.#inbox ? this.#id(gone) : undefined,
    };
  }

  #id({ item, folder, parent }: Place): string {
    const { ids } = this.mailbox.store;
    return item === undefined ? ids.folderId(folder ?? parent) : ids.itemId(parent, item);
  }
}
