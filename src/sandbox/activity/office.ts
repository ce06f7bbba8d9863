import type { Clock } from '../../clock.js';
import type { Item, ItemProperties } from '../mailbox/item.js';
import type { Mailbox } from '../mailbox/mailbox.js';
import type { Random } from '../random.js';
import { HOUR } from '../units.js';
import { cleanUp } from './clean-up.js';
import { LETTER_EVERY, LETTERS } from './letters.js';
import { APPOINTMENTS, CATEGORIES, MAILS, SENDERS } from './phrases.js';

const MOST_ITEMS = 100;
const PROJECTS = 'Projects';

/** What happens in the mailbox of somebody who works in an office. */
export class Office {
  constructor(
    readonly mailbox: Mailbox,
    readonly clock: Clock,
    readonly random: Random,
  ) {}

  /** Lets one plausible thing happen. */
  act(): void {
    const inbox = [...this.mailbox.folder('inbox').items];
    const unread = inbox.filter(({ isRead }) => !isRead);
    const dice = this.random.next();
    // Mail keeps coming; the rest happens when there is something to do it with.
    if (inbox.length < 3 || dice < 0.45) this.#receive();
    else if (dice < 0.65 && unread.length > 0) this.mailbox.markRead(this.random.pick(unread));
    else if (dice < 0.75) this.#file(this.random.pick(inbox));
    else if (dice < 0.82) this.mailbox.modify(this.random.pick(inbox), { categories: [this.random.pick(CATEGORIES)] });
    else if (dice < 0.88) this.mailbox.delete(this.random.pick(inbox));
    else if (dice < 0.94) this.#schedule();
    else this.#reply(this.random.pick(inbox));
    cleanUp(this.mailbox, MOST_ITEMS, 'inbox', 'deleteditems', 'sentitems', 'calendar', PROJECTS);
  }

  #receive(): void {
    const mails: readonly ItemProperties[] = this.random.integer(1, LETTER_EVERY) === 1 ? LETTERS : MAILS;
    this.mailbox.deliver({ ...this.random.pick(mails), from: this.random.pick(SENDERS) });
  }

  #file(item: Item): void {
    const { store } = this.mailbox;
    const known = [...store.folders].find(({ displayName }) => displayName === PROJECTS);
    this.mailbox.move(item, known ?? this.mailbox.createFolder(PROJECTS));
  }

  #schedule(): void {
    const { subject, location, isRecurring = false } = this.random.pick(APPOINTMENTS);
    const organizer = this.random.pick(SENDERS);
    const { displayName, address } = this.mailbox;
    const attendees = [{ name: displayName, address }];
    const start = Math.ceil(this.clock.now() / HOUR) * HOUR + this.random.integer(1, 72) * HOUR;
    this.mailbox.createAppointment(
      { start, end: start + HOUR, location, isRecurring, organizer, attendees },
      { subject },
    );
  }

  #reply({ subject, from }: Item): void {
    const { displayName, address } = this.mailbox;
    this.mailbox.create(
      {
        subject: `Re: ${subject.replace(/^Re: /, '')}`,
        body: 'Thank you, that is fine with me.',
        from: { name: displayName, address },
        to: from ? [from] : [],
      },
      'sentitems',
    );
  }
}
