import type { Engine } from './engine.js';
import type { PositionKeeper } from './position-keeper.js';
import type { Adoption } from './position-record.js';
import { isSelected, type Selection } from './subscriber.js';
import type { AdoptingAccount } from './subscription-adopter.js';

/** A subscription that another node made, and who receives it here. */
export interface Adopted {
  /** Tells the subscriptions of one mailbox apart: who made it, and what it is about. */
  readonly part: string;
  readonly engine: Engine;
  readonly account: AdoptingAccount;
  adoption: Adoption;
  readonly keeper: PositionKeeper;
  /** Under which id the account knows it. */
  readonly registeredId: string;
  /** Resolves when another engine has taken its place; never rejects. */
  replacing?: Promise<void>;
}

/** What a node has adopted, found by part, by id or by engine without looking at all of it. */
export class AdoptedSubscriptions {
  readonly #byPart = new Map<string, Adopted>();
  readonly #byId = new Map<string, Adopted>();

  all(): Adopted[] {
    return [...this.#byPart.values()];
  }

  get(part: string): Adopted | undefined {
    return this.#byPart.get(part);
  }

  /** Takes one in, in the place of what was that part before. */
  put(one: Adopted): void {
    this.delete(this.#byPart.get(one.part));
    this.#byPart.set(one.part, one);
    this.#byId.set(one.registeredId, one);
  }

  /** One was made anew and has another id now. */
  rename(one: Adopted, registeredId: string): void {
    this.#byId.delete(one.registeredId);
    Object.assign(one, { registeredId });
    this.#byId.set(registeredId, one);
  }

  delete(one: Adopted | undefined): void {
    if (!one || this.#byPart.get(one.part) !== one) return;
    this.#byPart.delete(one.part);
    if (this.#byId.get(one.registeredId) === one) this.#byId.delete(one.registeredId);
  }

  of(engine: Engine): Adopted | undefined {
    const one = this.#byId.get(engine.subscriptionId ?? '');
    // It may have no subscription just now, or one that is not registered yet.
    return one?.engine === engine ? one : this.all().find((other) => other.engine === engine);
  }

  select(selection: Selection): Engine[] {
    const { subscriptionId } = selection;
    const meant = subscriptionId === undefined ? this.all() : [this.#byId.get(subscriptionId) ?? []].flat();
    return meant
      .filter(({ engine, registeredId }) =>
        isSelected({ subscriptionId: registeredId, mailbox: engine.description.mailbox }, selection),
      )
      .map(({ engine }) => engine);
  }
}
