import type { Node } from 'node-red';
import type { WatchedSubscription } from '../../src/subscriptions/overview.js';
import { shared } from '../../src/subscriptions/shared.js';
import type { Delivery, SubscriptionDescription } from '../../src/subscriptions/subscription-description.js';
import { accountName, type AccountNode } from './account-node.js';

/** What the mailboxes have in common that a node watches with the same account. */
export type Watch = Pick<WatchedSubscription, 'delivery' | 'node' | 'flow' | 'account' | 'accountName'>;

/** One for all of them. */
export function watchOf(node: Node, delivery: Delivery, from: AccountNode | undefined): Watch {
  const account = from?.id ?? '';
  return shared({ delivery, node: node.id, flow: node.z, account, accountName: from ? accountName(from) : '' });
}

/** The address of the mailbox that is watched, also where it is the account's own. */
export function watchedAddress({ mailbox }: SubscriptionDescription, from: AccountNode | undefined): string {
  return mailbox || (from?.account?.email ?? '');
}

/** One of them, as the overview shows it. */
export class WatchedMailbox implements WatchedSubscription {
  readonly description: SubscriptionDescription;
  readonly mailbox: string;
  readonly #watch: Watch;

  constructor(watch: Watch, description: SubscriptionDescription, mailbox: string) {
    this.#watch = watch;
    this.description = description;
    this.mailbox = mailbox;
  }

  get delivery(): Delivery {
    return this.#watch.delivery;
  }

  get node(): string {
    return this.#watch.node;
  }

  get flow(): string {
    return this.#watch.flow;
  }

  get account(): string {
    return this.#watch.account;
  }

  get accountName(): string {
    return this.#watch.accountName;
  }
}
