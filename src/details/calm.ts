import type { Clock, Timer } from '../clock.js';
import type { EventType } from '../protocol/event-type.js';
import type { MailboxEvent } from '../protocol/mailbox-event.js';
import type { Notice, Parcel } from './parcel.js';

/** So many events are held at once, at most: then the oldest go on early. */
const MOST_HELD = 1000;

/** The kind of event that stands for several, the strongest first. */
const STRENGTH: readonly EventType[] = ['NewMail', 'Created', 'Copied', 'Moved', 'Modified', 'FreeBusyChanged'];
/** What makes an item that was not there before. */
const BIRTHS: readonly EventType[] = ['NewMail', 'Created', 'Copied'];

/** What happened to one item or folder within a while, as one event with the last state of it. */
export type CalmedEvent = MailboxEvent & {
  /** Each thing that happened, in order. */
  readonly events: readonly MailboxEvent[];
};

/** What happens to one item or folder while it is held. */
interface Held {
  readonly due: number;
  readonly recovered: boolean;
  subscriptionId: string;
  readonly happened: { readonly event: MailboxEvent; readonly notice: Notice }[];
}

/** Holds events for a while, from the first about an item or folder on, and makes one of all that are about the same. */
export class Calm {
  readonly #clock: Clock;
  readonly #windowMs: number;
  readonly #release: (parcel: Parcel) => void;
  /** In the order of the first event of each. */
  #held: Held[] = [];
  /** The last about each item or folder. */
  readonly #byId = new Map<string, Held>();
  #count = 0;
  #timer: Timer | undefined;

  constructor(clock: Clock, windowMs: number, release: (parcel: Parcel) => void) {
    this.#clock = clock;
    this.#windowMs = windowMs;
    this.#release = release;
  }

  add(notice: Notice): void {
    for (const event of notice.batch.events) this.#hold(event, notice);
    while (this.#count > MOST_HELD) this.#letGo(1);
    this.#wait();
  }

  /** Lets go at once what is held. */
  letGoAll(): void {
    this.#letGo(this.#held.length);
    this.#wait();
  }

  /** Lets nothing go any more. */
  close(): void {
    this.#clock.clearTimer(this.#timer);
    this.#held = [];
    this.#byId.clear();
  }

  #hold(event: MailboxEvent, notice: Notice): void {
    const { subscriptionId, recovered } = notice.batch;
    // What moves gets another id, and stays what it is.
    const before = event.eventType === 'Moved' ? oldIdOf(event) : undefined;
    const key = idOf(event);
    const latest = this.#byId.get(before ?? key) ?? this.#byId.get(key);
    // What was recovered is told by itself, and nothing goes past it.
    const known = latest?.recovered === recovered ? latest : undefined;
    const held = known ?? { due: this.#clock.now() + this.#windowMs, recovered, subscriptionId, happened: [] };
    if (!known) this.#held.push(held);
    if (before !== undefined) this.#byId.delete(before);
    this.#byId.set(key, held);
    held.subscriptionId = subscriptionId;
    held.happened.push({ event, notice });
    this.#count += 1;
  }

  #wait(): void {
    this.#clock.clearTimer(this.#timer);
    const [next] = this.#held;
    if (!next) return;
    this.#timer = this.#clock.setTimer(() => {
      const now = this.#clock.now();
      const later = this.#held.findIndex(({ due }) => due > now);
      this.#letGo(later === -1 ? this.#held.length : later);
      this.#wait();
    }, next.due - this.#clock.now());
  }

  #letGo(count: number): void {
    const gone = this.#held.splice(0, count);
    for (const held of gone) {
      this.#count -= held.happened.length;
      for (const [id, one] of this.#byId) if (one === held) this.#byId.delete(id);
      this.#release(parcelOf(held));
    }
  }
}

function parcelOf({ subscriptionId, recovered, happened }: Held): Parcel {
  const sources = new Map<Notice, MailboxEvent[]>();
  for (const { notice, event: one } of happened) {
    const known = sources.get(notice);
    if (known) known.push(one);
    else sources.set(notice, [one]);
  }
  const event = calmed(happened.map((one) => one.event));
  return { subscriptionId, recovered, events: event ? [event] : [], sources };
}

/** What stands for `events`, of one item or folder in order; nothing for what came and went. */
export function calmed(events: readonly MailboxEvent[]): CalmedEvent | undefined {
  const last = events.at(-1);
  if (!last) return undefined;
  const kinds = events.map(({ eventType }) => eventType);
  if (last.eventType === 'Deleted') {
    return kinds.some((kind) => BIRTHS.includes(kind)) ? undefined : { ...last, events };
  }
  const eventType = STRENGTH.find((kind) => kinds.includes(kind)) ?? last.eventType;
  const origin = events.find((event) => event.eventType === eventType);
  // The parts are chosen by eventType; the compiler cannot follow a union through a spread.
  return { ...withoutOrigin(last), ...originOf(origin), eventType, events } as CalmedEvent;
}

const ORIGIN = ['oldItemId', 'oldFolderId', 'oldParentFolderId'];

function withoutOrigin(event: MailboxEvent): object {
  return Object.fromEntries(Object.entries(event).filter(([key]) => !ORIGIN.includes(key)));
}

/** Where it came from, for what was moved or copied. */
function originOf(event: MailboxEvent | undefined): object {
  return Object.fromEntries(Object.entries(event ?? {}).filter(([key]) => ORIGIN.includes(key)));
}

function idOf(event: MailboxEvent): string {
  return 'itemId' in event ? event.itemId.id : event.folderId.id;
}

function oldIdOf(event: MailboxEvent): string {
  if ('oldItemId' in event) return event.oldItemId.id;
  return 'oldFolderId' in event ? event.oldFolderId.id : '';
}
