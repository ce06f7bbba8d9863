import type { Mailbox } from '../mailbox/mailbox.js';

/** Somebody who can log on: a mailbox's owner. */
export interface Account {
  readonly address: string;
  password: string;
  readonly mailbox: Mailbox;
  /** Whose mailboxes may be opened by impersonation: nobody's, everybody's, or those of these addresses. */
  impersonates: 'nobody' | 'everybody' | ReadonlySet<string>;
}

/** Addresses are compared without regard to case. */
export function sameAddress(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
