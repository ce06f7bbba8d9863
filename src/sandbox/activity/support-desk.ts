import type { Mailbox } from '../mailbox/mailbox.js';
import type { Random } from '../random.js';
import { cleanUp } from './clean-up.js';
import { CUSTOMERS, REQUESTS } from './phrases.js';

const MOST_ITEMS = 50;

/** What happens in a mailbox to which customers write: requests come in, are read, and are deleted when they are done. */
export class SupportDesk {
  constructor(
    readonly mailbox: Mailbox,
    readonly random: Random,
  ) {}

  /** Lets one plausible thing happen. */
  act(): void {
    const inbox = [...this.mailbox.folder('inbox').items];
    const unread = inbox.filter(({ isRead }) => !isRead);
    const dice = this.random.next();
    if (inbox.length < 3 || dice < 0.6) {
      this.mailbox.deliver({ ...this.random.pick(REQUESTS), from: this.random.pick(CUSTOMERS) });
    } else if (dice < 0.85 && unread.length > 0) this.mailbox.markRead(this.random.pick(unread));
    else this.mailbox.delete(this.random.pick(inbox));
    cleanUp(this.mailbox, MOST_ITEMS, 'inbox', 'deleteditems');
  }
}
