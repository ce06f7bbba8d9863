import type { Mailbox } from '../mailbox/mailbox.js';

/** What of a mailbox somebody may open: everything, or the folders of these numbers. */
export type Rights = 'all' | ReadonlySet<number>;

/** Who may open a mailbox, or some of its folders, besides its owner. */
export class Delegates {
  readonly #rights = new Map<Mailbox, Map<string, Rights>>();

  /** What of a mailbox the owner of an address may open; `undefined`: nothing. */
  rightsOf(mailbox: Mailbox, address: string): Rights | undefined {
    return this.#rights.get(mailbox)?.get(address.toLowerCase());
  }

  /** Adds to what somebody may open; `folders` left out: everything. */
  allow(mailbox: Mailbox, address: string, folders?: readonly number[]): void {
    const before = this.rightsOf(mailbox, address);
    const rights = folders === undefined || before === 'all' ? 'all' : new Set([...(before ?? []), ...folders]);
    const delegates = this.#rights.get(mailbox) ?? new Map<string, Rights>();
    this.#rights.set(mailbox, delegates.set(address.toLowerCase(), rights));
  }

  /** Takes all of it away. */
  revoke(mailbox: Mailbox, address: string): void {
    this.#rights.get(mailbox)?.delete(address.toLowerCase());
  }

  forget(mailbox: Mailbox): void {
    this.#rights.delete(mailbox);
  }
}
