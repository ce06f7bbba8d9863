import type { Mailbox } from '../mailbox/mailbox.js';
import type { Random } from '../random.js';
import { cleanUp } from './clean-up.js';
import { ORDERS, SENDERS } from './phrases.js';

const MOST_ITEMS = 20;

/** What happens in the mailboxes of the branches of a company: an order comes in at one of them. */
export class Branches {
  constructor(
    readonly mailboxes: readonly Mailbox[],
    readonly random: Random,
  ) {}

  /** Lets one plausible thing happen. */
  act(): void {
    const mailbox = this.random.pick(this.mailboxes);
    mailbox.deliver({ ...this.random.pick(ORDERS), from: this.random.pick(SENDERS) });
    cleanUp(mailbox, MOST_ITEMS, 'inbox');
  }
}
