import type { Clock } from '../../clock.js';
import type { Item } from '../mailbox/item.js';
import type { Mailbox } from '../mailbox/mailbox.js';
import type { Random } from '../random.js';
import { MINUTE } from '../units.js';
import { cleanUp } from './clean-up.js';
import { MEETINGS, ORGANIZERS } from './phrases.js';

/** Meetings that are over stay in the calendar, up to so many. */
const MOST_ITEMS = 30;
/** So many meetings lie ahead at most. */
const MOST_AHEAD = 4;
/** One thing in so many at least is that a meeting is cancelled: whoever tries a display out shall see that too. */
const CANCELS_EVERY = 5;

/**
 * What happens in the calendar of a meeting room that is in demand: short meetings, one after the other, that are
 * booked, prolonged and cancelled. One begins at once, so that a display has something to show.
 */
export class MeetingRoom {
  #sinceCancelled = 0;

  constructor(
    readonly mailbox: Mailbox,
    readonly clock: Clock,
    readonly random: Random,
  ) {}

  /** Lets one plausible thing happen. */
  act(): void {
    const now = this.clock.now();
    const ahead = [...this.mailbox.folder('calendar').items].filter(({ appointment }) => (appointment?.end ?? 0) > now);
    const last = ahead.at(-1);
    const dice = this.random.next();
    this.#sinceCancelled += 1;
    if (last && this.#sinceCancelled >= CANCELS_EVERY) this.#cancel(last);
    else if (last === undefined || (ahead.length < MOST_AHEAD && dice < 0.5)) this.#book(last?.appointment?.end ?? now);
    else if (dice < 0.8) this.#prolong(last);
    else this.#cancel(last);
    cleanUp(this.mailbox, MOST_ITEMS, 'calendar', 'deleteditems');
  }

  /** @param free when the meeting before ends; there may be a minute in between */
  #book(free: number): void {
    const start = Math.floor(free / MINUTE) * MINUTE + this.random.integer(0, 1) * MINUTE;
    const end = start + this.random.integer(2, 5) * MINUTE;
    const location = this.mailbox.displayName;
    this.mailbox.createAppointment(
      { start, end, location },
      { subject: this.random.pick(MEETINGS), from: this.random.pick(ORGANIZERS) },
    );
  }

  #cancel(item: Item): void {
    this.#sinceCancelled = 0;
    this.mailbox.delete(item);
  }

  #prolong(item: Item): void {
    const { appointment } = item;
    if (appointment) this.mailbox.modify(item, { appointment: { ...appointment, end: appointment.end + MINUTE } });
  }
}
