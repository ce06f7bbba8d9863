import type { Clock } from '../../clock.js';
import type { Character } from '../characters/character.js';
import { readEwsId } from '../ids.js';
import { Mailbox } from '../mailbox/mailbox.js';
import type { Random } from '../random.js';
import { PushDeliveries, type PushSettings } from '../notifications/push-deliveries.js';
import { Streams } from '../notifications/streams.js';
import type { Subscription } from '../notifications/subscription.js';
import { SubscriptionTable } from '../notifications/subscription-table.js';
import type { Account } from './account.js';
import { Delegates, type Rights } from './delegates.js';
import type { Limits } from './limits.js';

export interface ExchangeSettings {
  readonly clock: Clock;
  readonly random: Random;
  readonly character: Character;
  readonly limits: Limits;
  readonly push: PushSettings;
}

/** The organisation behind the server: accounts, mailboxes, rights and subscriptions. It knows nothing of HTTP. */
export class Exchange {
  readonly clock: Clock;
  readonly random: Random;
  readonly character: Character;
  readonly limits: Limits;
  readonly subscriptions: SubscriptionTable;
  readonly streams = new Streams();
  readonly pushes: PushDeliveries;
  readonly #accounts = new Map<string, Account>();
  readonly #byGuid = new Map<string, Mailbox>();
  readonly #delegates = new Delegates();

  constructor({ clock, random, character, limits, push }: ExchangeSettings) {
    this.clock = clock;
    this.random = random;
    this.character = character;
    this.limits = limits;
    this.subscriptions = new SubscriptionTable(clock);
    this.pushes = new PushDeliveries(this, push);
  }

  get mailboxes(): Iterable<Mailbox> {
    return this.#byGuid.values();
  }

  addAccount(address: string, displayName: string, password: string): Account {
    const key = address.toLowerCase();
    if (this.#accounts.has(key)) throw new Error(`There is a mailbox ${address} already.`);
    const { clock, random, character, limits } = this;
    const mailbox = new Mailbox({
      address,
      displayName,
      clock,
      random,
      history: { events: limits.historyEvents, age: limits.historyAge },
      eventStyle: character.eventStyle,
    });
    const account: Account = { address, password, mailbox, impersonates: 'nobody' };
    this.#accounts.set(key, account);
    this.#byGuid.set(mailbox.store.guid, mailbox);
    return account;
  }

  removeAccount(address: string): void {
    const account = this.account(address);
    if (!account) return;
    this.#accounts.delete(address.toLowerCase());
    this.#byGuid.delete(account.mailbox.store.guid);
    this.#delegates.forget(account.mailbox);
    account.mailbox.wake();
    this.#wakeAll();
  }

  account(address: string): Account | undefined {
    return this.#accounts.get(address.toLowerCase());
  }

  /** The mailbox that an id of a folder or item points into. */
  mailboxOfId(id: string): Mailbox | undefined {
    const key = readEwsId(id);
    return key && this.#byGuid.get(key.mailbox);
  }

  /** @param folders the numbers of folders; everything, if left out */
  allowDelegate(mailbox: Mailbox, address: string, folders?: readonly number[]): void {
    this.#delegates.allow(mailbox, address, folders);
  }

  revokeDelegate(mailbox: Mailbox, address: string): void {
    this.#delegates.revoke(mailbox, address);
    mailbox.wake();
  }

  revokeImpersonation(account: Account): void {
    account.impersonates = 'nobody';
    this.#wakeAll();
  }

  /** From now on nothing can be done with the mailbox. */
  beginMove(mailbox: Mailbox): void {
    mailbox.isMoving = true;
    mailbox.wake();
  }

  /** The mailbox is in another database: subscriptions and watermarks are void, ids stay. */
  endMove(mailbox: Mailbox): void {
    mailbox.isMoving = false;
    mailbox.changeDatabase();
    for (const subscription of [...this.subscriptions]) {
      if (subscription.mailbox === mailbox) this.subscriptions.remove(subscription, 'dropped');
    }
  }

  /** As a restart does: items stay, subscriptions and streams do not. */
  forgetSubscriptions(): void {
    this.streams.releaseAll();
    this.subscriptions.removeAll();
  }

  /** Whether something of a mailbox may be opened. */
  mayOpen(account: Account, mailbox: Mailbox): boolean {
    return this.#rightsOf(account, mailbox) !== undefined;
  }

  /** @param folder the number of a folder */
  mayOpenFolder(account: Account, mailbox: Mailbox, folder: number): boolean {
    const rights = this.#rightsOf(account, mailbox);
    return rights === 'all' || (rights?.has(folder) ?? false);
  }

  #rightsOf(account: Account, mailbox: Mailbox): Rights | undefined {
    return account.mailbox === mailbox ? 'all' : this.#delegates.rightsOf(mailbox, account.address);
  }

  /**
   * Whether a subscription may still be read: it goes on with the rights that it was made with, whomever the request that
   * reads it impersonates. Those of a stream are impersonated one by one, the stream itself for its budget only.
   */
  mayRead({ owner, charged, mailbox, scope }: Subscription): boolean {
    const maker = this.account(owner);
    const actsAs = this.account(charged);
    if (!maker || !actsAs) return false;
    // Whoever watches all folders watches a mailbox of their own.
    const folders = [...(scope.folders ?? [])];
    const mayOpen = this.mayOpen(actsAs, mailbox) && folders.every((one) => this.mayOpenFolder(actsAs, mailbox, one));
    return mayOpen && (maker === actsAs || this.mayImpersonate(maker, charged));
  }

  mayImpersonate({ impersonates }: Account, address: string): boolean {
    if (impersonates === 'everybody') return true;
    return impersonates !== 'nobody' && impersonates.has(address.toLowerCase());
  }

  /** Somebody may have lost the right to read any of the mailboxes. */
  #wakeAll(): void {
    for (const mailbox of this.mailboxes) mailbox.wake();
  }
}
